/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_PARTIES_H
#define INVITEGATE_COMMON_REDEEM_PARTIES_H

#include "invitegate/account.h"
#include "invitegate/group.h"

/*
 * The parties of an invite: inviter, further contacts, groups. The searches for them are put in
 * flight with the claim; the answers say which of them may still be used.
 */
typedef struct party {
    const char *jid;       /* borrowed from the invite */
    inv_jid *name;         /* prepared */
    inv_operation *search; /* NULL: a JID of a domain that is not configured, taken as it is */
    bool usable;           /* exists, and gets a pair */
} party;

typedef struct party_group {
    const char *dn; /* borrowed from the invite */
    inv_operation *reads[INV_GROUP_KIND_READS];
    const char *attributes[INV_GROUP_ATTRIBUTES]; /* those that get the new member */
    size_t attribute_count;                       /* 0: not usable */
    const char *fault; /* why, where the membership is owed to the account all the same; or NULL */
} party_group;

struct parties {
    party *contacts; /* the inviter first, if there is one */
    size_t contact_count;
    bool has_inviter;
    party_group *groups;
    size_t group_count;
};

/*
 * Makes the searches. INV_CONFIG for a JID in the invite that is none; INV_NO_MEMORY. End it with
 * parties_end in any case.
 */
inv_result parties_start(struct parties *parties, const inv_call *call, const inv_invite *invite);
void parties_end(struct parties *parties);

/* The greatest number of operations, and the operations themselves, appended to list. */
size_t parties_count(const struct parties *parties);
void parties_append(const struct parties *parties, inv_operation **list, size_t *count);

/*
 * Judges all the answers. INV_BAD_TOKEN ("inviter gone") only with inviter_gone = refuse; other
 * contacts that are gone are logged and get no pair. No verdict when the search for a contact
 * failed.
 */
inv_result parties_check(struct parties *parties, inv_call *call, const inv_invite *invite);

#endif
