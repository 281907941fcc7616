/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "account_login.h"

#include "account.h"
#include "account_verifiers.h"
#include "freshness.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "invitegate/password.h"
#include "invitegate/token.h"
#include "login_verifiers.h"

static inv_result read_verifiers(inv_call *call, const char *dn, inv_verifiers_read *verifiers)
{
    inv_result result;

    inv_verifiers_read_start(verifiers, call->domain, dn);
    result = inv_call_run(call, verifiers->flight, verifiers->count);
    if (result == INV_OK)
        result = inv_verifiers_read_check(verifiers, call->verdict);
    return result == INV_OK ? inv_verifiers_read_policy(call, verifiers) : result;
}

static inv_match match(const inv_verifiers_read *verifiers, const inv_secret *password)
{
    inv_match found = INV_MATCH_UNKNOWN;

    for (size_t i = 0; verifiers->fresh && found == INV_MATCH_UNKNOWN; i++) {
        size_t length = 0;
        const char *value = inv_entry_value(verifiers->entry, "authPassword", i, &length);

        if (value == NULL)
            break;
        found = inv_verifier_match(value, length, password);
    }
    return found;
}

inv_result inv_account_has_stale_verifiers(inv_call *call, const inv_account *account, bool *stale)
{
    inv_verifiers_read verifiers;
    inv_result result = read_verifiers(call, account->dn, &verifiers);

    *stale = result == INV_OK && verifiers.entry != NULL && !verifiers.fresh &&
             inv_entry_count(verifiers.entry, "authPassword") > 0;
    inv_verifiers_read_end(&verifiers);
    return result;
}

/*
 * Where the verifiers could not be compared and the bind was refused as well: why, since a bind
 * does not tell a wrong password from an account without userPassword.
 */
static inv_result explain_refusal(const inv_account *account, const inv_verifiers_read *verifiers,
                                  inv_verdict *verdict)
{
    if (verifiers->entry == NULL || !account->has_auth_password_class)
        return INV_WRONG_PASSWORD;
    if (inv_entry_count(verifiers->entry, "authPassword") == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "authPassword of %s cannot be read: with nothing but SCRAM in "
                               "password_verifiers invitegate has to",
                               account->dn);
    if (verifiers->terms.dates == INV_PASSWORD_DATES_UNKNOWN ||
        verifiers->terms.dates == INV_PASSWORD_DATES_NEVER)
        return inv_verdict_set(verdict, INV_CONFIG, "the SCRAM verifiers of %s prove nothing: %s",
                               account->dn, verifiers->stale);
    if (!verifiers->fresh)
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD,
                               "the SCRAM verifiers of %s are stale (%s), and a bind was refused",
                               account->dn, verifiers->stale);
    return INV_WRONG_PASSWORD;
}

/*
 * One bind with the password as invitegate stores it; where that is wrong and differs from the
 * typed one, a second with the typed bytes, for accounts that other tools or earlier releases made.
 */
static inv_result bind_with(inv_call *call, const char *dn, const inv_secret *password)
{
    inv_secret *prepared = NULL;
    inv_result result = inv_password_prepare(password, &prepared);

    if (result != INV_OK)
        return inv_verdict_no_memory(call->verdict);
    if (inv_token_leads(call->keys, call->domain->name, inv_secret_bytes(prepared),
                        inv_secret_length(prepared))) {
        result = inv_verdict_set(call->verdict, INV_WRONG_PASSWORD, "a token is no password");
        goto cleanup;
    }
    result = inv_directory_verify(call->directory, dn, prepared, &call->deadline, call->verdict);
    if (result == INV_WRONG_PASSWORD && !inv_secret_equal(prepared, password))
        result =
            inv_directory_verify(call->directory, dn, password, &call->deadline, call->verdict);
cleanup:
    inv_secret_free(&prepared);
    return result;
}

/* SCRAM-only accounts cannot bind: their verifiers are compared here if they can be read. */
static inv_result verify_scram(inv_call *call, const inv_account *account,
                               const inv_secret *password)
{
    inv_verifiers_read verifiers;
    inv_match found = INV_MATCH_UNKNOWN;
    inv_result result = read_verifiers(call, account->dn, &verifiers);

    if (result == INV_OK)
        found = match(&verifiers, password);
    if (result == INV_OK && found == INV_MATCH_NO) {
        result = inv_verdict_set(call->verdict, INV_WRONG_PASSWORD,
                                 "the password does not match %s", account->dn);
    } else if (result == INV_OK && found == INV_MATCH_YES &&
               (account->disabled || inv_account_is_locked(account, time(NULL)))) {
        result = inv_verdict_set(call->verdict, INV_ACCOUNT_EXPIRED, "%s: the account is locked",
                                 account->dn);
    } else if (result == INV_OK && found == INV_MATCH_UNKNOWN) {
        result = bind_with(call, account->dn, password);
        if (result == INV_WRONG_PASSWORD)
            result = explain_refusal(account, &verifiers, call->verdict);
    }
    inv_verifiers_read_end(&verifiers);
    return result;
}

inv_result inv_account_verify(inv_call *call, const inv_account *account,
                              const inv_secret *password)
{
    if ((call->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0)
        return verify_scram(call, account, password);
    return bind_with(call, account->dn, password);
}

static inv_result expired(const inv_account *account, inv_verdict *verdict)
{
    const char *why = "has expired";

    if (account->disabled)
        why = "is locked by an administrator";
    else if (inv_account_is_locked(account, time(NULL)))
        why = "is locked after failed logins";
    return inv_verdict_set(verdict, INV_ACCOUNT_EXPIRED, "%s: the account %s", account->dn, why);
}

/* Only of the JID's own account, else INV_NO_ACCOUNT. */
static inv_result refuse_not_own(inv_call *call, const inv_account *account)
{
    if (inv_account_is_own(account))
        return INV_OK;
    return inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s", inv_account_why_not_own(account));
}

inv_result inv_account_login(inv_call *call, const inv_jid *name, const inv_secret *password)
{
    const bool gives = call->domain->scram_at_login;
    account_dated dated = {.count = 0};
    const inv_account *account;
    inv_result result = gives ? account_dated_find(call, name, ACCOUNT_DATED_FOR_PROOF, &dated)
                              : inv_account_find(call, name, &dated.account);

    account = dated.account;
    if (result == INV_OK)
        result = refuse_not_own(call, account);
    if (result == INV_OK)
        result = inv_account_verify(call, account, password);
    if (result == INV_OK && inv_account_is_over(account, time(NULL)))
        result = expired(account, call->verdict);
    call->verdict->must_change = result == INV_OK && account->must_change;
    if (result == INV_OK && gives && !account->must_change)
        login_verifiers_give(call, &dated, password);
    account_dated_end(&dated);
    return result;
}

inv_result inv_account_status(inv_call *call, const inv_jid *name)
{
    inv_account *account = NULL;
    inv_result result = inv_account_find(call, name, &account);

    if (result == INV_OK)
        result = refuse_not_own(call, account);
    if (result == INV_OK && inv_account_is_over(account, time(NULL)))
        result = expired(account, call->verdict);
    call->verdict->must_change = result == INV_OK && account->must_change;
    inv_account_free(&account);
    return result;
}
