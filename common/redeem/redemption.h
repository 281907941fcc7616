/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_REDEEM_REDEMPTION_H
#define INVITEGATE_COMMON_REDEEM_REDEMPTION_H

#include "invitegate/account.h"
#include "invitegate/pair.h"
#include "invitegate/provider.h"
#include "invitegate/redeem.h"
#include "model/claim.h"
#include "model/group.h"
#include "parties.h"

/*
 * One redemption under way: what was asked, what the directory showed last, and what this attempt
 * holds. The files of this wing share it.
 */
struct redemption {
    /* asked */
    inv_call *call;
    char invite_id[INV_INVITE_ID_LENGTH + 1];
    const inv_name *name;
    const inv_secret *password; /* NULL in a check */
    inv_allowed_types allowed_types;
    bool open;      /* without an invite */
    bool registers; /* a new account: pairs of an earlier holder of the name are not its own */
    time_t accepted_at;
    bool accepted; /* by a check of the last hour */
    inv_verdict *verdict;
    /* seen */
    inv_invite *invite;
    bool typed; /* an invite was seen, and it was of this type: it stays so */
    inv_invite_type type;
    inv_account *account;             /* the holder of the name, or NULL; of another JID too */
    bool hashing_proved;              /* init saw the directory hash a clear password */
    char provider[INV_PROVIDER_SIZE]; /* which server decides, as recorded; "": none */
    inv_operation *pairs;             /* the search for pairs that name the JID */
    inv_operation *reservation;       /* the read of the name's reservation */
    inv_operation *groups[INV_GROUP_READS]; /* which groups name the new account already */
    /* held */
    inv_claim claim;
    bool fresh_claim;           /* took a use of its own: it may be given back */
    bool lost_race;             /* somebody else was quicker in this very call */
    inv_result connect_failure; /* what kept pairs or memberships from being written */
    bool elsewhere_asked;       /* call->claimed_elsewhere has let the name through */
    bool rechecked;             /* a token that seemed used up was looked at a second time */
    char owed[2048];            /* groups that could not be joined, as inviteUsedBy has them */
    char owed_why[384];         /* the last of them, and why */
    const char *only;           /* of the groups only these; NULL: all */
};

/* Fills the asked part; accepted now. invite_id INV_INVITE_ID_OPEN: without an invite. */
void redemption_start(struct redemption *redemption, inv_call *call, const char *invite_id,
                      const inv_name *name, inv_verdict *verdict);

/* 0, a moment in the future or over an hour ago count as now. */
void redemption_accept_at(struct redemption *redemption, time_t accepted_at);
void redemption_end(struct redemption *redemption);

/*
 * The token, before anybody asks who has the name: INV_OK when it is good, or over with a claim
 * that stands; *begun: this token and name were begun or done before, and the password decides.
 * Fills invite, and account with the one this token made. INV_BAD_TOKEN in one flight for a token
 * that is unknown or of the wrong type, in at most two for one that is over (in three when that is
 * a reset and comes with its own name), in the same ones whether the name is free or taken.
 */
inv_result redemption_judge_token(struct redemption *redemption, bool *begun);

/* The state of the invite that was seen: its own end counts at accepted_at, the account's now. */
inv_invite_state redemption_state(const struct redemption *redemption);

/* The account that was seen was made, or its password set, by this very invite and name. */
bool redemption_was_begun(const struct redemption *redemption);

/* One flight of reads: invite, holder of the name, reservation, pairs, groups that name it.
 * Replaces what was seen. */
inv_result redemption_read_state(struct redemption *redemption, inv_invite_parts parts);

/* INV_BAD_TOKEN when the caller does not take invites of this type. */
inv_result redemption_refuse_type(struct redemption *redemption);

/* INV_CONFIG when a clear password would be written to a directory that was not seen to hash it. */
inv_result redemption_refuse_unproved(struct redemption *redemption);

/* A contact invite: whether its holder's JID may redeem it. INV_NOT_ALLOWED. */
inv_result redemption_judge_redeemer(struct redemption *redemption);

/*
 * Whose claim this attempt may take: *standing NULL for a fresh use, else the claim to take over.
 * INV_BAD_TOKEN: revoked, expired, used up, or held by another who is not done. *again: look once
 * more before it is refused. The reads of one flight are not of one moment: another attempt of this
 * name may have made the account behind the search for it, and finished in front of the read of the
 * invite.
 */
inv_result redemption_judge_state(struct redemption *redemption, const inv_use **standing,
                                  bool *again);

/*
 * Did the attempt of a standing claim get anywhere, to an account or a pair of this invite? Then it
 * waits to be finished and is not free.
 */
inv_result redemption_has_effect(struct redemption *redemption, const inv_use *claim, bool *effect);

/* Whether the name may be registered with this invite; the account is known not to be its own. */
inv_result redemption_judge_name(struct redemption *redemption);

/*
 * Takes the use (or takes over *standing) and, in the same flight, asks for inviter, contacts and
 * groups. *again: lost, or the outcome is unknown but the claim was found standing: look again.
 */
inv_result redemption_claim(struct redemption *redemption, const inv_use *standing,
                            struct parties *parties, bool *again);

/*
 * Whether the server that took a write of this redemption is the one that decides. INV_CONFIG: what
 * was written has to go again.
 */
inv_result redemption_judge_provider(struct redemption *redemption, const inv_operation *write);

/* After a definite refusal: gives a fresh claim back, unless the name's account is this invite's.
 */
void redemption_give_back(struct redemption *redemption);

/* The questions of relations in a flight of their own. Errors as parties_check. */
inv_result redemption_check_parties(struct redemption *redemption, struct parties *parties);

/*
 * Connecting (docs/redemption.md): pairs of an earlier holder of the name go, pairs come, and group
 * memberships unless account_dn is NULL.
 * A group that does not take the account is logged, and put down in owed. False: a pair may not be
 * in place, or there was no answer or no time; all of it may be repeated, and the claim stands for
 * that.
 */
bool redemption_connect(struct redemption *redemption, const struct parties *parties,
                        const char *account_dn);

/*
 * The containers the pair of these two stands in: those of their own domains as far as they are
 * configured, else the invite's. Returns how many, 1 or 2.
 */
size_t redemption_pair_containers(const inv_call *call, const char *jid, const char *contact,
                                  const inv_domain *containers[2]);

/*
 * The account leaves the groups that redemption_connect had it join. A group that keeps it is a
 * fault: whoever got the name next would be in it.
 */
inv_result redemption_leave(struct redemption *redemption, const struct parties *parties,
                            const char *account_dn);

/* Removes the pairs this invite gave the JID. */
void redemption_disconnect(struct redemption *redemption);

typedef enum finish_outcome {
    FINISH_DONE,      /* the use is recorded, by this attempt or another of the same name */
    FINISH_UNKNOWN,   /* no answer, or the directory refused: the claim stands, repair meets it */
    FINISH_REPOINTED, /* the claim is gone, and no use of this attempt is recorded */
} finish_outcome;

/*
 * Without a claim (unlimited): a use that something is owed to is put down, for repair. whole: it
 * is the groups in owed, else everything.
 */
void redemption_record_owed(struct redemption *redemption, bool whole);

/*
 * Finishing: the claim text becomes a finished use, with what is owed to it. The reservation of a
 * preset name goes with it. nonce: of the attempt that made the account (registers), else of any.
 */
finish_outcome redemption_finish(struct redemption *redemption, const char *claim_text,
                                 const char *nonce);

/* The same for this very claim only. FINISH_REPOINTED: it does not stand any more. */
finish_outcome redemption_finish_exactly(struct redemption *redemption, const char *claim_text,
                                         const char *nonce);

/*
 * Whether the account that was seen has its use of the invite already: a claim of its name that
 * stands then is one too many. Two attempts of one person may both have got one.
 */
inv_result redemption_has_use(struct redemption *redemption, bool *has, inv_verdict *verdict);

/*
 * Something of the account that was seen may be unfinished: a claim of its JID stands, or pairs of
 * an earlier holder of the name are left.
 */
bool redemption_owes(const struct redemption *redemption);

/*
 * Finishes what a crashed attempt of this name left: steps 5 and 6 if its own claim still stands
 * and the invite is not revoked; pairs of an earlier holder of the name go in any case. Grants
 * nothing else: a membership or pair that an admin has taken away since stays away. The account
 * must be this invite's, and whoever asks must have proved its password.
 */
inv_result redemption_settle(struct redemption *redemption);

/* The password decides between OK and BAD_TOKEN once the account is there. */
inv_result redemption_verify(struct redemption *redemption);

/*
 * For an account that this redemption made before: the password is proved, and only then is
 * anything settled.
 */
inv_result redemption_resume(struct redemption *redemption);

/* Whether the account of a reset is there, the one that was meant, enabled, and let in by
 * reset_filter. */
inv_result redemption_judge_reset(struct redemption *redemption);

/*
 * The account that was seen carries the mark of this reset invite: whether its reset was cut off
 * before the second modify, where nothing but SCRAM is kept. No password can be proved then; the
 * claim that stands is not finished, and lets the holder of the token set a password anew.
 */
inv_result redemption_reset_was_cut_off(struct redemption *redemption, bool *cut_off);

/* INV_NOT_ALLOWED where nobody registers without a token. */
inv_result redemption_refuse_open(inv_call *call, inv_allowed_types allowed_types,
                                  inv_verdict *verdict);

/* What stands in the place of the invite where there is none. INV_NO_MEMORY. */
inv_result redemption_open_terms(struct redemption *redemption);

/* Made within the hour that counts as one registration. */
bool redemption_is_new(const inv_account *account);

/* The account that is there is this redemption's: may its password decide? Without an invite only
 * while the account is new. */
bool redemption_may_repeat(const struct redemption *redemption);

/*
 * Pairs of an earlier holder of the name were seen, and no claim stands (unlimited, or without an
 * invite) that would tell later that they are still to be removed.
 */
bool redemption_has_stale_pairs(const struct redemption *redemption);

/* Where connecting failed then: no claim tells anybody later, so the answer is an error as long as
 * the contacts of the earlier holder are on the roster. */
inv_result redemption_refuse_stale_pairs(struct redemption *redemption);

/* INV_NAME_RESERVED: the invite is for its inviteUser only, which the person is told. */
inv_result redemption_refuse_other_name(struct redemption *redemption);

/* INV_NAME_TAKEN, by the account that was seen. */
inv_result redemption_taken(struct redemption *redemption);

/* The three ways, by type. */
inv_result redemption_register(struct redemption *redemption);
inv_result redemption_reset(struct redemption *redemption);

inv_result redemption_bad_token(struct redemption *redemption, const char *why);

#endif
