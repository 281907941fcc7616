/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_MODEL_ACCOUNT_VERIFIERS_H
#define INVITEGATE_COMMON_MODEL_ACCOUNT_VERIFIERS_H

#include <stdbool.h>

#include "freshness.h"
#include "invitegate/account.h"
#include "invitegate/account_verifiers.h"

/*
 * An account, and what decides whether its verifiers are fresh, found in one flight.
 * account_dated_find fills all of it, account_dated_end frees it.
 *
 * The flight holds the search for the name; to serve, in a domain that keeps userPassword, one for
 * a userPassword of that name; and one for the container's record of how passwords are dated, which
 * is left out for ten seconds after it was read over the same connection
 * (freshness_remember_dates). Where that connection turned out to be lost, the record has a flight
 * of its own. A name that has an account and one that has none cost the same.
 */
#define ACCOUNT_DATED_FLIGHT 4
typedef struct account_dated {
    inv_operation *flight[ACCOUNT_DATED_FLIGHT];
    size_t count;
    bool serves;
    const inv_operation *names;    /* in flight: who has the name */
    const inv_operation *password; /* in flight: for a userPassword; NULL: is not asked for */
    const inv_operation *record;   /* in flight: NULL while what it said is remembered */
    /* as inv_account_find gives it; to serve without invite_id, nonce, classes and must_change */
    inv_account *account;
    const inv_entry *entry; /* of that account; NULL with it */
    inv_freshness_terms terms;
} account_dated;

typedef enum account_dated_for {
    ACCOUNT_DATED_FOR_SERVING, /* and whether there is a userPassword; account is not whole */
    /* a proof is to come, and sets terms.has_password. A record that cannot be read is no failure,
       terms.dates is unknown then. */
    ACCOUNT_DATED_FOR_PROOF,
} account_dated_for;

inv_result account_dated_find(inv_call *call, const inv_jid *name, account_dated_for purpose,
                              account_dated *dated);
void account_dated_end(account_dated *dated);

/*
 * Whether authPassword of entry has a whole value of each mechanism of the domain's
 * password_verifiers: without one a client that picks that mechanism is shut out, however fresh the
 * others are. True also where no value can be read, as by most identities: then nothing tells.
 */
bool account_verifiers_are_complete(const inv_domain *domain, const inv_entry *entry);

#endif
