/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ACCOUNT_H
#define INVITEGATE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "invitegate/call.h"
#include "invitegate/invite.h"
#include "invitegate/name.h"
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
    char *password_changed_text; /* pwdChangedTime (389 DS: pwdUpdateTime) as stored; NULL: the
                                    directory dated no password of this entry, or hides the date */
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

inv_result inv_account_from_entry(const inv_entry *entry, inv_account **account,
                                  inv_verdict *verdict);
void inv_account_free(inv_account **account);

/*
 * The search for the entries that hold name in domain: name_filter below name_search_base. NULL
 * when memory is short.
 */
inv_operation *inv_account_search_operation(const inv_domain *domain, const inv_name *name);

/*
 * Judges the answer to that search. *account is NULL when the name is free, which it is only when
 * no entry was found. Else it is the entry of this JID (the first, with several set, when there are
 * more); else one of INV_OWNER_NOBODY; else one of INV_OWNER_ANOTHER. Callers that act as, for or
 * on the account ask inv_account_is_own. The caller frees *account. Reads more only where it must:
 * inviteSoleContainer, for an entry outside of people without xmppJid, and the password policy, for
 * a lock by failed logins. Codes other than 0 are judged by inv_operation_result.
 */
inv_result inv_account_from_search(inv_call *call, const inv_name *name,
                                   const inv_operation *operation, inv_account **account);

/*
 * The account exists, is of this JID, and is the only one of it: it may log in, be reset, invite,
 * be removed. NULL: false.
 */
bool inv_account_is_own(const inv_account *account);

/* Why inv_account_is_own is false, in words for a log: "no such account" and the like. Constant. */
const char *inv_account_why_not_own(const inv_account *account);

/* Whether it is locked by failed logins at now. */
bool inv_account_is_locked(const inv_account *account, time_t now);

/* Locked for good or by failed logins, or expired, at now: no login, no verifiers. */
bool inv_account_is_over(const inv_account *account, time_t now);

/* Runs the search and judges it. The caller frees *account. */
inv_result inv_account_find(inv_call *call, const inv_name *name, inv_account **account);

/*
 * The account that this invite made for this name, found also where other entries hold the name;
 * NULL when there is none. Decides whether a claim led to an account.
 */
inv_result inv_account_find_own(inv_call *call, const char *invite_id, const inv_name *name,
                                inv_account **account);

/* The search for it, to be judged by inv_account_from_search. NULL when memory is short. */
inv_operation *inv_account_own_operation(const inv_domain *domain, const char *invite_id,
                                         const inv_name *name);

/* The account was made by this invite for this name. */
bool inv_account_is_of(const inv_account *account, const char *invite_id, const inv_name *name);

/*
 * Whether a reset invite may set the password; invited: when the invite was made, INV_NEVER: it is
 * being made. INV_OK, or INV_NOT_ALLOWED for an account that is locked for good, or was locked by
 * failed logins since the invite was made (or in the same second, or at a time that cannot be
 * told). A younger invite lifts such a lock.
 */
inv_result inv_account_refuse_locked(const inv_account *account, time_t invited,
                                     inv_verdict *verdict);

/*
 * It exists, is the JID's own, not locked for good, and has not expired at now. A lock by failed
 * logins makes no difference: three wrong guesses must not keep a person from inviting.
 */
bool inv_account_is_active(const inv_account *account, time_t now);

/* It is active, and not younger than the invite. */
bool inv_account_may_invite(const inv_account *account, const inv_invite *invite, time_t now);

/*
 * *younger: the account was created after the invite, which therefore was not made for it (account
 * NULL: false). INV_CONFIG when createTimestamp of either cannot be read.
 */
inv_result inv_account_is_younger(const inv_account *account, const inv_invite *invite,
                                  bool *younger, inv_verdict *verdict);

/* <account_rdn>=LOCAL,<people>; the caller frees it. NULL when memory is short. */
char *inv_account_dn(const inv_domain *domain, const inv_name *name);

/*
 * The add of a new account: account_classes and account_attributes of the domain, xmppJid,
 * inviteId, inviteNonce, xmppInvitedBy, xmppAccountExpires (a duration counts from now), verifiers,
 * authPasswordObject with SCRAM, and with nothing but SCRAM xmppVerifiersOf =
 * INV_VERIFIERS_OF_NO_PASSWORD. The ppolicy control is asked for. NULL when memory is short.
 */
inv_operation *inv_account_add_operation(const inv_domain *domain, const inv_name *name,
                                         const inv_invite *invite, const char *nonce,
                                         const inv_verifiers *verifiers, time_t now);

/*
 * The modify that resets a password: replaces every verifier, so that no older password stays good,
 * and sets inviteNonce to mark. An entry that reset_filter lets in without being an xmppAccount
 * becomes one. With SCRAM its answer tells the moment that the verifiers belong to
 * (inv_verifiers_moment), and inv_account_date_operation has to follow: until then they are stale.
 * NULL when memory is short.
 */
inv_operation *inv_account_reset_operation(const inv_domain *domain, const inv_name *name,
                                           const inv_account *account, const char *mark,
                                           const inv_verifiers *verifiers);

/*
 * The second modify, behind one that wrote verifiers into entry dn: records the moment of the first
 * in xmppVerifiersOf. It counts only while inviteNonce is still mark, the value that the first one
 * set: answered 16 when another reset came since. A password that is changed in any other way has
 * another moment, so that the verifiers stay stale. NULL when memory is short.
 */
inv_operation *inv_account_date_operation(const char *dn, const char *mark, const char *moment);

/*
 * Gives an account new verifiers of the password it has, without another change of userPassword:
 * authPassword, and xmppVerifiersOf = account->password_changed_text. The password must have been
 * proved by a bind after account was read: when it is changed in between, the moments differ and
 * the verifiers are stale. Guarded by inviteNonce like the one above. NULL when memory is short, or
 * when account has no inviteNonce or no password_changed_text.
 */
inv_operation *inv_account_renew_operation(const inv_account *account,
                                           const inv_verifiers *verifiers);

/*
 * What a reset leaves in inviteNonce: "NONCE.INVITEID.FIRST", the attempt and the invite of the
 * reset, and the attempt that made the account (FIRST, may be empty). The caller frees it; NULL
 * when memory is short.
 */
char *inv_account_reset_mark(const inv_account *account, const char *nonce, const char *invite_id);

/*
 * The nonce of the attempt that made the account, also after resets; "" where there is none, or the
 * reset did not keep it.
 */
const char *inv_account_made_by(const inv_account *account);

/* The last reset of the account was by this invite, whichever attempt did it. */
bool inv_account_was_reset_by(const inv_account *account, const char *invite_id);

/*
 * What inviteAccountState of a reset records: password_changed_text and inviteNonce, with a space
 * between, "none" for what is absent. The caller frees it; NULL when memory is short.
 */
char *inv_account_state(const inv_account *account);

/*
 * Whether the account still is what it was when a reset invite was made for it, by
 * inviteAccountState; no times are compared with a clock. A reset by this very invite is no
 * difference. An invite without inviteAccountState (of an older release) fits no account.
 */
bool inv_account_fits_reset(const inv_account *account, const inv_invite *invite);

/*
 * Tells this account from all others that had or will have its name: 32 hex digits, made of
 * inviteId and of the attempt that made the account. They are others when the account was removed
 * and made again, also with the same invite. They stay through resets, other changes of the
 * password, and a restored backup. "" for an account that no invite made: those cannot be told
 * apart. False when libcrypto or memory fails.
 */
bool inv_account_identity(const inv_account *account, char identity[INV_ACCOUNT_IDENTITY_SIZE]);

/* *may: entry dn matches reset_filter (base search). INV_OK, or no verdict. */
inv_result inv_account_may_reset(inv_call *call, const char *dn, bool *may);

/*
 * Proves a password: by a bind with SASLprep(password), and where that is wrong and differs from
 * the typed bytes, by one with those (a password policy may count both); when the domain keeps only
 * SCRAM, first against the verifiers, if they can be read and are fresh
 * (inv_account_verifiers_are_fresh). A password that starts with a genuine token is wrong, and is
 * not sent to the directory. INV_OK, INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (right by its
 * verifier, which no lock of the directory guards, but the account is locked), or no verdict: also
 * when verifiers cannot be read, or the directory is not known to date passwords (INV_CONFIG).
 */
inv_result inv_account_verify(inv_call *call, const inv_account *account,
                              const inv_secret *password);

/*
 * Of a domain that keeps only SCRAM: *stale tells whether the account has verifiers and they are
 * stale, so that no login by them succeeds. INV_OK, or no verdict.
 */
inv_result inv_account_has_stale_verifiers(inv_call *call, const inv_account *account, bool *stale);

/*
 * A login: finds the account, proves the password, refuses expired guests. INV_OK, INV_NO_ACCOUNT
 * (also when several entries hold the name), INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (only with the
 * right password), or no verdict.
 */
inv_result inv_account_login(inv_call *call, const inv_name *name, const inv_secret *password);

/*
 * The account phase: INV_OK, INV_NO_ACCOUNT, INV_ACCOUNT_EXPIRED (also locked), or no verdict. With
 * INV_OK verdict->must_change tells whether the directory wants a new password first (pwdReset of
 * draft-behera-ldap-password-policy 5.3.8): PAM_NEW_AUTHTOK_REQD. inv_account_login sets it too.
 */
inv_result inv_account_status(inv_call *call, const inv_name *name);

/*
 * What the answer to an add or reset means (docs/redemption.md, Results): INV_OK, INV_NAME_TAKEN
 * (68), INV_PASSWORD_REFUSED with text, INV_CONFIG, INV_DIRECTORY_DOWN, INV_TIMEOUT. clear: a clear
 * password was written. A 19 without an error in the ppolicy control is no judgement of the
 * password (inv_account_write_is_ambiguous): INV_CONFIG, the server's words in verdict->why only.
 */
inv_result inv_account_write_result(const inv_operation *operation, bool clear,
                                    inv_verdict *verdict);
bool inv_account_write_is_ambiguous(const inv_operation *operation);

/*
 * The same for the account of name, with a look into the directory where the answer alone does not
 * tell: a 19 to an add is INV_NAME_TAKEN when an entry has a value that account_attributes makes of
 * the name (slapo-unique, 389 DS's attribute uniqueness); 389 DS, by its vendorName, may name its
 * password policy in words. Up to two flights. No verdict when they fail.
 */
inv_result inv_account_judge_refusal(inv_call *call, const inv_name *name,
                                     const inv_operation *operation);

#endif
