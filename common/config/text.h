/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_TEXT_H
#define INVITEGATE_COMMON_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/verdict.h"

/* The configuration file as bytes, before libini reads them. */

#define INV_CONFIG_TEXT_MAX ((size_t)1 << 20)

typedef struct inv_config_text {
    char *bytes; /* a NUL behind length bytes; the caller frees it */
    size_t length;
} inv_config_text;

/* A piece of a text, not terminated; start is NULL when there is none. */
typedef struct inv_config_piece {
    const char *start;
    size_t length;
} inv_config_piece;

/* Reads all of descriptor. INV_CONFIG when it is larger than INV_CONFIG_TEXT_MAX. */
inv_result inv_config_text_read(int descriptor, const char *path, inv_config_text *text,
                                inv_verdict *verdict);

/*
 * Refuses what libini would take in silence or refuse without a line: bytes that are not UTF-8,
 * control bytes, keys before the first section (they would be lost), names outside ASCII; and sizes
 * that make it slow. Syntax is libini's.
 */
inv_result inv_config_text_check(const inv_config_text *text, const char *path,
                                 inv_verdict *verdict);

/* For error texts only. Lines count from 1. */
inv_config_piece inv_config_text_line(const inv_config_text *text, unsigned number);
inv_config_piece inv_config_line_name(inv_config_piece line); /* the key, or [section] */

/* The line of a section's header, or 0. */
unsigned inv_config_text_section_line(const inv_config_text *text, const char *section);

#endif
