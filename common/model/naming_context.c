/* SPDX-License-Identifier: BSD-2-Clause */
#include "naming_context.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"

inv_operation *naming_contexts_read(void)
{
    static const char *const attributes[] = {"namingContexts", "vendorName", NULL};

    return inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
}

const char *naming_context_next(const inv_operation *root, const char *dn, size_t *index)
{
    const inv_entry *entry = root->entry_count == 1 ? root->entries[0] : NULL;
    size_t count = entry != NULL ? inv_entry_count(entry, "namingContexts") : 0;

    while (*index < count) {
        const char *context = inv_entry_value(entry, "namingContexts", (*index)++, NULL);

        if (inv_dn_within(dn, context))
            return context;
    }
    return NULL;
}

static const char *longest(const inv_operation *root, const char *dn)
{
    const char *found = NULL;
    const char *context;
    size_t index = 0;

    while ((context = naming_context_next(root, dn, &index)) != NULL) {
        if (found == NULL || inv_dn_within(context, found))
            found = context;
    }
    return found;
}

inv_result naming_context_find(inv_call *call, const char *dn, char **context)
{
    inv_operation *read = naming_contexts_read();
    inv_result result = inv_call_run(call, &read, 1);
    const char *found = NULL;

    *context = NULL;
    if (result == INV_OK && inv_operation_answered(read, INV_LDAP_SUCCESS))
        found = longest(read, dn);
    if (found != NULL) {
        *context = strdup(found);
        if (*context == NULL)
            result = inv_verdict_no_memory(call->verdict);
    }
    inv_operation_free(&read);
    return result;
}
