/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_VERIFIED_ACCOUNT_H
#define INVITEGATE_TESTS_VERIFIED_ACCOUNT_H

#include <stdbool.h>

/* Accounts of the site whose passwords have SCRAM verifiers; with the call of calls.h. */

/* In a buffer that the next one reuses. */
const char *account_dn(const char *local);

/* The attribute in which this directory dates passwords. */
const char *date_attribute(void);

/*
 * Changes userPassword (NULL: deletes it) as ldappasswd does, in a second of its own; waits until
 * the directory has dated it. OpenLDAP takes the date away with a password that is deleted, 389 DS
 * dates that too.
 */
void change_elsewhere(const char *local, const char *password);

/* Whether its verifiers are fresh by the dates, as invitegate's own identity sees them. */
bool verifiers_are_fresh(const char *local);

#endif
