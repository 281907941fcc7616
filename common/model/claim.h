/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_CLAIM_H
#define INVITEGATE_COMMON_MODEL_CLAIM_H

#include "invitegate/invite.h"

#define INV_NONCE_SIZE 17 /* 64 random bits in hex, with NUL */

/*
 * The right of one attempt to use an invite once: inviteClaim "JID nonce". All operations below
 * name exact old values, so that each is atomic on every LDAP server, and the later of two attempts
 * is answered 16 (noSuchAttribute).
 */
typedef struct inv_claim {
    char nonce[INV_NONCE_SIZE];
    char *text; /* "JID nonce"; owned */
} inv_claim;

/*
 * A fresh nonce for jid. INV_NO_MEMORY, or INV_CONFIG without random bytes. Free with
 * inv_claim_clear.
 */
inv_result inv_claim_start(const char *jid, inv_claim *claim, inv_verdict *verdict);
void inv_claim_clear(inv_claim *claim);

/* inviteUsesLeft n to n-1 and the claim, in one modify. */
inv_operation *inv_claim_take_operation(const inv_invite *invite, const inv_claim *claim);

/* Exchanges another attempt's claim for this one; uses_left stays. */
inv_operation *inv_claim_take_over_operation(const inv_invite *invite, const inv_use *standing,
                                             const inv_claim *claim);

/*
 * A value of inviteUsedBy: "JID generalizedTime nonce", and behind it, where something that the
 * invite promised could not be given, " owed:" and a list of that; owed NULL: nothing. The caller
 * frees it; NULL when memory is short.
 */
char *inv_claim_use_text(const char *jid, time_t now, const char *nonce, const char *owed);

/* The claim (NULL: there is none) becomes a finished use with that text. NULL when use_text is. */
inv_operation *inv_claim_finish_operation(const inv_invite *invite, const char *claim_text,
                                          const char *use_text);

/*
 * Takes a use that was never claimed, as far as the invite knows, and records it as finished: of a
 * revoked invite one less can be restored. NULL when use_text is.
 */
inv_operation *inv_claim_record_operation(const inv_invite *invite, const char *use_text);

/*
 * Gives a claim back: it is deleted, and inviteUsesLeft n becomes n+1 (of a revoked invite: n-1,
 * one more to restore). INV_OK also when the claim is there no more. Nothing is sent after the
 * deadline: then the claim stays, until a repetition of the redemption or repair ends it.
 */
inv_result inv_claim_give_back(inv_call *call, const inv_invite *invite, const inv_claim *claim);

/* The claim of this JID among the invite's, or NULL. */
const inv_use *inv_claim_of(const inv_invite *invite, const char *jid);

/* Waits 1 to 20 ms, so that attempts that race spread out; not past the deadline. */
void inv_claim_jitter(const inv_deadline *deadline);

#endif
