/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/roster.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "model/pair.h"

typedef struct roster_item {
    const char *contact;
    const char *group;
} roster_item;

static int by_contact(const void *a, const void *b)
{
    return strcmp(((const roster_item *)a)->contact, ((const roster_item *)b)->contact);
}

inv_result inv_roster_each(inv_call *call, const char *jid,
                           bool (*visit)(void *context, const char *contact, const char *group),
                           void *context)
{
    inv_operation *search = inv_pair_search_operation(call->domain, jid);
    roster_item *items = NULL;
    size_t count = 0;
    inv_result result;

    if (search != NULL)
        search->paged = true;
    result = inv_call_perform(call, search, "reading the roster", INV_LDAP_SUCCESS);
    if (result != INV_OK || search == NULL)
        goto cleanup;
    items = calloc(search->entry_count + 1, sizeof(*items));
    if (items == NULL) {
        result = inv_verdict_no_memory(call->verdict);
        goto cleanup;
    }
    for (size_t i = 0; i < search->entry_count; i++) {
        const inv_entry *pair = search->entries[i];
        const char *contact = inv_pair_contact(pair, jid);

        if (inv_pair_is_fit(call, pair) && contact != NULL)
            items[count++] = (roster_item){contact, inv_pair_group(call, pair)};
    }
    qsort(items, count, sizeof(*items), by_contact);
    for (size_t i = 0; i < count && visit(context, items[i].contact, items[i].group); i++)
        continue;
cleanup:
    free(items);
    inv_operation_free(&search);
    return result;
}
