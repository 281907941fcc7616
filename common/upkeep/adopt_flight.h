/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_UPKEEP_ADOPT_FLIGHT_H
#define INVITEGATE_COMMON_UPKEEP_ADOPT_FLIGHT_H

#include "config/name_filter.h"
#include "invitegate/adopt.h"
#include "model/owner.h"

/*
 * Entries that are looked at and changed together: adopt_all.c chooses them, adopt_flight.c decides
 * and changes each.
 */

#define ADOPT_FLIGHT 20 /* entries of one flight */

/* An entry that may be adopted, or undone, and the operations that decide it. */
typedef struct adopt_candidate {
    const inv_entry *entry; /* of a page that stays until the flight is finished; NULL: decided */
    owner_kind owner;
    inv_jid *name;
    inv_operation *inside;  /* the entry by the filter of except, */
    inv_operation *outside; /* and by its negation */
    inv_operation *search;  /* who holds the name */
    inv_operation *change;
} adopt_candidate;

typedef struct adopt_run {
    inv_call *call;
    inv_call admin; /* the same, with the directory that takes the changes */
    const inv_adopt_order *order;
    const inv_adopt_visitor *visitor;
    char *outside; /* the negation of order->except; NULL without it */
    name_keys keys;
    bool sole;
    adopt_candidate candidates[ADOPT_FLIGHT];
    size_t count;
    size_t seen;
} adopt_run;

/* Gives that many operations, one at least, the time of [directory] each. */
void adopt_renew(inv_call *call, size_t operations);

/*
 * Decides about each candidate, changes those that are to be changed unless it is a dry run, tells
 * the visitor of each, and empties the flight. INV_OK: the run may go on; otherwise it ends with
 * that error.
 */
inv_result adopt_flight_finish(adopt_run *run);

/* Frees what candidates hold, of a flight that was not finished too. */
void adopt_flight_clear(adopt_run *run);

#endif
