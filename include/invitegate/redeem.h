/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_REDEEM_H
#define INVITEGATE_REDEEM_H

#include <stdbool.h>
#include <time.h>

#include "invitegate/call.h"
#include "invitegate/invite.h"
#include "invitegate/jid.h"
#include "invitegate/secret.h"
#include "invitegate/token.h"

/*
 * Redemptions, as every front end calls them; nothing else makes accounts.
 *
 * A token that is unknown, used, expired, revoked or of the wrong type, or whose inviter is gone,
 * has one answer: INV_BAD_TOKEN, without words for the person; verdict->why, for the log, says
 * which. A check and a login ask who has the name only when the token is good, and a bad token
 * costs the same operations with a free name and with a taken one (a reset with its own name apart:
 * its holder knows that the account is there). How long its refusal takes may
 * tell its holder why it is bad.
 */

#define INV_ACCEPTED_MAX_AGE 3600 /* seconds a moment of acceptance counts */

/* Which types of invite a caller takes; the others are INV_BAD_TOKEN ("wrong type"). Bits. */
typedef enum inv_allowed_types {
    INV_ALLOW_REGISTRATION = 1 << 0, /* account, contact-account */
    INV_ALLOW_RESET = 1 << 1,
    INV_ALLOW_CONTACT = 1 << 2, /* contact, contact-account by an existing account */
} inv_allowed_types;

/* The bits of which each takes invites of this type. */
inv_allowed_types inv_redeem_types(inv_invite_type type);

/*
 * The name of user in domain, which is the one that inv_user_find_domain found, to be used with
 * invites of *allowed_types. One that registers takes what name_pattern permits; one that resets
 * the name of any account, which may be from before invitegate (inv_jid_prepare_existing). Where
 * both are taken and the name cannot register, *allowed_types becomes INV_ALLOW_RESET.
 * INV_NAME_INVALID; the words are of the registration where that is taken. The name of a contact
 * is any JID: inv_jid_parse.
 */
inv_result inv_redeem_name(const inv_domain *domain, const char *user,
                           inv_allowed_types *allowed_types, inv_jid **name, inv_verdict *verdict);

/*
 * What the result of inv_redeem_check or inv_redeem means after inv_redeem_name. taken: the types
 * that the caller takes; left: those of them that inv_redeem_name left. Where it left no
 * registration, every invite but a reset of that name fails because of the name: INV_BAD_TOKEN
 * becomes INV_NAME_INVALID, with words that say so. All other results stay as they are.
 */
inv_result inv_redeem_blame_name(inv_allowed_types taken, inv_allowed_types left, inv_result result,
                                 inv_verdict *verdict);

/* An acceptance: what a check found, and when the token was first accepted; 0 at the start: now. */
typedef struct inv_acceptance {
    time_t accepted_at;
    inv_invite_type type;
    char user[1024];     /* the preset name, or "" */
    inv_invite **invite; /* where to put the invite that was read, the caller's to free; or NULL */
} inv_acceptance;

/*
 * Would the token redeem now? Reads only: the invite, its inviter and, with name, who holds it and
 * who reserved it. Two members of acceptance are read first: accepted_at, when an earlier check
 * accepted the token, at most an hour ago (0: at this moment), and invite.
 *
 * INV_OK fills *acceptance. *acceptance->invite becomes the invite's terms as they were judged
 * (INV_INVITE_TERMS); it is NULL without a token and with every other result. Also INV_OK when this
 * very token and name were begun or done before (then redeeming proves the password). Errors as in
 * inv_redeem and, for contact invites, inv_redeem_contact. token NULL: would the name register
 * without one? Without name as well: may any name?
 */
inv_result inv_redeem_check(inv_call *call, const inv_token *token, const inv_jid *name,
                            inv_allowed_types allowed_types, inv_acceptance *acceptance);

/* What inv_redeem redeems, for whom. */
typedef struct inv_redeem_request {
    const inv_token *token; /* NULL: without an invite */
    const inv_jid *name;
    const inv_secret *password; /* to be set */
    inv_allowed_types allowed_types;
    /*
     * When a check or a login accepted the token, at most an hour ago. 0: none did, so the token is
     * judged by itself first, in one round trip more.
     */
    time_t accepted_at;
} inv_redeem_request;

/*
 * Registers the name with the password, or resets it, as the invite says: the whole of it or
 * nothing (docs/redemption.md). The same token, name and password again ends as it did.
 * - INV_OK: the account is there and the password is right; verdict->account tells which it is, by
 *   inv_account_identity, unless this was a reset
 * - INV_BAD_TOKEN: unknown, used, expired, revoked, wrong type, inviter gone; or the name was made
 *   by this token with another password
 * - INV_NAME_TAKEN; INV_NAME_RESERVED (also: not the preset name)
 * - INV_NOT_ALLOWED: reset of a privileged account, or of one that an admin has disabled
 * - INV_PASSWORD_REFUSED: the directory's words in verdict->text; the token is kept
 * - DIRECTORY_DOWN, TIMEOUT, CONFIG, NO_MEMORY: no verdict; trying again is safe
 *
 * token NULL: registers without an invite where the domain has invite_only = no and allowed_types
 * has INV_ALLOW_REGISTRATION, else INV_NOT_ALLOWED. The same name and password again ends as it did
 * for an hour after the account was made; otherwise the name is INV_NAME_TAKEN. For front ends
 * where people register, never where they log in; nothing but the front end limits how often.
 */
inv_result inv_redeem(inv_call *call, const inv_redeem_request *request);

/*
 * Redeems a contact or contact-account token for an existing account (or a JID of a domain that is
 * not configured): the pair or pairs, nothing else. The same JID again is INV_OK.
 * INV_NOT_ALLOWED: no such account, or it is the inviter.
 */
inv_result inv_redeem_contact(inv_call *call, const inv_token *token, const inv_jid *redeemer,
                              time_t accepted_at);

/*
 * For a login in the combined form: may password be tried for name with its token in front?
 * - INV_OK: an account made by this very token exists; its password is for the caller to verify
 * - INV_WRONG_PASSWORD: such an account exists, with something left to finish, and the password was
 *   tried for that and is wrong; nothing was written
 * - INV_NO_ACCOUNT: the name is free, registering may be tried
 * - INV_BAD_TOKEN: every other case; a bad token is refused before the directory is asked who holds
 *   the name, as in a check
 *
 * Nothing is finished for a password that was not proved.
 */
inv_result inv_redeem_login(inv_call *call, const inv_token *token, const inv_jid *name,
                            const inv_secret *password);

#endif
