/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ACCOUNT_H
#define INVITEGATE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "invitegate/call.h"
#include "invitegate/invite.h"
#include "invitegate/jid.h"
#include "invitegate/verifier.h"

/* Whose the entry is that holds a name (common/model/owner.h has the rule). */
typedef enum inv_owner {
    INV_OWNER_JID,     /* the account of the very JID that was looked for */
    INV_OWNER_ANOTHER, /* the account of another JID: the name is taken */
    INV_OWNER_NOBODY,  /* of no configured domain, until invitectl adopt gives it an xmppJid */
} inv_owner;

/* An entry that holds a name, as name_filter found it. Read-only; NULL text: absent. */
typedef struct inv_account {
    char *dn;
    char *jid;                   /* xmppJid */
    char *invite_id;             /* inviteId: which invite made it */
    char *nonce;                 /* inviteNonce: which attempt made or reset it */
    time_t created;              /* createTimestamp, 0 if unreadable */
    time_t expires;              /* xmppAccountExpires, INV_NEVER without */
    char *password_changed_text; /* inv_password_date (invitegate/freshness.h) as stored */
    time_t password_changed;     /* the same in seconds since 1970; 0 with NULL */
    inv_owner owner;
    bool several;  /* another entry of the same JID was found: neither is the account */
    bool disabled; /* locked for good, by an administrator (common/model/lock.h) */
    /* locked by failed logins until this moment; INV_NEVER: until lifted; 0: not locked */
    time_t locked_until;
    time_t locked_at;     /* when that lock began; 0: not locked; INV_NEVER: cannot be told (389 DS,
                             pwdAccountTmpLockoutEnd) */
    bool has_unlock_time; /* accountUnlockTime of 389 DS: a reset has to take it off */
    bool must_change; /* pwdReset is TRUE: an administrator set the password, and the account has to
                         change it */
    bool is_xmpp_account;
    bool has_auth_password_class; /* authPasswordObject */
} inv_account;

void inv_account_free(inv_account **account);

/*
 * The search for the entries that hold name in domain: name_filter below name_search_base. NULL
 * when memory is short.
 */
inv_operation *inv_account_search_operation(const inv_domain *domain, const inv_jid *name);

/*
 * The account exists, is of this JID, and is the only one of it: it may log in, be reset, invite,
 * be removed. NULL: false.
 */
bool inv_account_is_own(const inv_account *account);

/* Runs the search and judges it. The caller frees *account. */
inv_result inv_account_find(inv_call *call, const inv_jid *name, inv_account **account);

/*
 * The same, but only an account of this very JID and the only one of it (inv_account_is_own); else
 * *account is NULL.
 */
inv_result inv_account_find_of_jid(inv_call *call, const inv_jid *name, inv_account **account);

/* <account_rdn>=LOCAL,<people>; the caller frees it. NULL when memory is short. */
char *inv_account_dn(const inv_domain *domain, const inv_jid *name);

/* What a new account comes from. */
typedef struct inv_account_origin {
    const inv_invite *invite;
    const char *nonce; /* of the claim */
    time_t now;        /* a duration in inviteAccountExpires counts from it */
} inv_account_origin;

/*
 * The add of a new account: account_classes and account_attributes of the domain, xmppJid,
 * inviteId, inviteNonce, xmppInvitedBy, xmppAccountExpires, verifiers, authPasswordObject with
 * SCRAM, and with nothing but SCRAM xmppVerifiersOf = INV_VERIFIERS_OF_NO_PASSWORD. The ppolicy
 * control is asked for. NULL when memory is short.
 */
inv_operation *inv_account_add_operation(const inv_domain *domain, const inv_jid *name,
                                         const inv_account_origin *origin,
                                         const inv_verifiers *verifiers);

/*
 * The modify that resets a password: replaces every verifier, so that no older password stays good,
 * and sets inviteNonce to mark. An entry that reset_filter lets in without being an xmppAccount
 * becomes one. With SCRAM its answer tells the moment that the verifiers belong to
 * (inv_verifiers_moment), and inv_account_date_operation has to follow: until then they are stale.
 * NULL when memory is short.
 */
inv_operation *inv_account_reset_operation(const inv_domain *domain, const inv_jid *name,
                                           const inv_account *account, const char *mark,
                                           const inv_verifiers *verifiers);

/*
 * The second modify, behind one that wrote verifiers into the entry of account, which is as it was
 * before the first: records the moment of the first in xmppVerifiersOf. It counts only while
 * inviteNonce is still mark, the value that the first one set: answered 16 when another reset came
 * since. A password that is changed in any other way has another moment, so that the verifiers stay
 * stale. NULL when memory is short.
 */
inv_operation *inv_account_date_operation(const inv_account *account, const char *mark,
                                          const char *moment);

/*
 * Tells this account from all others that had or will have its name: 32 hex digits, made of
 * inviteId and of the attempt that made the account. They are others when the account was removed
 * and made again, also with the same invite. They stay through resets, other changes of the
 * password, and a restored backup. "" for an account that no invite made: those cannot be told
 * apart. False when libcrypto or memory fails.
 */
bool inv_account_identity(const inv_account *account, char identity[INV_ACCOUNT_IDENTITY_SIZE]);

/*
 * A login: finds the account, proves the password, refuses expired guests. INV_OK, INV_NO_ACCOUNT
 * (also when several entries hold the name), INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (only with the
 * right password), or no verdict. With scram_at_login an account of the class xmppAccount that has
 * no fresh verifiers is given those of the password, if the directory dates passwords and the
 * password need not be changed: that costs one modify more, and its failure is for the log only.
 */
inv_result inv_account_login(inv_call *call, const inv_jid *name, const inv_secret *password);

/*
 * The account phase: INV_OK, INV_NO_ACCOUNT, INV_ACCOUNT_EXPIRED (also locked), or no verdict. With
 * INV_OK verdict->must_change tells whether the directory wants a new password first (pwdReset of
 * draft-behera-ldap-password-policy 5.3.8): PAM_NEW_AUTHTOK_REQD. inv_account_login sets it too.
 */
inv_result inv_account_status(inv_call *call, const inv_jid *name);

/*
 * *is_admin: the account matches admin_filter, and is neither locked nor expired. Without
 * admin_filter none is. INV_OK, INV_NO_ACCOUNT, or no verdict.
 */
inv_result inv_account_is_admin(inv_call *call, const inv_jid *name, bool *is_admin);

/*
 * What the answer to an add or reset means (docs/redemption.md, Results): INV_OK, INV_NAME_TAKEN
 * (68), INV_PASSWORD_REFUSED with text, INV_CONFIG, INV_DIRECTORY_DOWN, INV_TIMEOUT. clear: a clear
 * password was written. A 19 without an error in the ppolicy control is no mac_check of the
 * password (inv_account_write_is_ambiguous): INV_CONFIG, the server's words in verdict->why only.
 */
inv_result inv_account_write_result(const inv_operation *operation, bool clear,
                                    inv_verdict *verdict);

#endif
