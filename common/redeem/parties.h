/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_PARTIES_H
#define INVITEGATE_COMMON_REDEEM_PARTIES_H

#include "invitegate/account.h"
#include "invitegate/group.h"

/*
 * Who and what an invite connects a person to: inviter, further contacts, groups. The questions are
 * put in flight with the claim; the answers say which of them may still be used.
 */
typedef struct party {
    const char *jid;       /* borrowed from the invite */
    inv_name *name;        /* prepared */
    inv_operation *search; /* NULL: a JID of a domain that is not configured, taken as it is */
    bool usable;           /* and wanted: gets a pair */
} party;

typedef struct party_group {
    const char *dn; /* borrowed from the invite */
    inv_operation *reads[INV_GROUP_KIND_READS];
    const char *attributes[INV_GROUP_ATTRIBUTES]; /* what its members are written to */
    size_t attribute_count;                       /* 0: not usable */
    const char *fault; /* why, and it is owed to the account all the same; or NULL */
} party_group;

struct parties {
    party *contacts; /* the inviter first, if there is one */
    size_t contact_count;
    bool has_inviter;
    party_group *groups;
    size_t group_count;
};

/* Prepares the questions. INV_CONFIG for a JID in the invite that is none. */
inv_result parties_start(struct parties *parties, const inv_call *call, const inv_invite *invite,
                         inv_verdict *verdict);
void parties_end(struct parties *parties);

/* How many operations there are, and the operations, appended to list. */
size_t parties_count(const struct parties *parties);
void parties_append(const struct parties *parties, inv_operation **list, size_t *count);

/*
 * Judges all the answers. INV_BAD_TOKEN ("inviter gone") only with inviter_gone = refuse; contacts
 * that are gone are logged and not used. INV_CONFIG and DIRECTORY_DOWN when an answer is none.
 */
inv_result parties_check(struct parties *parties, const inv_call *call, const inv_invite *invite,
                         inv_verdict *verdict);

#endif
