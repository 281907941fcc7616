/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_SHORT_MEMORY_H
#define INVITEGATE_COMMON_DIRECTORY_SHORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/deadline.h"

/*
 * Numbers that were read a moment ago, each under a text, until a moment on the monotonic clock.
 * {0} is one without any. Of its owner alone: not for two threads at once.
 */
typedef struct short_memory_fact {
    char *key;
    int value;
    inv_deadline until;
} short_memory_fact;

typedef struct short_memory {
    short_memory_fact *facts; /* one a key */
    size_t count;
} short_memory;

/* In place of what was kept under key. Keeps nothing where memory is short. */
void short_memory_keep(short_memory *memory, const char *key, int value, long milliseconds);

/* False: there is none, or its time is over; *value is not touched. */
bool short_memory_recall(const short_memory *memory, const char *key, int *value);

void short_memory_clear(short_memory *memory);

#endif
