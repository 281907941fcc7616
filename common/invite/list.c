/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "model/invite.h"

static int newest_first(const void *a, const void *b)
{
    const inv_invite *first = *(const inv_invite *const *)a;
    const inv_invite *second = *(const inv_invite *const *)b;

    if (first->created != second->created)
        return first->created < second->created ? 1 : -1;
    return strcmp(first->id, second->id);
}

inv_result inv_invite_each(inv_call *call, const char *filter,
                           bool (*visit)(void *context, const inv_invite *invite), void *context)
{
    inv_operation *search = NULL;
    inv_invite **invites = NULL;
    size_t count = 0;
    char *whole = NULL;
    inv_result unreadable = INV_OK;
    inv_result result;

    if (asprintf(&whole, "(&(objectClass=xmppInvite)%s)", filter != NULL ? filter : "") == -1)
        return inv_verdict_no_memory(call->verdict);
    search = inv_operation_search(call->domain->invites, INV_SCOPE_ONE, whole,
                                  inv_invite_attributes(INV_INVITE_ALL));
    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(call, search, "listing invites", INV_LDAP_SUCCESS);
    if (result != INV_OK)
        goto cleanup;
    invites = calloc(search->entry_count + 1, sizeof(inv_invite *));
    if (invites == NULL) {
        result = inv_verdict_no_memory(call->verdict);
        goto cleanup;
    }
    for (size_t i = 0; i < search->entry_count; i++) {
        inv_result read = inv_invite_from_entry(search->entries[i], &invites[count], call->verdict);

        if (read == INV_OK)
            read = inv_invite_check_account(call, invites[count]);
        if (read == INV_OK) {
            count++;
            continue;
        }
        inv_invite_free(&invites[count]);
        if (read != INV_CONFIG && read != INV_NAME_INVALID) {
            result = read;
            goto cleanup;
        }
        inv_log_write(call->log, INV_LOG_WARNING, "%s", call->verdict->why);
        unreadable = INV_CONFIG;
    }
    qsort(invites, count, sizeof(inv_invite *), newest_first);
    for (size_t i = 0; i < count && visit(context, invites[i]); i++)
        continue;
    result = unreadable;
cleanup:
    for (size_t i = 0; i < count; i++)
        inv_invite_free(&invites[i]);
    free(invites);
    free(whole);
    inv_operation_free(&search);
    return result;
}

void inv_invite_filter_expired(bool expired, time_t moment, char filter[INV_INVITE_FILTER_SIZE])
{
    char text[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(expired ? moment : moment - 1, text);
    (void)snprintf(filter, INV_INVITE_FILTER_SIZE, "(!(inviteExpires%s%s))",
                   expired ? ">=" : "<=", text);
}

inv_result inv_invite_count_open(inv_call *call, const inv_jid *inviter, size_t *open)
{
    static const char *const ends[] = {"inviteAccountExpires", NULL};
    char *jid = inv_filter_escape(inv_jid_text(inviter));
    inv_operation *search = NULL;
    char current[INV_INVITE_FILTER_SIZE];
    char *filter = NULL;
    inv_result result;

    *open = 0;
    inv_invite_filter_expired(false, time(NULL), current);
    if (jid == NULL ||
        asprintf(&filter, "(&(inviteInviter=%s)(objectClass=xmppInvite)(inviteUsesLeft>=1)%s)", jid,
                 current) == -1) {
        free(jid);
        return inv_verdict_no_memory(call->verdict);
    }
    search = inv_operation_search(call->domain->invites, INV_SCOPE_ONE, filter, ends);
    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(call, search, "counting open invites", INV_LDAP_SUCCESS);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        const char *end = inv_entry_text(search->entries[i], "inviteAccountExpires");

        if (!inv_invite_account_end_passed(end, time(NULL)))
            (*open)++;
    }
    inv_operation_free(&search);
    free(filter);
    free(jid);
    return result;
}
