/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_ROSTER_REPLICAS_H
#define INVITEGATE_COMMON_ROSTER_REPLICAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "invitegate/call.h"

/*
 * How far a directory that replicates has come: for each of its servers that take writes the
 * moment, by that server's clock, up to which all its writes are here (contextCSN of OpenLDAP). A
 * write that arrives late shows in that; by its own stamp alone it would look as if it had been
 * here for long.
 */

#define REPLICAS_MAX       8  /* with more of them, nothing is known */
#define REPLICAS_TEXT_SIZE 36 /* of one, as replicas_write writes it */

typedef struct replica {
    unsigned id;
    int64_t seen; /* in seconds since 1970 */
} replica;

typedef struct replicas {
    size_t count; /* 0: it does not replicate, or contextCSN cannot be read */
    replica list[REPLICAS_MAX];
} replicas;

/*
 * Reads contextCSN of dn and all entries above it: servers keep it on the suffix. Errors of
 * inv_directory_run.
 */
inv_result replicas_read(inv_call *call, const char *dn, replicas *known);

/*
 * Lowers *from so that every write that came here between old and now has a stamp of *from or
 * later. False: that cannot be told, because a server came or went, or its moment went back.
 */
bool replicas_follow(const replicas *old, const replicas *now, int64_t *from);

/* Reads a number of the cookie, 1 to 12 decimal digits, and moves behind it. */
bool replicas_take_number(const char **text, int64_t *number);

/* As text, ".ID-SECONDS" each, in a space of REPLICAS_MAX * REPLICAS_TEXT_SIZE; and back, false for
 * any other text. */
void replicas_write(const replicas *known, char *text);
bool replicas_parse(const char *text, replicas *known);

#endif
