/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/group.h"

/* Which attributes of a group hold its members. */

static const char *const names[INV_GROUP_ATTRIBUTES] = {"member", "uniqueMember", "memberUid"};

/* groupOfMembers and the auxiliary posixGroup are of RFC 2307bis. */
static const struct {
    const char *class_name;
    const char *attribute;
} classes[] = {
    {"groupOfNames", "member"},
    {"groupOfMembers", "member"},
    {"groupOfUniqueNames", "uniqueMember"},
    {"posixGroup", "memberUid"},
};

bool inv_group_kind_reads(const char *dn, inv_operation *reads[INV_GROUP_KIND_READS])
{
    static const char *const class_only[] = {"objectClass", NULL};
    static const char *const nothing[] = {NULL};
    bool made = true;

    reads[0] = inv_operation_search(dn, INV_SCOPE_BASE, NULL, class_only);
    for (size_t i = 0; i < INV_GROUP_ATTRIBUTES; i++) {
        char filter[32];

        (void)snprintf(filter, sizeof(filter), "(%s=*)", names[i]);
        reads[1 + i] = inv_operation_search(dn, INV_SCOPE_BASE, filter, nothing);
    }
    for (size_t i = 0; i < INV_GROUP_KIND_READS; i++)
        made = made && reads[i] != NULL;
    return made;
}

static bool is_called_for(const inv_entry *group, const char *attribute)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strcmp(classes[i].attribute, attribute) == 0 &&
            inv_entry_has(group, "objectClass", classes[i].class_name))
            return true;
    }
    return false;
}

size_t inv_group_kind(inv_operation *const reads[INV_GROUP_KIND_READS],
                      const char *attributes[INV_GROUP_ATTRIBUTES])
{
    size_t count = 0;

    if (!inv_operation_answered(reads[0], INV_LDAP_SUCCESS) || reads[0]->entry_count != 1)
        return 0;
    for (size_t i = 0; i < INV_GROUP_ATTRIBUTES; i++) {
        if (is_called_for(reads[0]->entries[0], names[i]) || reads[1 + i]->entry_count == 1)
            attributes[count++] = names[i];
    }
    return count;
}

bool inv_group_attribute_holds_dn(const char *attribute)
{
    return strcmp(attribute, "memberUid") != 0;
}
