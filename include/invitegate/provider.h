/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_PROVIDER_H
#define INVITEGATE_PROVIDER_H

#include <stdbool.h>

#include "invitegate/verdict.h"

/* of invitegate/directory.h */
typedef struct inv_operation inv_operation;
typedef struct inv_entry inv_entry;

/*
 * Which of several OpenLDAP servers is the provider: the one whose server id the invites container
 * records (inviteProvider). Every write tells which server took it, in the third part of the
 * entryCSN that it leaves: "20261129215300.123456Z#000000#001#000000" is of server 001, 000 of a
 * single server without a serverID. 389 DS has no entryCSN: nothing is recorded there, and nothing
 * compared.
 */

#define INV_PROVIDER_SIZE 4 /* three lower-case hex digits, with NUL */

#define INV_PROVIDER_SINGLE "000"

/* Asks an add or modify which server takes it; it may be NULL. */
void inv_provider_ask(inv_operation *write);

/*
 * The id of the server that took write, out of its answer. False, and provider is "": the answer
 * does not tell.
 */
bool inv_provider_told(const inv_operation *write, char provider[INV_PROVIDER_SIZE]);

/*
 * Whether the server that took write is the provider. INV_OK where recorded is "" or 000 (a single
 * server; that it became another is for doctor to say), or the server is the recorded one.
 * INV_CONFIG, with both named, where it is another or does not tell: the caller undoes what was
 * written.
 */
inv_result inv_provider_check(const char *recorded, const inv_operation *write, const char *uri,
                              inv_verdict *verdict);

/* Reads inviteProvider of the invites container; provider is "" where it has none. */
void inv_provider_read(const inv_entry *container, char provider[INV_PROVIDER_SIZE]);

#endif
