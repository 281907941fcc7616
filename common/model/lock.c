/* SPDX-License-Identifier: BSD-2-Clause */
#include "lock.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "naming_context.h"

#define YEAR_ONE     ((time_t)-62135596800) /* 0001-01-01T00:00:00Z */
#define UNREADABLE   (-1)                   /* of a duration that cannot be read */
#define DURATION_MAX 3153600000L            /* 100 years */

/* *there: the entry has a value of attribute. INV_CONFIG: it is no generalizedTime. */
static inv_result read_time(const inv_entry *entry, const char *attribute, bool *there,
                            time_t *moment, inv_verdict *verdict)
{
    const char *text = inv_entry_text(entry, attribute);

    *there = text != NULL;
    if (text == NULL || inv_timestamp_parse_generalized(text, moment))
        return INV_OK;
    return inv_verdict_set(verdict, INV_CONFIG, "%s: %s is not a generalizedTime",
                           inv_entry_dn(entry), attribute);
}

/* 389 DS compares without case; white space round the word is an administrator's slip. */
static bool is_true(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return strlen(text) >= 4 && inv_ascii_equal_in(text, "true", 4) &&
           strspn(text + 4, " \t") == strlen(text + 4);
}

static bool has_account_lock(const inv_entry *entry)
{
    for (size_t i = 0; i < inv_entry_count(entry, "nsAccountLock"); i++) {
        if (is_true(inv_entry_value(entry, "nsAccountLock", i, NULL)))
            return true;
    }
    return false;
}

/* An offset may carry a time of the year 0 into the next. */
static bool is_of_year_zero(const inv_entry *entry, time_t moment)
{
    return moment < YEAR_ONE ||
           strncmp(inv_entry_text(entry, "pwdAccountLockedTime"), "0000", 4) == 0;
}

static inv_result read_locked_time(const inv_entry *entry, inv_account *account,
                                   inv_verdict *verdict)
{
    bool there = false;
    time_t moment = 0;
    inv_result result = read_time(entry, "pwdAccountLockedTime", &there, &moment, verdict);

    if (result != INV_OK || !there)
        return result;
    if (is_of_year_zero(entry, moment)) {
        account->disabled = true;
    } else {
        account->locked_at = moment;
        account->locked_until = INV_NEVER;
    }
    return INV_OK;
}

/* The period in which its password may be used (draft-behera 5.3.9 and 5.3.10). */
static inv_result read_period(const inv_entry *entry, inv_account *account, inv_verdict *verdict)
{
    const time_t now = time(NULL);
    time_t moment = 0;
    bool there = false;
    inv_result result = read_time(entry, "pwdStartTime", &there, &moment, verdict);

    if (result == INV_OK && there && now < moment)
        account->disabled = true;
    if (result == INV_OK)
        result = read_time(entry, "pwdEndTime", &there, &moment, verdict);
    if (result == INV_OK && there && now >= moment)
        account->disabled = true;
    return result;
}

/* Locks whose attribute says when they end. 389 DS writes 1970 for a lock without end. */
static inv_result read_ends(const inv_entry *entry, inv_account *account, inv_verdict *verdict)
{
    time_t moment = 0;
    bool there = false;
    inv_result result = read_time(entry, "pwdAccountTmpLockoutEnd", &there, &moment, verdict);

    if (result == INV_OK && there && moment > account->locked_until) {
        account->locked_until = moment;
        account->locked_at = INV_NEVER; /* unknown: no invite counts as younger */
    }
    if (result == INV_OK)
        result = read_time(entry, "accountUnlockTime", &there, &moment, verdict);
    if (result == INV_OK && there) {
        account->locked_until = moment <= 0 ? INV_NEVER : moment;
        account->has_unlock_time = true;
        account->locked_at = INV_NEVER; /* unknown, until lock_ask_policy finds it */
    }
    return result;
}

inv_result lock_read(const inv_entry *entry, inv_account *account, inv_verdict *verdict)
{
    inv_result result;

    account->disabled = has_account_lock(entry);
    account->locked_at = 0;
    account->locked_until = 0;
    result = read_locked_time(entry, account, verdict);
    if (result == INV_OK)
        result = read_period(entry, account, verdict);
    if (result == INV_OK)
        result = read_ends(entry, account, verdict);
    return result;
}

/* ------------------------------------------------------------------------------------ policies */

static long parse_duration(const char *text)
{
    char *end = NULL;
    long seconds = UNREADABLE;

    if (text == NULL)
        return 0; /* draft-behera 5.2.10: absent is 0 */
    if (text[0] >= '0' && text[0] <= '9')
        seconds = strtol(text, &end, 10);
    return end != NULL && *end == '\0' && seconds <= DURATION_MAX ? seconds : UNREADABLE;
}

/*
 * The duration of the one policy found. Of several it cannot be told which is the default, and one
 * that is hidden may be the longest.
 */
static long duration_of_only(const inv_operation *search, const char *attribute)
{
    if (search->entry_count != 1)
        return UNREADABLE;
    return parse_duration(inv_entry_text(search->entries[0], attribute));
}

static inv_operation *policy_search(inv_call *call, const inv_entry *entry, const char *attribute,
                                    bool is_389ds, inv_result *result)
{
    const char *const attributes[] = {attribute, NULL};
    const char *own = inv_entry_text(entry, "pwdPolicySubentry");
    inv_operation *search = NULL;
    char *context = NULL;

    *result = INV_OK;
    if (own != NULL)
        return inv_operation_search(own, INV_SCOPE_BASE, NULL, attributes);
    if (is_389ds)
        return inv_operation_search("cn=config", INV_SCOPE_BASE, NULL, attributes);
    *result = naming_context_find(call, inv_entry_dn(entry), &context);
    if (*result == INV_OK)
        search = inv_operation_search(context != NULL ? context : call->domain->name_search_base,
                                      INV_SCOPE_SUBTREE, "(objectClass=pwdPolicy)", attributes);
    free(context);
    return search;
}

inv_result lock_ask_policy(inv_call *call, const inv_entry *entry, inv_account *account)
{
    const bool is_389ds = inv_entry_text(entry, "accountUnlockTime") != NULL;
    const char *attribute = is_389ds ? "passwordLockoutDuration" : "pwdLockoutDuration";
    inv_operation *search = NULL;
    long seconds = UNREADABLE;
    inv_result result = INV_OK;

    if (account->locked_at == 0 || account->disabled ||
        (account->locked_at == INV_NEVER && !is_389ds))
        return INV_OK;
    search = policy_search(call, entry, attribute, is_389ds, &result);
    if (result == INV_OK)
        result = inv_call_run(call, &search, 1);
    if (result == INV_OK && inv_operation_answered(search, INV_LDAP_SUCCESS))
        seconds = duration_of_only(search, attribute);
    if (seconds > 0 && is_389ds && account->locked_until != INV_NEVER)
        account->locked_at = account->locked_until - seconds;
    else if (seconds > 0 && !is_389ds && account->locked_at + seconds < account->locked_until)
        account->locked_until = account->locked_at + seconds;
    inv_operation_free(&search);
    return result;
}
