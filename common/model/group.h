/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_GROUP_H
#define INVITEGATE_COMMON_MODEL_GROUP_H

#include "config/group_filter.h"
#include "invitegate/group.h"

/*
 * The base that is configured, or every naming context that holds people; a list that ends with
 * NULL. INV_CONFIG: no naming context holds people. Else no verdict.
 */
inv_result group_bases(inv_call *call, char ***bases);
void group_bases_free(char ***bases);

/* The reads that tell whether a group names an account, to be put in flight with others. */
enum { INV_GROUP_READ_GROUPS, INV_GROUP_READ_ROOT, INV_GROUP_READS };

/*
 * Makes them for the entry dn of name. reads[INV_GROUP_READ_ROOT] is NULL where the base is
 * configured. False: memory is short. The caller frees them in either case.
 */
bool inv_group_reads(const inv_domain *domain, const inv_jid *name, const char *dn,
                     inv_operation *reads[INV_GROUP_READS]);

/*
 * Judges them once they were answered; *group and the errors as inv_group_find. One search more
 * where the root DSE says that the base is another.
 */
inv_result inv_group_from_reads(inv_call *call, const inv_jid *name, const char *dn,
                                inv_operation *reads[INV_GROUP_READS], char **group);

/*
 * Whether an entry other than dn (NULL: any) holds the local part in a configured domain. A group
 * that lists local parts (memberUid) may mean that entry. INV_OK, or no verdict.
 */
inv_result group_name_is_held(inv_call *call, const char *local, const char *dn, bool *ret_held);

/*
 * Takes dn and name out of every group that names them: each attribute that group_filter compares
 * with %D, %u or %j loses that value; one compared with %u keeps it while an entry other than dn
 * holds the name in any configured domain, since it may be that one's. *left counts the memberships
 * that went. A group that refuses stops it (the directory's words in call->verdict); those before
 * are done, it may be repeated.
 */
inv_result inv_group_leave(inv_call *call, const inv_jid *name, const char *dn, size_t *left);

#endif
