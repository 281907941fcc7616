/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ACCOUNT_VERIFIERS_H
#define INVITEGATE_ACCOUNT_VERIFIERS_H

#include <stddef.h>

#include "invitegate/call.h"
#include "invitegate/jid.h"
#include "invitegate/secret.h"

/*
 * SCRAM verifiers for a host that proves passwords itself (RFC 5802): whoever has them can pose as
 * the server to that person, and try passwords without asking the directory.
 */

/* What an account has for SCRAM. */
typedef enum inv_verifiers_state {
    INV_VERIFIERS_FRESH,
    INV_VERIFIERS_NO_ACCOUNT, /* of this JID: the name is free, or an entry of another one has it */
    INV_VERIFIERS_SEVERAL,    /* several entries are of this JID: none is the account */
    INV_VERIFIERS_LOCKED,     /* by an administrator or failed logins */
    INV_VERIFIERS_EXPIRED,
    INV_VERIFIERS_NONE,  /* the account has none of the domain's password_verifiers, or invitegate
                            may not read them */
    INV_VERIFIERS_STALE, /* of another password (common/model/freshness.h) */
} inv_verifiers_state;

#define INV_ACCOUNT_VERIFIERS_MAX 3

typedef struct inv_account_verifiers {
    inv_verifiers_state state;
    size_t count; /* 0 but with INV_VERIFIERS_FRESH */
    struct {
        const char *mechanism; /* such as "SCRAM-SHA-256"; constant */
        inv_secret *value;     /* the whole value of authPassword, as RFC 5803 writes it */
    } values[INV_ACCOUNT_VERIFIERS_MAX];
} inv_account_verifiers;

/*
 * Finds the fresh verifiers of the account of this name, by those mechanisms that the domain's
 * password_verifiers has. INV_OK: *verifiers tells, and verdict->why tells the log why there are
 * none. Else no verdict, as inv_account_find. One round trip, whether there is such an account or
 * not; an account that is locked by failed logins, or lies outside of people without xmppJid, costs
 * one or two more (inv_account_from_search), and one in 389 DS with a password policy of its own
 * one more. Needs the right to read authPassword, and to search for userPassword where the domain
 * keeps one.
 */
inv_result inv_account_verifiers_find(inv_call *call, const inv_jid *name,
                                      inv_account_verifiers *verifiers);

/*
 * The same, and in the same round trip attributes of the account (names, ending with NULL; NULL or
 * none: as inv_account_verifiers_find). *entry has those of them that the entry has and invitegate
 * may read; NULL where none were asked for, and for an account that may not log in now: locked,
 * expired, or none. The caller frees it (inv_entry_free). Never ask for a password this way.
 */
inv_result inv_account_properties_find(inv_call *call, const inv_jid *name,
                                       const char *const *attributes,
                                       inv_account_verifiers *verifiers, inv_entry **entry);

/* Wipes and frees the values. */
void inv_account_verifiers_clear(inv_account_verifiers *verifiers);

#endif
