/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_GROUP_H
#define INVITEGATE_GROUP_H

#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/jid.h"

/*
 * Groups that name an account, by its DN, name or JID: group_filter below group_search_base. Where
 * that key is not set, the base is the naming context that holds people, which the root DSE tells
 * each time; each of them, where one lies below the other. A guess made of the configured DNs is
 * searched in the same flight, to spare a round trip where it is right.
 */

/*
 * *group: the DN of the first group that names the entry that a new account of name would be, NULL
 * when none does; the caller frees it. One search, and one more where the root DSE says that the
 * base is another. INV_OK only when the whole base was searched (result 0), or a group was found;
 * anything else is INV_CONFIG or no verdict, never "none".
 */
inv_result inv_group_find(inv_call *call, const inv_jid *name, char **group);

/*
 * Which attributes a new member is written to: every one that the group's classes call for (member
 * of groupOfNames and groupOfMembers, uniqueMember of groupOfUniqueNames, memberUid of posixGroup),
 * and every one of these that it has values of. A group may have several.
 */
#define INV_GROUP_ATTRIBUTES 3
enum { INV_GROUP_KIND_READS = 1 + INV_GROUP_ATTRIBUTES };

/* The reads that tell; the first is of the group itself. False: memory is short. The caller frees
 * them in either case. */
bool inv_group_kind_reads(const char *dn, inv_operation *reads[INV_GROUP_KIND_READS]);

/*
 * How many attributes there are, and which; constant texts. 0: the entry is no group of a known
 * class, or cannot be read. The reads were answered.
 */
size_t inv_group_kind(inv_operation *const reads[INV_GROUP_KIND_READS],
                      const char *attributes[INV_GROUP_ATTRIBUTES]);

/* Whether its values are DNs; else they are names. */
bool inv_group_attribute_holds_dn(const char *attribute);

/*
 * A name that could be registered, and that a group names already. Texts are valid during the
 * visit.
 */
typedef struct inv_group_orphan {
    const char *group; /* the DN of the group */
    const char *attribute;
    const char *local;
} inv_group_orphan;

/*
 * Visits every membership, in the groups that invitegate can see, of a name of the domain that no
 * entry holds (a memberUid: no entry of any configured domain): an account registered under that
 * name would be in those groups. Names that
 * name_pattern or reserved_names forbid anyway are left out. The call's deadline is set anew for
 * each operation.
 */
inv_result inv_group_each_orphan(inv_call *call,
                                 void (*visit)(void *context, const inv_group_orphan *orphan),
                                 void *context);

#endif
