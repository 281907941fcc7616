/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_STALE_CLAIM_H
#define INVITEGATE_COMMON_REDEEM_STALE_CLAIM_H

#include "invitegate/invite.h"

typedef enum claim_end {
    CLAIM_END_GONE,     /* the claim was gone already */
    CLAIM_END_FINISHED, /* the account or pair exists: the use is recorded */
    CLAIM_END_FREED,    /* the claim led to nothing: the use is open again */
    CLAIM_END_STUCK,    /* neither could be done */
} claim_end;

/*
 * Ends exactly this claim of the invite: finishes it or frees its use. A newer claim of the same
 * JID has a nonce of its own and is left alone. Only for a claim that was seen to be older than
 * claim_grace, or whose account is known to exist. *end tells what was done; dry_run: what would
 * be. INV_CONFIG: the claim stays, and verdict->why says what an administrator can do (a reset that
 * only its token, or a new one, can bring to its end). No verdict: errors of the directory.
 */
inv_result claim_end_stale(inv_call *call, const inv_invite *invite, const inv_use *claim,
                           bool dry_run, claim_end *end);

/*
 * Tries once more to give the account of a finished use what it is owed (inv_use.owed), and nothing
 * else. CLAIM_END_FINISHED: it has all of it now. CLAIM_END_GONE: the account is gone or the invite
 * was revoked, and nothing is owed any more. CLAIM_END_STUCK: still owed, and verdict->why says
 * what is in the way; so with dry_run, which writes nothing. No verdict: errors of the directory.
 */
inv_result claim_give_owed(inv_call *call, const inv_invite *invite, const inv_use *use,
                           bool dry_run, claim_end *end);

/*
 * Writes the pairs that the account of this name has from its invite, if there is such an account.
 * Joins no group.
 */
inv_result claim_reconnect(inv_call *call, const inv_jid *name);

#endif
