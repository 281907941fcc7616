/* SPDX-License-Identifier: BSD-2-Clause */
#include "naming_context.h"

#include <stdlib.h>
#include <string.h>

/* NULL when none holds it. */
static const char *longest_holder(const inv_entry *root, const char *dn)
{
    const char *found = NULL;

    for (size_t i = 0; i < inv_entry_count(root, "namingContexts"); i++) {
        const char *one = inv_entry_value(root, "namingContexts", i, NULL);

        if (inv_dn_within(dn, one) && (found == NULL || inv_dn_within(one, found)))
            found = one;
    }
    return found;
}

inv_result naming_context_of(inv_call *call, const char *dn, char **context, inv_verdict *verdict)
{
    static const char *const attributes[] = {"namingContexts", NULL};
    inv_operation *read = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    inv_result result = inv_directory_run(call->directory, &read, 1, &call->deadline, verdict);
    const char *found = NULL;

    *context = NULL;
    if (result == INV_OK && inv_operation_answered(read, INV_LDAP_SUCCESS) &&
        read->entry_count == 1)
        found = longest_holder(read->entries[0], dn);
    if (found != NULL) {
        *context = strdup(found);
        if (*context == NULL)
            result = inv_verdict_no_memory(verdict);
    }
    inv_operation_free(&read);
    return result;
}
