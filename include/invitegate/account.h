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

/* Whose an entry is that holds a name (common/owner.h has the rule). */
typedef enum inv_owner {
    INV_OWNER_JID,     /* the account of the very JID that was looked for */
    INV_OWNER_ANOTHER, /* of another JID: the name is taken by it, and no more */
    INV_OWNER_NOBODY,  /* of no configured domain, until invitectl adopt gives it one */
} inv_owner;

/* An existing holder of a name, as found by name_filter. Read-only; NULL text: absent. */
typedef struct inv_account {
    char *dn;
    char *jid;                   /* xmppJid */
    char *invite_id;             /* inviteId: which invite made it */
    char *nonce;                 /* inviteNonce: which attempt made or reset it */
    time_t created;              /* createTimestamp, 0 if unreadable */
    time_t expires;              /* xmppAccountExpires, INV_NEVER without */
    char *password_changed_text; /* pwdChangedTime (389 DS: pwdUpdateTime) as it stands; NULL: the
                                    directory dated no password of this entry, or hides it */
    time_t password_changed;     /* the same in seconds; 0 with NULL */
    inv_owner owner;
    bool several;  /* found beside another one of the same JID: neither is the account */
    bool disabled; /* locked for good, by an administrator (common/lock.h) */
    /* locked by failed logins before this moment; INV_NEVER: until lifted; 0: not at all */
    time_t locked_until;
    time_t locked_at;     /* since when; 0: not at all; INV_NEVER: cannot be told (389 DS) */
    bool has_unlock_time; /* accountUnlockTime of 389 DS: a reset has to take it off */
    bool must_change; /* pwdReset: TRUE: the password was set by somebody else and has to be changed
                       */
    bool is_xmpp_account;
    bool has_auth_password_class; /* authPasswordObject */
} inv_account;

inv_result inv_account_from_entry(const inv_entry *entry, inv_account **account,
                                  inv_verdict *verdict);
void inv_account_free(inv_account **account);

/* The search for whoever holds name in domain: name_filter below name_search_base. */
inv_operation *inv_account_search_operation(const inv_domain *domain, const inv_name *name);

/*
 * Judges that search for name. *account is NULL when the name is free: every entry that was found
 * counts for that. Else it is the entry of this JID, if there is one; with more of this JID the
 * first of them, and several is set; else one of nobody, else one of another. Whoever acts as, for
 * or on the account asks inv_account_is_own. At most a few more reads: the container's record for
 * an entry outside of people without xmppJid, and the policy of a lock by failed logins. Codes
 * other than 0: INV_CONFIG or DOWN.
 */
inv_result inv_account_from_search(inv_call *call, const inv_name *name,
                                   const inv_operation *operation, inv_account **account,
                                   inv_verdict *verdict);

/*
 * It is there, this JID's, and the only one: the one that may log in, be reset, invite, be removed.
 * NULL: false.
 */
bool inv_account_is_own(const inv_account *account);

/* Why it is not, in words for a log: "no such account" and the like. */
const char *inv_account_why_not_own(const inv_account *account);

/* Locked by failed logins at now. */
bool inv_account_is_locked(const inv_account *account, time_t now);

/* Locked for good or by failed logins, or a guest whose time is over: no login, no verifiers. */
bool inv_account_is_over(const inv_account *account, time_t now);

/* The search and its judgement, and the run between them. */
inv_result inv_account_find(inv_call *call, const inv_name *name, inv_account **account,
                            inv_verdict *verdict);

/*
 * The account that this invite made for this name, also beside other holders of the name; NULL when
 * there is none. Decides whether a claim came to anything.
 */
inv_result inv_account_find_own(inv_call *call, const char *invite_id, const inv_name *name,
                                inv_account **account, inv_verdict *verdict);

/* Its search, to be judged by inv_account_from_search. NULL when memory is short. */
inv_operation *inv_account_own_operation(const inv_domain *domain, const char *invite_id,
                                         const inv_name *name);

/* It was made by this invite for this name. */
bool inv_account_is_of(const inv_account *account, const char *invite_id, const inv_name *name);

/*
 * Whether a reset invite made at invited (INV_NEVER: it is made now) may set the password: INV_OK,
 * or INV_NOT_ALLOWED for an account that is locked for good, or was locked by failed logins since
 * the invite was made (or in the same second). A younger invite lifts such a lock.
 */
inv_result inv_account_refuse_locked(const inv_account *account, time_t invited,
                                     inv_verdict *verdict);

/*
 * It exists, is the JID's own, not locked for good, and has not expired at now. A lock by failed
 * logins is no difference: three wrong guesses must not keep a person from inviting.
 */
bool inv_account_is_active(const inv_account *account, time_t now);

/* It is active, and not younger than the invite. */
bool inv_account_may_invite(const inv_account *account, const inv_invite *invite, time_t now);

/*
 * Whether the account (NULL: none) came after the invite, and so is not the one it speaks of.
 * INV_CONFIG when createTimestamp of either cannot be read: nothing is assumed then.
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
 * The one modify of a reset: replaces every verifier, so that no older password stays good, and
 * sets inviteNonce to mark. An entry that reset_filter lets in without being an xmppAccount becomes
 * one. With SCRAM its answer tells the moment that the verifiers belong to (inv_verifiers_moment),
 * and inv_account_date_operation has to follow: until then they are stale.
 */
inv_operation *inv_account_reset_operation(const inv_domain *domain, const inv_name *name,
                                           const inv_account *account, const char *mark,
                                           const inv_verifiers *verifiers);

/*
 * The second modify of whoever wrote verifiers into entry dn: records the moment of the first one
 * in xmppVerifiersOf. It counts only while inviteNonce is still mark, the value that the first one
 * left: answered 16 when somebody else has reset the password since. A change in any other way has
 * another moment, so that the verifiers stay stale. NULL when memory is short.
 */
inv_operation *inv_account_date_operation(const char *dn, const char *mark, const char *moment);

/*
 * Gives an account new verifiers of the password it has, without another change of userPassword:
 * authPassword, and xmppVerifiersOf = account->password_changed. The password must have been proved
 * by a bind after account was read: when it is changed in between, the moments differ and the
 * verifiers are stale. Guarded by inviteNonce like the one above. NULL when memory is short, or
 * when account has no inviteNonce or no password_changed.
 */
inv_operation *inv_account_renew_operation(const inv_account *account,
                                           const inv_verifiers *verifiers);

/*
 * What a reset leaves in inviteNonce: "NONCE.INVITEID.FIRST", so that whoever comes later knows
 * whose it was, and which attempt made the account (FIRST, may be empty). The caller frees it; NULL
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
 * Whether the account still is what it was when a reset invite was made for it. What this very
 * invite did to it is no difference. No clock is asked. An invite without inviteAccountState (of an
 * older release) fits nothing.
 */
bool inv_account_fits_reset(const inv_account *account, const inv_invite *invite);

/*
 * Which account this is of all that ever had its name: 32 hex digits, made of inviteId and of the
 * attempt that made the account. It is another one when the account was removed and made again,
 * also with the same invite. It stays through resets, other changes of the password, and a restored
 * backup. "" for an account that no invite made: those cannot be told apart. False when libcrypto
 * or memory fails.
 */
bool inv_account_identity(const inv_account *account, char identity[INV_ACCOUNT_IDENTITY_SIZE]);

/* Whether entry dn matches reset_filter (base search). */
inv_result inv_account_may_reset(inv_call *call, const char *dn, bool *may, inv_verdict *verdict);

/*
 * Proves a password: by a bind with SASLprep(password), and where that is another than the typed
 * one and wrong, by one with the typed bytes (a password policy may count both); when the domain
 * keeps only SCRAM, first against the verifiers, if they can be read and are fresh
 * (inv_account_verifiers_are_fresh). A genuine token in front is not sent to the directory. INV_OK,
 * INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (right by its verifier, which no lock of the directory
 * guards, but the account is locked), or no verdict: also when verifiers cannot be read, or the
 * directory is not known to date passwords (INV_CONFIG).
 */
inv_result inv_account_verify(inv_call *call, const inv_account *account,
                              const inv_secret *password, inv_verdict *verdict);

/*
 * Of a domain that keeps only SCRAM: whether the account's verifiers are stale, so that nobody can
 * log in by them. False too when they are fresh or cannot be read.
 */
inv_result inv_account_has_stale_verifiers(inv_call *call, const inv_account *account, bool *stale,
                                           inv_verdict *verdict);

/*
 * A login: finds the account, proves the password, refuses expired guests. INV_OK, INV_NO_ACCOUNT
 * (also when several entries hold the name), INV_WRONG_PASSWORD, INV_ACCOUNT_EXPIRED (only with the
 * right password), or no verdict.
 */
inv_result inv_account_login(inv_call *call, const inv_name *name, const inv_secret *password,
                             inv_verdict *verdict);

/*
 * The account phase: INV_OK, INV_NO_ACCOUNT, INV_ACCOUNT_EXPIRED (also disabled), or no verdict.
 * With INV_OK verdict->must_change tells whether the directory wants a new password first (pwdReset
 * of draft-behera-ldap-password-policy 5.3.8): PAM_NEW_AUTHTOK_REQD. inv_account_login tells it
 * too.
 */
inv_result inv_account_status(inv_call *call, const inv_name *name, inv_verdict *verdict);

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
 * tell: a 19 to an add is INV_NAME_TAKEN when a value that the template makes of the name stands at
 * an entry there (slapo-unique, 389 DS's attribute uniqueness); 389 DS, by its vendorName, may tell
 * of its password policy in words. Up to two flights. No verdict when that look fails.
 */
inv_result inv_account_judge_refusal(inv_call *call, const inv_name *name,
                                     const inv_operation *operation, inv_verdict *verdict);

#endif
