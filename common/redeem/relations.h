/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_RELATIONS_H
#define INVITEGATE_COMMON_REDEEM_RELATIONS_H

#include "invitegate/account.h"
#include "invitegate/group.h"

/*
 * Who and what an invite connects a person to: inviter, further contacts, groups. The questions are
 * put in flight with the claim; the answers say which of them may still be used.
 */
typedef struct relation {
    const char *jid;       /* borrowed from the invite */
    inv_name *name;        /* prepared */
    inv_operation *search; /* NULL: a JID of a domain that is not configured, taken as it is */
    bool usable;           /* and wanted: gets a pair */
} relation;

typedef struct group_relation {
    const char *dn; /* borrowed from the invite */
    inv_operation *reads[INV_GROUP_KIND_READS];
    const char *attributes[INV_GROUP_ATTRIBUTES]; /* what its members are written to */
    size_t attribute_count;                       /* 0: not usable */
    const char *fault; /* why, and it is owed to the account all the same; or NULL */
} group_relation;

struct relations {
    relation *contacts; /* the inviter first, if there is one */
    size_t contact_count;
    bool has_inviter;
    group_relation *groups;
    size_t group_count;
};

/* Prepares the questions. INV_CONFIG for a JID in the invite that is none. */
inv_result relations_start(struct relations *relations, const inv_call *call,
                           const inv_invite *invite, inv_verdict *verdict);
void relations_end(struct relations *relations);

/* How many operations there are, and the operations, appended to list. */
size_t relations_count(const struct relations *relations);
void relations_append(const struct relations *relations, inv_operation **list, size_t *count);

/*
 * Judges all the answers. INV_BAD_TOKEN ("inviter gone") only with inviter_gone = refuse; contacts
 * that are gone are logged and not used. INV_CONFIG and DIRECTORY_DOWN when an answer is none.
 */
inv_result relations_judge(struct relations *relations, const inv_call *call,
                           const inv_invite *invite, inv_verdict *verdict);

#endif
