/* SPDX-License-Identifier: BSD-2-Clause */
#include "account_verifiers.h"

#include "invitegate/account_verifiers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "credential/scram.h"
#include "invitegate/directory.h"

/* -------------------------------------------------------------------------------- the search */

/*
 * All that decides whether an account is served. The rest of inv_account stays empty: serving does
 * not use it, and each value costs time at both ends.
 */
static const char *const to_serve[] = {"authPassword",
                                       "xmppJid",
                                       "createTimestamp",
                                       "xmppAccountExpires",
                                       "pwdAccountLockedTime",
                                       "pwdAccountTmpLockoutEnd",
                                       "pwdStartTime",
                                       "pwdEndTime",
                                       "pwdPolicySubentry",
                                       "nsAccountLock",
                                       "accountUnlockTime",
                                       "pwdChangedTime",
                                       "pwdUpdateTime",
                                       "xmppVerifiersOf",
                                       NULL};

/* By the name, not the DN, which is not known before the flight has landed. */
static inv_operation *password_search(const inv_domain *domain, const inv_jid *name)
{
    static const char *const nothing[] = {NULL};
    char *names = account_name_filter(domain, name);
    char *filter = NULL;

    if (names != NULL && asprintf(&filter, "(&%s(userPassword=*))", names) == -1)
        filter = NULL;
    free(names);
    return account_search(domain, filter, nothing);
}

static inv_operation *add_to_flight(account_dated *dated, inv_operation *operation)
{
    dated->flight[dated->count++] = operation;
    return operation;
}

/*
 * What the flight holds depends on the domain and on what is remembered, never on the name. First
 * what is least work for the server: it begins while the rest is written.
 */
static void start(inv_call *call, const inv_jid *name, account_dated_for purpose,
                  account_dated *dated)
{
    const inv_domain *domain = call->domain;

    *dated = (account_dated){.serves = purpose == ACCOUNT_DATED_FOR_SERVING,
                             .terms.needs_password =
                                 (domain->verifiers & INV_VERIFIERS_USER_PASSWORD) != 0};
    if (!freshness_recall_dates(call, &dated->terms.dates))
        dated->record = add_to_flight(dated, inv_verifiers_record_operation(domain));
    if (dated->serves && dated->terms.needs_password)
        dated->password = add_to_flight(dated, password_search(domain, name));
    if (dated->serves)
        dated->names = add_to_flight(
            dated, account_search(domain, account_name_filter(domain, name), to_serve));
    else
        dated->names = add_to_flight(dated, inv_account_search_verifiers_operation(domain, name));
}

static const inv_entry *entry_of(const inv_operation *search, const char *dn)
{
    for (size_t i = 0; search != NULL && i < search->entry_count; i++) {
        if (strcmp(inv_entry_dn(search->entries[i]), dn) == 0)
            return search->entries[i];
    }
    return NULL;
}

/*
 * Behind the flight, whether it found an account or not: what went without the record's search over
 * a connection that was new, or for longer than it is remembered, reads the record now.
 */
static inv_result judge_dates(inv_call *call, account_dated *dated)
{
    inv_result result = INV_OK;

    if (dated->record == NULL && freshness_recall_dates(call, &dated->terms.dates))
        return INV_OK;
    if (dated->record == NULL) {
        inv_operation *late = inv_verifiers_record_operation(call->domain);

        dated->record = add_to_flight(dated, late);
        result = inv_call_run(call, &late, 1);
    }
    if (result == INV_OK && dated->serves)
        result =
            inv_operation_result(dated->record, "reading how passwords are dated", call->verdict);
    if (result == INV_OK)
        dated->terms.dates = freshness_remember_dates(call, dated->record);
    return result;
}

static inv_result fly(inv_call *call, const inv_jid *name, account_dated *dated)
{
    const inv_operation *password = dated->password;
    inv_result result = inv_call_run(call, dated->flight, dated->count);

    if (result == INV_OK)
        result = judge_dates(call, dated);
    if (result == INV_OK && password != NULL)
        result = inv_operation_result(password, "looking for userPassword", call->verdict);
    if (result == INV_OK)
        result = inv_account_from_search(call, name, dated->names, &dated->account);
    if (result != INV_OK || dated->account == NULL)
        return result;
    dated->entry = entry_of(dated->names, dated->account->dn);
    dated->terms.has_password = entry_of(password, dated->account->dn) != NULL;
    return inv_verifiers_ask_policy(call, dated->entry, &dated->terms);
}

inv_result account_dated_find(inv_call *call, const inv_jid *name, account_dated_for purpose,
                              account_dated *dated)
{
    start(call, name, purpose, dated);
    return fly(call, name, dated);
}

void account_dated_end(account_dated *dated)
{
    for (size_t i = 0; i < ACCOUNT_DATED_FLIGHT; i++)
        inv_operation_free(&dated->flight[i]);
    inv_account_free(&dated->account);
    dated->entry = NULL;
}

bool account_verifiers_are_complete(const inv_domain *domain, const inv_entry *entry)
{
    const size_t count = inv_entry_count(entry, "authPassword");
    unsigned missing = domain->verifiers & INV_VERIFIERS_SCRAM;

    for (size_t i = 0; i < count; i++) {
        size_t length = 0;
        const char *value = inv_entry_value(entry, "authPassword", i, &length);
        const char *mechanism = NULL;

        missing &= ~inv_scram_verifier_of(value, length, &mechanism);
    }
    return count == 0 || missing == 0;
}

/* ------------------------------------------------------------------------------------ serving */

/* One value a mechanism, and only of those that the domain keeps. */
static inv_result take_values(const inv_domain *domain, const inv_entry *entry,
                              inv_account_verifiers *verifiers)
{
    unsigned left = domain->verifiers & INV_VERIFIERS_SCRAM;

    for (size_t i = 0; i < inv_entry_count(entry, "authPassword") && left != 0; i++) {
        size_t length = 0;
        const char *value = inv_entry_value(entry, "authPassword", i, &length);
        const char *mechanism = NULL;
        unsigned verifier = inv_scram_verifier_of(value, length, &mechanism);

        if ((left & verifier) == 0)
            continue;
        left &= ~verifier;
        verifiers->values[verifiers->count].mechanism = mechanism;
        verifiers->values[verifiers->count].value = inv_scram_copy(value, length);
        if (verifiers->values[verifiers->count++].value == NULL)
            return INV_NO_MEMORY;
    }
    return INV_OK;
}

static inv_result tell(inv_account_verifiers *verifiers, inv_verifiers_state state,
                       inv_verdict *verdict, const char *why)
{
    inv_account_verifiers_clear(verifiers);
    verifiers->state = state;
    return inv_verdict_set(verdict, INV_OK, "%s", why);
}

static inv_result check_account(inv_call *call, const account_dated *dated,
                                inv_account_verifiers *verifiers)
{
    const inv_account *account = dated->account;
    const time_t now = time(NULL);
    const char *stale = NULL;

    if (!inv_account_is_own(account))
        return tell(verifiers,
                    account != NULL && account->owner == INV_OWNER_JID ? INV_VERIFIERS_SEVERAL
                                                                       : INV_VERIFIERS_NO_ACCOUNT,
                    call->verdict, inv_account_why_not_own(account));
    if (account->disabled || inv_account_is_locked(account, now))
        return tell(verifiers, INV_VERIFIERS_LOCKED, call->verdict, "the account is locked");
    if (inv_account_is_over(account, now))
        return tell(verifiers, INV_VERIFIERS_EXPIRED, call->verdict, "the account has expired");
    if (take_values(call->domain, dated->entry, verifiers) != INV_OK) {
        inv_account_verifiers_clear(verifiers);
        return inv_verdict_no_memory(call->verdict);
    }
    if (verifiers->count == 0)
        return tell(verifiers, INV_VERIFIERS_NONE, call->verdict,
                    "the account has no SCRAM verifiers of this domain's password_verifiers, or "
                    "invitegate may not read them");
    if (!inv_account_verifiers_are_fresh(dated->entry, &dated->terms, &stale))
        return tell(verifiers, INV_VERIFIERS_STALE, call->verdict, stale);
    return INV_OK;
}

inv_result inv_account_verifiers_find(inv_call *call, const inv_jid *name,
                                      inv_account_verifiers *verifiers)
{
    inv_entry *entry = NULL;

    return inv_account_properties_find(call, name, NULL, verifiers, &entry);
}

/* Whether the account may log in, with verifiers or without. */
static bool is_served(inv_verifiers_state state)
{
    return state == INV_VERIFIERS_FRESH || state == INV_VERIFIERS_NONE ||
           state == INV_VERIFIERS_STALE;
}

/* Takes the account's entry out of the answer. */
static void take_entry(inv_operation *search, const char *dn, inv_entry **entry)
{
    for (size_t i = 0; i < search->entry_count; i++) {
        if (strcmp(inv_entry_dn(search->entries[i]), dn) != 0)
            continue;
        *entry = search->entries[i];
        search->entries[i] = search->entries[--search->entry_count];
        return;
    }
}

inv_result inv_account_properties_find(inv_call *call, const inv_jid *name,
                                       const char *const *attributes,
                                       inv_account_verifiers *verifiers, inv_entry **entry)
{
    inv_operation *search = NULL;
    account_dated dated;
    inv_result result;

    *entry = NULL;
    *verifiers = (inv_account_verifiers){.state = INV_VERIFIERS_FRESH};
    start(call, name, ACCOUNT_DATED_FOR_SERVING, &dated);
    if (attributes != NULL && attributes[0] != NULL) {
        /* a search of its own, so that its attributes come from nowhere else */
        search = account_search(call->domain, account_name_filter(call->domain, name), attributes);
        (void)add_to_flight(&dated, search);
    }
    result = fly(call, name, &dated);
    if (result == INV_OK && search != NULL)
        result = inv_operation_result(search, "reading attributes of the account", call->verdict);
    if (result == INV_OK)
        result = check_account(call, &dated, verifiers);
    if (result == INV_OK && search != NULL && is_served(verifiers->state))
        take_entry(search, dated.account->dn, entry);
    account_dated_end(&dated);
    return result;
}

void inv_account_verifiers_clear(inv_account_verifiers *verifiers)
{
    for (size_t i = 0; i < INV_ACCOUNT_VERIFIERS_MAX; i++)
        inv_secret_free(&verifiers->values[i].value);
    verifiers->count = 0;
}
