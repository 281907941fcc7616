/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/accounts.h"

#include <stdio.h>
#include <stdlib.h>

#include "account.h"
#include "invitegate/directory.h"

/* A single search of the identity stays within 500 entries, see invitegate-schema(5). */
#define NAMES_OF_SEARCH    50
#define SEARCHES_OF_FLIGHT 20

/* NULL when memory is short. */
static char *filter_for(const inv_jid *const *names, size_t count)
{
    char *filter = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&filter, &size);
    bool whole = text != NULL && fputs("(&(objectClass=xmppAccount)(|", text) >= 0;

    for (size_t i = 0; i < count && whole; i++) {
        char *jid = inv_filter_escape(inv_jid_text(names[i]));

        whole = jid != NULL && fprintf(text, "(xmppJid=%s)", jid) > 0;
        free(jid);
    }
    whole = whole && fputs("))", text) >= 0;
    if (text == NULL || fclose(text) != 0 || !whole) {
        free(filter);
        filter = NULL;
    }
    return filter;
}

static inv_operation *search_for(const inv_domain *domain, const inv_jid *const *names,
                                 size_t count)
{
    static const char *const attributes[] = {"objectClass", "xmppJid",         "inviteId",
                                             "inviteNonce", "createTimestamp", "xmppAccountExpires",
                                             NULL};

    return account_search(domain, filter_for(names, count), attributes);
}

static inv_result visit_entries(const inv_operation *search,
                                bool (*visit)(void *context, const inv_account *account),
                                void *context, bool *go_on, inv_verdict *verdict)
{
    inv_result result = inv_operation_result(search, "looking for accounts", verdict);

    for (size_t i = 0; i < search->entry_count && result == INV_OK && *go_on; i++) {
        inv_account *account = NULL;

        result = inv_account_from_entry(search->entries[i], &account, verdict);
        if (result == INV_OK)
            *go_on = visit(context, account);
        inv_account_free(&account);
    }
    return result;
}

inv_result inv_accounts_each(inv_call *call, const inv_jid *const *names, size_t count,
                             bool (*visit)(void *context, const inv_account *account),
                             void *context)
{
    inv_result result = INV_OK;
    bool go_on = true;

    for (size_t next = 0; next < count && result == INV_OK && go_on;) {
        inv_operation *flight[SEARCHES_OF_FLIGHT] = {NULL};
        size_t searches = 0;

        while (searches < SEARCHES_OF_FLIGHT && next < count) {
            size_t some = count - next < NAMES_OF_SEARCH ? count - next : NAMES_OF_SEARCH;

            flight[searches++] = search_for(call->domain, names + next, some);
            next += some;
        }
        result = inv_call_run(call, flight, searches);
        for (size_t i = 0; i < searches; i++) {
            if (result == INV_OK && go_on && flight[i] != NULL)
                result = visit_entries(flight[i], visit, context, &go_on, call->verdict);
            inv_operation_free(&flight[i]);
        }
    }
    return result;
}
