/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_INVITE_H
#define INVITEGATE_INVITE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "invitegate/call.h"
#include "invitegate/jid.h"
#include "invitegate/token.h"

#define INV_INVITE_USES_MAX 1000

/* Why a reset invite is expired before inviteExpires: what the log and invitectl show say. */
#define INV_INVITE_OVERTAKEN                                                                       \
    "expired: the password was changed, or another reset invite used, since it was made"

/*
 * inviteIds that no token has.
 * THROWAWAY: of the accounts, pairs and reservations that init and doctor make and remove; access
 * rules may single it out.
 * REMOVING: of a reservation that is about to be removed, so that no invite takes it over in
 * between.
 * OPEN: of accounts that were registered without an invite.
 */
#define INV_INVITE_ID_THROWAWAY "0000000000000000000000000000000000000000"
#define INV_INVITE_ID_REMOVING  "0000000000000000000000000000000000000000"
#define INV_INVITE_ID_OPEN      "0000000000000000000000000000000000000001"

typedef enum inv_invite_type {
    INV_INVITE_ACCOUNT,
    INV_INVITE_CONTACT,
    INV_INVITE_CONTACT_ACCOUNT,
    INV_INVITE_RESET,
} inv_invite_type;

/* state = revoked, else used, else expired, else pending */
typedef enum inv_invite_state {
    INV_INVITE_PENDING,
    INV_INVITE_USED,
    INV_INVITE_EXPIRED,
    INV_INVITE_REVOKED,
} inv_invite_state;

/* In inviteUsedBy, between the nonce of a finished use and what is owed to its account. */
#define INV_USE_OWED     " owed:"
#define INV_USE_OWED_ALL "all" /* in place of the single groups: pairs and groups */

/*
 * A value of inviteClaim ("JID nonce") or inviteUsedBy ("JID generalizedTime nonce", behind it
 * INV_USE_OWED and a list with commas).
 */
typedef struct inv_use {
    char *text; /* the value exactly as stored */
    char *jid;
    char *nonce;
    char *owed;  /* inviteUsedBy only: what could not be given, or NULL */
    time_t time; /* inviteUsedBy only */
} inv_use;

/* An xmppInvite entry. Read-only for callers; NULL text means the attribute is absent. */
typedef struct inv_invite {
    char *dn;
    char *id;
    inv_invite_type type;
    char *domain;
    char *user;
    char *inviter;
    char **contacts; /* lists end with NULL, never NULL themselves */
    char **groups;
    char *roster_group;
    bool no_pair;          /* an account invite that makes no pair of inviter and account */
    bool inherit_groups;   /* inviteUser may be registered though a group names it */
    char *account_expires; /* a duration or a generalizedTime, as stored */
    time_t account_end;    /* account_expires where that is a time, else 0 */
    char *account_state;   /* of a reset: inviteAccountState */
    char *made_by;         /* "ctl:UID", "xmpp:JID", "web:JID" or "key:NAME" */
    char *note;
    long uses;      /* 0: unlimited */
    long uses_left; /* as stored: negative when revoked */
    time_t expires; /* INV_NEVER: never */
    unsigned key_id;
    time_t created;  /* createTimestamp, 0 if not read */
    time_t modified; /* modifyTimestamp, 0 if not read */
    inv_use *claims;
    size_t claim_count;
    inv_use *used_by;
    size_t used_by_count;
    /*
     * Why a reset invite is expired before its time, a constant text; inv_invite_check_account sets
     * it.
     */
    const char *outdated;
} inv_invite;

void inv_invite_free(inv_invite **invite);

const char *inv_invite_type_name(inv_invite_type type); /* "contact-account" */
bool inv_invite_type_parse(const char *text, inv_invite_type *type);

/* Invites of this type make accounts: account, contact-account. */
bool inv_invite_type_registers(inv_invite_type type);

/*
 * Invites of this type make an existing account a contact of their inviter, whom they need:
 * contact, contact-account.
 */
bool inv_invite_type_connects(inv_invite_type type);

const char *inv_invite_state_name(inv_invite_state state);
inv_invite_state inv_invite_state_at(const inv_invite *invite, time_t now);

/* The end that counts: of the invite, or of its account where that is earlier. */
time_t inv_invite_end(const inv_invite *invite);

/*
 * Why an invite is expired though inviteExpires may not be past; NULL: for no such reason.
 * Constant.
 */
const char *inv_invite_expired_because(const inv_invite *invite, time_t now);

/* Uses not taken yet, revoked or not; 1 for an unlimited invite. */
long inv_invite_open_uses(const inv_invite *invite);

/*
 * The roster group of contacts made by this invite: inviteRosterGroup, or roster_group of the
 * domain where there is none or it has control characters, which no roster takes (that is logged).
 */
const char *inv_invite_roster_group(const inv_invite *invite, const inv_domain *domain,
                                    const inv_log *log);

/* inviteId=ID,<invites>; the caller frees it. NULL when memory is short. */
char *inv_invite_dn(const inv_domain *domain, const char *id);

/* 40 lower-case hex digits. */
bool inv_invite_id_valid(const char *id);

/*
 * Which attributes a search asks for: the terms; with inviteClaim; with inviteClaim and
 * inviteUsedBy. A check asks for the terms only.
 */
typedef enum inv_invite_parts {
    INV_INVITE_TERMS,
    INV_INVITE_TERMS_AND_CLAIMS,
    INV_INVITE_ALL,
} inv_invite_parts;
const char *const *inv_invite_attributes(inv_invite_parts parts); /* ends with NULL; static */

/*
 * Reads the invite with these parts. INV_BAD_TOKEN for 32 on the entry itself ("unknown");
 * INV_CONFIG when the container is missing or hidden, or as for inv_invite_each. The caller frees
 * *invite.
 */
inv_result inv_invite_read(inv_call *call, const char *id, inv_invite_parts parts,
                           inv_invite **invite);

/*
 * Reads an invite whatever inviteTerms says, with claims, without uses: for revoking and for
 * reporting claims, never for redeeming. An invite with an attribute that is hidden can be revoked
 * like any other.
 */
inv_result inv_invite_read_any(inv_call *call, const char *id, inv_invite **invite);

/*
 * Of a reset invite that is open: whether its account still is what it was when the invite was
 * made, by inviteAccountState. Else it is expired, and outdated says why: the account is gone, its
 * password was changed, or another reset link was used. A reset by this very invite is no
 * difference. One search; none for other invites.
 */
inv_result inv_invite_check_account(inv_call *call, inv_invite *invite);

/* The attributes that restrict an invite, as inviteTerms names them; ends with NULL. Static. */
const char *const *inv_invite_restricting(void);

/* What create is asked for. Texts are borrowed for the call. */
typedef struct inv_invite_request {
    inv_invite_type type;
    const inv_jid *user;            /* or NULL */
    const inv_jid *inviter;         /* or NULL */
    const inv_jid *const *contacts; /* ends with NULL, or NULL */
    const char *const *groups;      /* DNs, likewise */
    const char *roster_group;       /* or NULL: roster_group of the domain */
    bool no_pair;                   /* the inviter is recorded, and becomes no contact */
    long uses;                      /* 0: unlimited */
    time_t expires;
    const char *account_expires; /* a duration ("30d") or a generalizedTime, or NULL */
    bool inherit_groups;         /* user may be registered though a group names it */
    const char *made_by;         /* "ctl:UID", "xmpp:JID", "web:JID", "key:NAME", or NULL */
    const char *note;
} inv_invite_request;

/*
 * Mints a token and adds the invite; with user, the reservation first (68 on it: INV_NAME_RESERVED,
 * unless the invite that holds it has ended; an existing account: INV_NAME_TAKEN, except for reset,
 * where it must exist: INV_NO_ACCOUNT, match reset_filter and not be disabled: INV_NOT_ALLOWED).
 * INV_NOT_ALLOWED: a group outside allowed_groups, a contact invite without inviter, a reset
 * without user, user with several uses, no_pair with another type than account or without inviter,
 * inherit_groups without user, an end of the account that is past, an inviter or contact of a
 * configured domain that has no account, or one that is over.
 * INV_NAME_RESERVED: user is one of reserved_names, or a group names it though no entry holds it,
 * and inherit_groups is not set.
 * DIRECTORY_DOWN, TIMEOUT: an add without an answer was looked for. Where that has no verdict
 * either, verdict->invite_id is the id of an invite that may exist while its token is lost, and
 * verdict->why says so. verdict->invite_id is set with INV_OK as well, else empty.
 */
inv_result inv_invite_create(inv_call *call, const inv_invite_request *request, inv_token **token);

/*
 * usesLeft n to -1-n, by the exact old value; the reservation goes. Already revoked: INV_OK.
 * An unknown id: INV_BAD_TOKEN.
 */
inv_result inv_invite_revoke(inv_call *call, const char *id);

/*
 * Undoes inv_invite_revoke; the reservation is made again (INV_NAME_RESERVED, INV_NAME_TAKEN). Not
 * revoked: INV_OK. An unknown id: INV_BAD_TOKEN.
 */
inv_result inv_invite_restore(inv_call *call, const char *id);

/*
 * All invites of the domain that match filter (NULL: all), with claims and uses, paged, the newest
 * first. visit returns false to stop. An entry that cannot be read is logged and left out, and the
 * result is then INV_CONFIG after the others were visited.
 */
inv_result inv_invite_each(inv_call *call, const char *filter,
                           bool (*visit)(void *context, const inv_invite *invite), void *context);

/*
 * A filter for the invites that expired before a moment, or for those that did not. Each is written
 * as the negation of the other: for all times from one on, slapd would merge the lists that its
 * index has for each of them, which takes the square of their number (40000 open invites: seconds).
 */
#define INV_INVITE_FILTER_SIZE 64
void inv_invite_filter_expired(bool expired, time_t moment, char filter[INV_INVITE_FILTER_SIZE]);

/* How many invites of this inviter could be redeemed now: not used up, expired or revoked. */
inv_result inv_invite_count_open(inv_call *call, const inv_jid *inviter, size_t *open);

/*
 * The invite's URI: xmpp:[user@]domain?register;preauth=TOKEN, contact
 * xmpp:inviter?roster;preauth=TOKEN, contact-account the same with ;ibr=y; names in
 * percent-encoding where RFC 5122 wants it. The caller frees it with inv_wipe_text. NULL when
 * memory is short.
 */
char *inv_invite_uri(const inv_invite_request *request, const char *domain, const char *token_text);

/* landing_url with {token} or %t replaced, else the token appended; NULL if there is none. */
char *inv_invite_url(const inv_domain *domain, const char *token_text);

/* ------------------------------------------------------------------------------ reservations */

/* inviteUser=NAME,<invites>; the caller frees it. */
char *inv_reservation_dn(const inv_domain *domain, const char *local);

#endif
