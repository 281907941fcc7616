/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "invitegate/account.h"

inv_result inv_account_may_reset(inv_call *call, const char *dn, bool *may, inv_verdict *verdict)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search =
        inv_operation_search(dn, INV_SCOPE_BASE, call->domain->reset_filter, nothing);
    inv_result result = inv_directory_run(call->directory, &search, 1, &call->deadline, verdict);

    *may = false;
    if (result == INV_OK)
        result = inv_operation_result(search, "asking reset_filter", verdict);
    if (result == INV_OK)
        *may = search->entry_count == 1;
    inv_operation_free(&search);
    return result;
}

/* SCRAM-only accounts cannot bind: their verifiers are compared here if they can be read. */
static inv_result match_readable(inv_call *call, const char *dn, const inv_secret *password,
                                 inv_match *match, inv_verdict *verdict)
{
    static const char *const attributes[] = {"authPassword", NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = inv_directory_run(call->directory, &search, 1, &call->deadline, verdict);

    *match = INV_MATCH_UNKNOWN;
    if (result == INV_OK)
        result = inv_operation_result(search, "reading the verifiers", verdict);
    for (size_t i = 0; result == INV_OK && *match == INV_MATCH_UNKNOWN && search->entry_count == 1;
         i++) {
        size_t length = 0;
        const char *value = inv_entry_value(search->entries[0], "authPassword", i, &length);

        if (value == NULL)
            break;
        *match = inv_verifier_match(value, length, password);
    }
    inv_operation_free(&search);
    return result;
}

inv_result inv_account_prove(inv_call *call, const inv_account *account, const inv_secret *password,
                             inv_verdict *verdict)
{
    bool only_scram = (call->domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0;
    inv_match match = INV_MATCH_UNKNOWN;
    inv_result result = INV_OK;

    if (only_scram)
        result = match_readable(call, account->dn, password, &match, verdict);
    if (result != INV_OK || match == INV_MATCH_YES)
        return result;
    if (match == INV_MATCH_NO)
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD, "the password does not match %s",
                               account->dn);
    result = inv_directory_prove(call->directory, account->dn, password, &call->deadline, verdict);
    /* a bind says nothing of a password that it is not for */
    if (result == INV_WRONG_PASSWORD && only_scram && account->has_auth_password_class)
        result = inv_verdict_set(verdict, INV_CONFIG,
                                 "authPassword of %s cannot be read: with nothing but SCRAM in "
                                 "password_verifiers invitegate has to",
                                 account->dn);
    return result;
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

/* The JID's own account, or INV_NO_ACCOUNT. */
static inv_result find_one(inv_call *call, const inv_name *name, inv_account **account,
                           inv_verdict *verdict)
{
    inv_result result = inv_account_find(call, name, account, verdict);

    if (result == INV_OK && !inv_account_is_own(*account)) {
        result = inv_verdict_set(verdict, INV_NO_ACCOUNT, "%s", inv_account_why_not_own(*account));
        inv_account_free(account);
    }
    return result;
}

inv_result inv_account_login(inv_call *call, const inv_name *name, const inv_secret *password,
                             inv_verdict *verdict)
{
    inv_account *account = NULL;
    inv_result result = find_one(call, name, &account, verdict);

    if (result == INV_OK)
        result = inv_account_prove(call, account, password, verdict);
    if (result == INV_OK && inv_account_is_over(account, time(NULL)))
        result = expired(account, verdict);
    verdict->must_change = result == INV_OK && account->must_change;
    inv_account_free(&account);
    return result;
}

inv_result inv_account_status(inv_call *call, const inv_name *name, inv_verdict *verdict)
{
    inv_account *account = NULL;
    inv_result result = find_one(call, name, &account, verdict);

    if (result == INV_OK && inv_account_is_over(account, time(NULL)))
        result = expired(account, verdict);
    verdict->must_change = result == INV_OK && account->must_change;
    inv_account_free(&account);
    return result;
}
