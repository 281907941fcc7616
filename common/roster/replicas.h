/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_ROSTER_REPLICAS_H
#define INVITEGATE_COMMON_ROSTER_REPLICAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "invitegate/call.h"

/*
 * How far a directory that replicates has come: for each of its providers the moment, by that
 * provider's clock, up to which all its writes are here (contextCSN of OpenLDAP). What arrives late
 * shows in that; without it, it would look as if it had been here for long.
 */

#define REPLICAS_MAX       8  /* of more, nothing is known */
#define REPLICAS_TEXT_SIZE 36 /* of one, as replicas_write writes it */

typedef struct replica {
    unsigned id;
    int64_t seen; /* in seconds since 1970 */
} replica;

typedef struct replicas {
    size_t count; /* 0: it does not replicate, or does not say */
    replica list[REPLICAS_MAX];
} replicas;

/* Reads them where they are kept: on the suffix above dn. Errors of inv_directory_run. */
inv_result replicas_read(inv_call *call, const char *dn, replicas *known, inv_verdict *verdict);

/*
 * Lowers *from to the moment from which on everything is asked for that came between old and now.
 * False: that cannot be told, because providers came or went, or went back in time.
 */
bool replicas_follow(const replicas *old, const replicas *now, int64_t *from);

/* As text, ".ID-SECONDS" each, in a space of REPLICAS_MAX * REPLICAS_TEXT_SIZE; and back, false for
 * any other text. */
void replicas_write(const replicas *known, char *text);
bool replicas_parse(const char *text, replicas *known);

#endif
