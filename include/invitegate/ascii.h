/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_ASCII_H
#define INVITEGATE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text compared without regard to the case of A to Z, and of nothing else: strcasecmp(3) asks the
 * locale of the host, and in a Turkish one I and i are two letters. Thread-safe.
 */

/* Equal as a whole. */
bool inv_ascii_equal(const char *a, const char *b);

/* Equal in their first length bytes, or as a whole when both end before. */
bool inv_ascii_equal_in(const char *a, const char *b, size_t length);

/* part is somewhere in text; an empty part always is. */
bool inv_ascii_contains(const char *text, const char *part);

/* Below, equal to or above 0 as a sorts before, with or behind b. */
int inv_ascii_compare(const char *a, const char *b);

/* No byte of it is beyond ASCII. */
bool inv_ascii_only(const char *text);

#endif
