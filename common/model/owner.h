/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_OWNER_H
#define INVITEGATE_COMMON_MODEL_OWNER_H

#include "invitegate/account.h"

/*
 * Whose an entry is: the one rule for every command and every way in. An entry with xmppJid is that
 * JID's alone (compared as JIDs, RFC 6122). One without belongs to the domain whose people
 * container holds it; outside of all of them to the only configured domain, if its invites
 * container records that the directory has no other (inviteSoleContainer: TRUE); else to no domain,
 * until invitectl adopt gives it an xmppJid. Where people containers are shared or nested, an entry
 * without xmppJid that is in two of them belongs to no domain.
 */

/* What the entry and the configuration tell of that rule. */
typedef enum owner_kind {
    OWNER_JID,       /* the name's own */
    OWNER_ANOTHER,   /* another JID's, or of another domain */
    OWNER_NOBODY,    /* in two people containers, or outside of all where there are two domains */
    OWNER_ELSEWHERE, /* outside of people of the only domain: inviteSoleContainer decides */
} owner_kind;

/* INV_OK, or INV_NO_MEMORY. Without I/O. */
inv_result owner_classify(const inv_config *config, const inv_jid *name, const inv_entry *entry,
                          owner_kind *kind, inv_verdict *verdict);

/* The same of an entry without xmppJid at dn, for a name of that domain. */
owner_kind owner_classify_place(const inv_config *config, const char *domain, const char *dn);

/*
 * Reads inviteSoleContainer of the only configured domain. *sole is false where there are several
 * domains, or where nothing is recorded.
 */
inv_result owner_read_sole(inv_call *call, bool *sole);

#endif
