/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_FRESHNESS_H
#define INVITEGATE_COMMON_MODEL_FRESHNESS_H

#include "invitegate/call.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"

/* What decides beside the entry: from the directory, and from the domain. */
typedef struct inv_freshness_terms {
    inv_password_dates dates;
    bool needs_password; /* the domain keeps userPassword beside SCRAM */
    bool has_password;   /* the entry was seen to have one, or a bind has proved it */
    bool untracked; /* inv_verifiers_ask_policy found that changes of this entry are not dated */
} inv_freshness_terms;

/*
 * All that a reader of verifiers asks for, in one flight that may hold more: makes the operations,
 * which the caller runs, and judges their answers. inv_verifiers_read_start fills all of it,
 * inv_verifiers_read_end frees it.
 */
#define INV_VERIFIERS_READ_MAX 3
typedef struct inv_verifiers_read {
    inv_operation *flight[INV_VERIFIERS_READ_MAX]; /* NULL: running it gives INV_NO_MEMORY */
    size_t count;
    const inv_entry *entry; /* with authPassword, as far as it may be read; NULL: it is gone */
    inv_freshness_terms terms;
    bool fresh;
    const char *stale; /* why the verifiers are stale; NULL with fresh */
} inv_verifiers_read;

/*
 * Whether authPassword of entry may be served and may prove a password:
 *   - never where the directory dates no changes, or invitePasswordDates does not say how it does;
 *   - never where the entry has a policy of its own that dates none (inv_verifiers_ask_policy);
 *   - dated by pwdChangedTime or pwdUpdateTime: when xmppVerifiersOf is that moment; without
 *     xmppVerifiersOf, when that moment is not later than createTimestamp (the verifiers came with
 *     the add; 1.4 % of adds are dated a second earlier);
 *   - not dated: when xmppVerifiersOf is INV_VERIFIERS_OF_NO_PASSWORD, or, where dates begin with
 *     the first change, when it is absent or INV_VERIFIERS_OF_UNDATED;
 *   - in a domain with userPassword only beside one, or when xmppVerifiersOf is
 *     INV_VERIFIERS_OF_NO_PASSWORD: an administrator shuts a person out by deleting userPassword,
 *     and not every directory dates that.
 * What cannot be read counts as stale, but for pwdUpdateTime where dates begin with the first
 * change: an entry without it was not changed yet. (invitectl doctor finds that it is hidden.) Two
 * changes within one second cannot be told apart. *why: for the log, why they are stale; NULL with
 * true.
 */
bool inv_account_verifiers_are_fresh(const inv_entry *entry, const inv_freshness_terms *terms,
                                     const char **why);

/*
 * What xmppVerifiersOf has to record for verifiers of a password that is proved after entry was
 * read: when that is changed in between, the moments differ and the verifiers are stale. NULL:
 * verifiers of this entry would be stale whatever they record.
 */
const char *inv_verifiers_moment_before_proof(const inv_entry *entry, inv_password_dates dates);

/* The search for what the container of invites records about dates (invitePasswordDates). */
inv_operation *inv_verifiers_record_operation(const inv_domain *domain);

/* What that search found; INV_PASSWORD_DATES_UNKNOWN without an entry. */
inv_password_dates inv_verifiers_recorded_dates(const inv_operation *record);

/*
 * The same, and remembers it with the call's connection for FRESHNESS_REMEMBERED_MS, so that
 * flights over it need not carry the search: but only that dates begin with the add or with the
 * first change. Where verifiers are not served because the record is missing or says "never", each
 * flight reads it, and what invitectl init records counts at once.
 */
#define FRESHNESS_REMEMBERED_MS 10000
inv_password_dates freshness_remember_dates(inv_call *call, const inv_operation *record);

/*
 * What is remembered of the domain of call; false: the record has to be read. A flight that leaves
 * the search out asks once more behind it: the connection may have been replaced.
 */
bool freshness_recall_dates(const inv_call *call, inv_password_dates *dates);

void inv_verifiers_read_start(inv_verifiers_read *verifiers, const inv_domain *domain,
                              const char *dn);

inv_result inv_verifiers_read_check(inv_verifiers_read *verifiers, inv_verdict *verdict);

void inv_verifiers_read_end(inv_verifiers_read *verifiers);

/*
 * Where dates begin with the first change, 389 DS writes them as the policy says that counts for
 * the entry: one of its own, or of its subtree (pwdPolicySubentry), does not inherit
 * passwordTrackUpdateTime. Fills terms->untracked, with true for a policy that cannot be read. One
 * round trip, only for entries with such a policy. INV_OK, or no verdict.
 */
inv_result inv_verifiers_ask_policy(inv_call *call, const inv_entry *entry,
                                    inv_freshness_terms *terms);

/* That, behind inv_verifiers_read_check: verifiers->fresh may become false. */
inv_result inv_verifiers_read_policy(inv_call *call, inv_verifiers_read *verifiers);

#endif
