/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/schema.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"

/* Whether a description of RFC 4512 4.1 has this name: NAME 'x' or NAME ( 'x' 'y' ). */
static bool is_named(const char *description, const char *name)
{
    const char *names = strstr(description, "NAME");
    const char *end = names != NULL ? strpbrk(names, "'(") : NULL;
    size_t length = strlen(name);

    if (end == NULL)
        return false;
    end = *end == '(' ? strchr(end, ')') : strchr(end + 1, '\'');
    for (const char *quote = strchr(names, '\''); end != NULL && quote != NULL && quote <= end;
         quote = strchr(quote + 1, '\'')) {
        if (inv_ascii_equal_in(quote + 1, name, length) && quote[1 + length] == '\'')
            return true;
    }
    return false;
}

/* "( 1.2.3 NAME ..." */
static bool has_oid(const char *description, const char *oid)
{
    const char *start = description + strspn(description, "( ");
    size_t length = strlen(oid);

    return strncmp(start, oid, length) == 0 && strchr(" )", start[length]) != NULL;
}

const char *inv_schema_definition(const inv_entry *entry, const char *kind, const char *name)
{
    size_t count = inv_entry_count(entry, kind);

    for (size_t i = 0; i < count; i++) {
        const char *description = inv_entry_value(entry, kind, i, NULL);

        if (is_named(description, name) || has_oid(description, name))
            return description;
    }
    return NULL;
}

/*
 * The DN of the subschema entry; the caller frees it. NULL with INV_OK: the server does not tell.
 */
static inv_result find_subschema(inv_call *call, char **dn)
{
    static const char *const attributes[] = {"subschemaSubentry", NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, attributes);
    inv_result result = inv_call_run(call, &search, 1);
    const char *found = NULL;

    *dn = NULL;
    if (result == INV_OK && search != NULL && search->entry_count == 1)
        found = inv_entry_text(search->entries[0], "subschemaSubentry");
    if (found != NULL) {
        *dn = strdup(found);
        if (*dn == NULL)
            result = inv_verdict_no_memory(call->verdict);
    }
    inv_operation_free(&search);
    return result;
}

inv_result inv_schema_read(inv_call *call, inv_operation **search)
{
    static const char *const attributes[] = {"attributeTypes", "objectClasses", NULL};
    char *dn = NULL;
    inv_result result = find_subschema(call, &dn);

    *search = NULL;
    if (result == INV_OK && dn != NULL) {
        *search = inv_operation_search(dn, INV_SCOPE_BASE, "(objectClass=subschema)", attributes);
        result = inv_call_run(call, search, 1);
    }
    free(dn);
    if (*search != NULL && (result != INV_OK || (*search)->entry_count != 1 ||
                            inv_entry_count((*search)->entries[0], "attributeTypes") == 0))
        inv_operation_free(search);
    return result;
}
