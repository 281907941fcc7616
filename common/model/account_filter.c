/* SPDX-License-Identifier: BSD-2-Clause */
#include "account_filter.h"

#include "account.h"

/* What accounts may, by filters of the configuration on their own entry. */

static inv_result ask(inv_call *call, const char *dn, const char *filter, const char *what,
                      bool *matches)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, filter, nothing);
    inv_result result = inv_call_perform(call, search, what, INV_LDAP_SUCCESS);

    *matches = false;
    if (result == INV_OK)
        *matches = search->entry_count == 1;
    inv_operation_free(&search);
    return result;
}

inv_result inv_account_may_reset(inv_call *call, const char *dn, bool *may)
{
    return ask(call, dn, call->domain->reset_filter, "asking reset_filter", may);
}

inv_result inv_account_is_admin(inv_call *call, const inv_jid *name, bool *is_admin)
{
    const char *filter = call->domain->admin_filter;
    inv_account *account = NULL;
    inv_result result = inv_account_find(call, name, &account);

    *is_admin = false;
    if (result == INV_OK && !inv_account_is_own(account))
        result =
            inv_verdict_set(call->verdict, INV_NO_ACCOUNT, "%s", inv_account_why_not_own(account));
    else if (result == INV_OK && *filter != '\0' && !inv_account_is_over(account, time(NULL)))
        result = ask(call, account->dn, filter, "asking admin_filter", is_admin);
    inv_account_free(&account);
    return result;
}
