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
 * One redemption under way: what the caller asked for, what was read last, and what this attempt
 * holds. The files of this wing share it.
 */
struct redemption {
    /* asked for */
    inv_call *call;
    char invite_id[INV_INVITE_ID_LENGTH + 1];
    const inv_jid *name;
    const inv_secret *password; /* NULL in a check */
    inv_allowed_types allowed_types;
    bool open;      /* without an invite */
    bool registers; /* a new account: pairs of an earlier holder of the name are not its own */
    time_t accepted_at;
    bool accepted; /* a check accepted it within the last hour */
    /* read */
    inv_invite *invite;
    bool typed; /* the type below is set, and must not change any more */
    inv_invite_type type;
    inv_account *account; /* the entry that holds the name, also one of another JID; or NULL */
    bool hashing_proved;  /* invitePasswordForm: init saw the directory hash a clear password */
    char provider[INV_PROVIDER_SIZE];       /* inviteProvider; "": not recorded */
    inv_operation *pairs;                   /* the search for pairs that name the JID */
    inv_operation *reservation;             /* the read of the name's reservation */
    inv_operation *groups[INV_GROUP_READS]; /* which groups name the new account already */
    /* held */
    inv_claim claim;
    bool fresh_claim;           /* this attempt took a use, which may be given back */
    bool lost_race;             /* another attempt changed the invite first, in this very call */
    inv_result connect_failure; /* what kept pairs or memberships from being written */
    bool elsewhere_asked;       /* call->claimed_elsewhere has answered INV_OK */
    bool rechecked;             /* a token that seemed used up was read a second time */
    char owed[2048];            /* groups that could not be joined, as inviteUsedBy has them */
    char owed_why[384];         /* the last of them, and why */
    const char *only;           /* only these groups are to be joined; NULL: all */
};

/*
 * Fills the part that was asked for; accepted now. invite_id INV_INVITE_ID_OPEN: without an invite.
 */
void redemption_start(struct redemption *redemption, inv_call *call, const char *invite_id,
                      const inv_jid *name);

/* 0, a moment in the future or over an hour ago count as now. */
void redemption_accept_at(struct redemption *redemption, time_t accepted_at);
void redemption_end(struct redemption *redemption);

/*
 * Judges the token, before the directory is asked who has the name. INV_OK when it is good, or is
 * revoked, expired or used up and a claim may still be finished. *begun: this token and name were
 * begun or done before, and the password decides. Fills invite, and account with the one this token
 * made. INV_BAD_TOKEN in one flight for a token that is unknown or of the wrong type, in at most
 * two for one that is revoked, expired or used up (in three when that is a reset and comes with its
 * own name), in the same ones whether the name is free or taken.
 */
inv_result redemption_check_token(struct redemption *redemption, bool *begun);

/* The state of the invite that was read: its own end counts at accepted_at, the account's now. */
inv_invite_state redemption_state(const struct redemption *redemption);

/* The account that was read was made, or its password set, by this very invite and name. */
bool redemption_was_begun(const struct redemption *redemption);

/*
 * One flight of reads: invite, holder of the name, reservation, pairs, groups that name it.
 * Replaces what was read before.
 */
inv_result redemption_read_state(struct redemption *redemption, inv_invite_parts parts);

/* INV_BAD_TOKEN when the caller does not take invites of this type. */
inv_result redemption_refuse_type(struct redemption *redemption);

/*
 * INV_CONFIG when a clear password would be written to a directory of which the container does not
 * record that it hashes passwords.
 */
inv_result redemption_refuse_unproved(struct redemption *redemption);

/*
 * Whether the JID may redeem the invite to become a contact. INV_NOT_ALLOWED: it is the inviter, or
 * has no account; INV_NAME_RESERVED: the invite is for another name.
 */
inv_result redemption_check_redeemer(struct redemption *redemption);

/*
 * Whether this attempt may take a use. *standing: NULL for a fresh use, else the claim to take
 * over. INV_BAD_TOKEN: revoked, expired, used up, or claimed by another attempt under way. *again:
 * the invite has to be read once more before it is refused, because the reads of one flight are not
 * of one moment: another attempt of this name may have made the account behind the search for it,
 * and finished in front of the read of the invite.
 */
inv_result redemption_check_state(struct redemption *redemption, const inv_use **standing,
                                  bool *again);

/*
 * *effect: the attempt of claim made an account or a pair of this invite. Then the claim waits to
 * be finished, and no other name may have it.
 */
inv_result redemption_has_effect(struct redemption *redemption, const inv_use *claim, bool *effect);

/*
 * Whether the name may be registered with this invite; the account that holds it, if any, is known
 * not to be of this invite.
 */
inv_result redemption_check_name(struct redemption *redemption);

/*
 * Takes a use (or takes over *standing) and, in the same flight, searches for inviter, contacts and
 * groups. *again: another attempt was quicker, or the outcome is unknown but the claim was found:
 * the caller has to read again.
 */
inv_result redemption_claim(struct redemption *redemption, const inv_use *standing,
                            struct parties *parties, bool *again);

/*
 * Whether the server that took a write of this redemption is the provider. INV_CONFIG: the caller
 * has to undo what was written.
 */
inv_result redemption_check_provider(struct redemption *redemption, const inv_operation *write);

/*
 * After a definite refusal: gives a fresh claim back, unless this invite has an account of the
 * name.
 */
void redemption_give_back(struct redemption *redemption);

/* The searches for the parties in a flight of their own. Errors as parties_check. */
inv_result redemption_check_parties(struct redemption *redemption, struct parties *parties);

/*
 * Connecting (docs/redemption.md): pairs of an earlier holder of the name go, pairs come, and group
 * memberships unless account_dn is NULL.
 * A group that does not take the account is logged, and put down in owed. False: a pair may not be
 * in place, or there was no answer or no time; all of it may be repeated, and the claim stays for
 * that.
 */
bool redemption_connect(struct redemption *redemption, const struct parties *parties,
                        const char *account_dn);

/*
 * The containers that have the pair of these two: those of their own domains as far as they are
 * configured, else the invite's. Returns how many, 1 or 2.
 */
size_t redemption_pair_containers(const inv_call *call, const char *jid, const char *contact,
                                  const inv_domain *containers[2]);

/*
 * The account leaves the groups that redemption_connect had it join. A group that keeps it is a
 * fault: the next account of that name would be in it.
 */
inv_result redemption_leave(struct redemption *redemption, const struct parties *parties,
                            const char *account_dn);

/* Removes the pairs this invite gave the JID. */
void redemption_disconnect(struct redemption *redemption);

typedef enum finish_outcome {
    FINISH_DONE,      /* the use is recorded, by this attempt or another of the same name */
    FINISH_UNKNOWN,   /* no answer, or the directory refused: the claim stays, for repair */
    FINISH_REPOINTED, /* the claim is gone, and no use of this attempt is recorded */
} finish_outcome;

/*
 * For a redemption without a claim (unlimited): records a use that something is owed to, for
 * repair. whole: what is owed is the groups in owed, else pairs and groups.
 */
void redemption_record_owed(struct redemption *redemption, bool whole);

/*
 * Finishing: the claim text becomes a finished use, with what is owed to it. The reservation of a
 * preset name is deleted with it. nonce: of the attempt that made the account (registers), else of
 * any.
 */
finish_outcome redemption_finish(struct redemption *redemption, const char *claim_text,
                                 const char *nonce);

/* The same for this very claim only. FINISH_REPOINTED: the claim is gone. */
finish_outcome redemption_finish_exactly(struct redemption *redemption, const char *claim_text,
                                         const char *nonce);

/*
 * *has: the account that was read has its use of the invite already, so that a claim of its name is
 * one too many. Two attempts with one token and name may both have claimed.
 */
inv_result redemption_has_use(struct redemption *redemption, bool *has);

/*
 * Something of the account that was read may be unfinished: its JID has a claim, or pairs of an
 * earlier holder of the name are left.
 */
bool redemption_owes(const struct redemption *redemption);

/*
 * Settles what an earlier attempt of this name left: connects and finishes, if the account's own
 * claim is still there and the invite is not revoked; pairs of an earlier holder of the name go in
 * any case. Grants nothing else: a membership or pair that an admin has taken away since stays
 * away. The account must be this invite's, and its password must have been proved.
 */
inv_result redemption_finish_leftover(struct redemption *redemption);

/*
 * Verifies the password of the account that was read. INV_OK; a wrong one: INV_BAD_TOKEN
 * (INV_NAME_TAKEN without an invite). Else as inv_account_verify.
 */
inv_result redemption_verify(struct redemption *redemption);

/*
 * For an account that this token and name made before: verifies the password, and settles only when
 * it is right.
 */
inv_result redemption_resume(struct redemption *redemption);

/*
 * Whether the reset may be done: its account exists, is the one that the invite was made for, is
 * not locked, and matches reset_filter.
 */
inv_result redemption_check_reset(struct redemption *redemption);

/*
 * Where the account carries the mark of this reset invite. *cut_off: the domain keeps nothing but
 * SCRAM, and the reset was cut off before its second modify. No password can be proved then; the
 * claim is not finished, and lets the holder of the token set a password anew.
 */
inv_result redemption_reset_was_cut_off(struct redemption *redemption, bool *cut_off);

/* INV_NOT_ALLOWED where names do not register without a token. */
inv_result redemption_refuse_open(inv_call *call, inv_allowed_types allowed_types);

/* Makes the terms of a registration without an invite, as an invite. INV_NO_MEMORY. */
inv_result redemption_open_terms(struct redemption *redemption);

/* The account was made within the hour in which a repetition counts as the same registration. */
bool redemption_is_new(const inv_account *account);

/*
 * The password of the account that was read may decide whether this is a repetition. Without an
 * invite only while the account is new.
 */
bool redemption_may_repeat(const struct redemption *redemption);

/*
 * Pairs of an earlier holder of the name were read, and there is no claim (unlimited, or without an
 * invite) that would keep them in mind until they are removed.
 */
bool redemption_has_stale_pairs(const struct redemption *redemption);

/*
 * The error then, where connecting failed: the caller has to try again, since no claim makes repair
 * remove the contacts of the earlier holder.
 */
inv_result redemption_refuse_stale_pairs(struct redemption *redemption);

/* INV_NAME_RESERVED: the invite is for its inviteUser only, which verdict->text names. */
inv_result redemption_refuse_other_name(struct redemption *redemption);

/* INV_NAME_TAKEN, by the account that was read. */
inv_result redemption_taken(struct redemption *redemption);

/* The ways to redeem, by type, and the verdict on a bad token; why is for the log. */
inv_result redemption_register(struct redemption *redemption);
inv_result redemption_reset(struct redemption *redemption);

inv_result redemption_bad_token(struct redemption *redemption, const char *why);

#endif
