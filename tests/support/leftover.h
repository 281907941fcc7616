/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_LEFTOVER_H
#define INVITEGATE_TESTS_LEFTOVER_H

#include "tests/support/site_invites.h"

/* What crashes leave, made by the admin's hand. Each fails the test if the directory refuses. */

#define LEFTOVER_NONCE "00112233445566ff"

/* A claim of jid with the nonce; before: inviteUsesLeft as it stands. */
void leftover_claim(const struct site *site, const inv_token *token, const char *jid,
                    const char *nonce, long before);

/* The account that a claim of local with LEFTOVER_NONCE made. */
void leftover_account(const struct site *site, const inv_token *token, const char *local);

/* A pair of two bare JIDs; token NULL: of an invite that nobody knows. */
void leftover_pair(const struct site *site, const inv_token *token, const char *jid,
                   const char *contact);

/* A reservation of local; id NULL: of an invite that nobody knows. */
void leftover_reservation(const struct site *site, const char *local, const char *id);

/* An attribute of the invite, to one value. */
void leftover_terms(const struct site *site, const inv_token *token, const char *attribute,
                    const char *value);

#endif
