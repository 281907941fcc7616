/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FRESHNESS_H
#define INVITEGATE_FRESHNESS_H

#include <stdbool.h>

typedef struct inv_entry inv_entry; /* of invitegate/directory.h */

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

/*
 * When the password of entry was changed, as the directory has it: pwdChangedTime (OpenLDAP) or
 * pwdUpdateTime (389 DS). An entry that went from one kind of directory to the other has both, and
 * the later one counts, or one that is no generalizedTime. NULL: neither is there, or may be read.
 */
const char *inv_password_date(const inv_entry *entry);

/* xmppVerifiersOf of verifiers that were written into an entry that has no date of a password. */
#define INV_VERIFIERS_OF_NO_PASSWORD "00010101000000Z"

/*
 * xmppVerifiersOf of verifiers that were written for a password that the directory has dated by
 * nothing (INV_PASSWORD_DATES_CHANGE: it came with the entry).
 */
#define INV_VERIFIERS_OF_UNDATED "00010101000001Z"

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
