/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FRESHNESS_H
#define INVITEGATE_FRESHNESS_H

#include <stdbool.h>

#include "invitegate/config.h"
#include "invitegate/directory.h"

/*
 * Whether the SCRAM verifiers of an entry (authPassword) belong to the password it has now. A
 * password that was changed or deleted elsewhere leaves them as they were: code that serves them,
 * or proves a password by them, asks inv_account_verifiers_are_fresh first. All functions are
 * thread-safe.
 */

/* How a directory dates changes of userPassword, as invitectl init found out. */
typedef enum inv_password_dates {
    INV_PASSWORD_DATES_UNKNOWN, /* invitePasswordDates of the container is missing */
    INV_PASSWORD_DATES_NEVER,
    INV_PASSWORD_DATES_CHANGE, /* from the first change on: 389 DS (pwdUpdateTime) */
    INV_PASSWORD_DATES_ADD,    /* from the add on: OpenLDAP with ppolicy (pwdChangedTime) */
} inv_password_dates;

/* As invitePasswordDates has it: "add", "change", "never"; NULL for UNKNOWN. */
const char *inv_password_dates_word(inv_password_dates dates);

/* What the entry of a container of invites records; UNKNOWN also for another word. */
inv_password_dates inv_password_dates_of_container(const inv_entry *container);

/* xmppVerifiersOf of verifiers that were written into an entry that has no date of a password. */
#define INV_VERIFIERS_OF_NO_PASSWORD "00010101000000Z"

/* What decides beside the entry: from the directory, and from the domain. */
typedef struct inv_freshness_terms {
    inv_password_dates dates;
    bool needs_password; /* the domain keeps userPassword beside SCRAM */
    bool has_password;   /* the entry was seen to have one (inv_verifiers_read asks) */
} inv_freshness_terms;

/*
 * Whether authPassword of entry may be served and may prove a password:
 *   - never where the directory dates no changes, or invitePasswordDates does not say how it does;
 *   - dated by pwdChangedTime or pwdUpdateTime: when xmppVerifiersOf is that moment; without
 *     xmppVerifiersOf, when that moment is not later than createTimestamp (the verifiers came with
 *     the add; 1.4 % of adds are dated a second earlier);
 *   - not dated: when xmppVerifiersOf is INV_VERIFIERS_OF_NO_PASSWORD, or, where dates begin with
 *     the first change, when it is absent;
 *   - in a domain with userPassword only beside one, or when xmppVerifiersOf is
 *     INV_VERIFIERS_OF_NO_PASSWORD: an administrator shuts a person out by deleting userPassword,
 *     and not every directory dates that.
 * What cannot be read counts as stale. Two changes within one second cannot be told apart. *why:
 * for the log, why they are stale; NULL with true.
 */
bool inv_account_verifiers_are_fresh(const inv_entry *entry, const inv_freshness_terms *terms,
                                     const char **why);

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

void inv_verifiers_read_start(inv_verifiers_read *verifiers, const inv_domain *domain,
                              const char *dn);
inv_result inv_verifiers_read_judge(inv_verifiers_read *verifiers, inv_verdict *verdict);
void inv_verifiers_read_end(inv_verifiers_read *verifiers);

/*
 * The moment that xmppVerifiersOf has to record for verifiers that a modify wrote, out of the entry
 * as that modify left it (inv_operation_read_after with inv_verifiers_moment_attributes).
 * pwdChangedTime where there is one. Else, with_password (the modify set userPassword too):
 * modifyTimestamp, since 389 DS sets pwdUpdateTime only behind its answer, in the same second (when
 * it is the next one, the verifiers stay stale). Else the modify took userPassword away, which
 * leaves its date as it was: pwdUpdateTime, or INV_VERIFIERS_OF_NO_PASSWORD. NULL: after has none
 * of these.
 */
extern const char *const inv_verifiers_moment_attributes[];
const char *inv_verifiers_moment(const inv_entry *after, bool with_password);

#endif
