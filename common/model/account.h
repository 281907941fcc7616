/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_H

#include "invitegate/account.h"
#include "invitegate/directory.h"

inv_result inv_account_from_entry(const inv_entry *entry, inv_account **account,
                                  inv_verdict *verdict);

/*
 * Judges the answer to inv_account_search_operation. *account is NULL when the name is free, which
 * it is only when no entry was found. Else it is the entry of this JID (the first, with several
 * set, when there are more); else one of INV_OWNER_NOBODY; else one of INV_OWNER_ANOTHER. Callers
 * that act as, for or on the account ask inv_account_is_own. The caller frees *account. Reads more
 * only where it must: inviteSoleContainer, for an entry outside of people without xmppJid, and the
 * password policy, for a lock by failed logins. Codes other than 0 are judged by
 * inv_operation_result.
 */
inv_result inv_account_from_search(inv_call *call, const inv_jid *name,
                                   const inv_operation *operation, inv_account **account);

/*
 * The domain's name_filter for this name: it finds whoever holds the name. The caller frees it;
 * NULL when memory is short.
 */
char *account_name_filter(const inv_domain *domain, const inv_jid *name);

/*
 * A search by filter where the domain has names (name_search_base). Frees filter; NULL gives NULL.
 */
inv_operation *account_search(const inv_domain *domain, char *filter,
                              const char *const *attributes);

/*
 * inv_account_search_operation that also asks for authPassword: for those who serve or give
 * verifiers only.
 */
inv_operation *inv_account_search_verifiers_operation(const inv_domain *domain,
                                                      const inv_jid *name);

/* Why inv_account_is_own is false, in words for a log: "no such account" and the like. Constant. */
const char *inv_account_why_not_own(const inv_account *account);

/*
 * INV_NO_ACCOUNT with the reason when the account has another inv_account_identity. identity NULL:
 * any will do.
 */
inv_result inv_account_check_identity(const inv_account *account, const char *identity,
                                      inv_verdict *verdict);

/* Whether it is locked by failed logins at now. */
bool inv_account_is_locked(const inv_account *account, time_t now);

/* Locked for good or by failed logins, or expired, at now: no login, no verifiers. */
bool inv_account_is_over(const inv_account *account, time_t now);

/*
 * The account that this invite made for this name, found also where other entries hold the name;
 * NULL when there is none. Decides whether a claim led to an account.
 */
inv_result inv_account_find_own(inv_call *call, const char *invite_id, const inv_jid *name,
                                inv_account **account);

/* The search for it, to be judged by inv_account_from_search. NULL when memory is short. */
inv_operation *inv_account_own_operation(const inv_domain *domain, const char *invite_id,
                                         const inv_jid *name);

/* The account was made by this invite for this name. */
bool inv_account_is_of(const inv_account *account, const char *invite_id, const inv_jid *name);

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

/* INV_NAME_TAKEN, with the entry that holds the name in verdict->why. */
inv_result inv_account_refuse_taken(const inv_account *holder, inv_verdict *verdict);

#endif
