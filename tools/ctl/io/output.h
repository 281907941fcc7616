/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_OUTPUT_H
#define INVITEGATE_TOOLS_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "invitegate/invite.h"
#include "invitegate/timestamp.h"

/*
 * Prints UTF-8 text so that it cannot steer a terminal: control characters, direction overrides and
 * bytes that are not UTF-8 are written as \xHH or \u{HHHH}. Returns the columns it took.
 */
size_t ctl_print_safe(FILE *stream, const char *text);

/* The columns that ctl_print_safe would take. */
size_t ctl_width(const char *text);

/* --------------------------------------------------------------------------------------- tables */

/* Rows under a header line, aligned when printed. */
typedef struct ctl_table ctl_table;

/* headers ends with NULL and must outlive the table. NULL: out of memory. */
ctl_table *ctl_table_new(const char *const *headers);

/*
 * Adds a row with copies of as many cells as there are headers; NULL is shown as "-". False: out of
 * memory.
 */
bool ctl_table_add(ctl_table *table, const char *const *cells);

size_t ctl_table_rows(const ctl_table *table);

/* Prints the header line and the rows. */
void ctl_table_print(FILE *stream, const ctl_table *table);

/* Without the header line. */
void ctl_table_print_rows(FILE *stream, const ctl_table *table);

void ctl_table_free(ctl_table **table);

/* ----------------------------------------------------------------------------------------- JSON */

/*
 * Prints one object as one line. Takes the reference; NULL or a failed dump is "out of memory":
 * false.
 */
bool ctl_json_print(json_t *object);

/* Sets key to text, or to null when text is NULL. */
void ctl_json_text(json_t *object, const char *key, const char *text);

/* -------------------------------------------------------------------------------------- invites */

/* "never", or RFC 3339; empty when the moment is 0. */
void ctl_write_time(time_t moment, char text[INV_TIMESTAMP_SIZE]);

/* The keys of invitectl(1), in its order; claims and uses are empty when they were not read. */
json_t *ctl_invite_json(const inv_invite *invite, time_t now);

/* The same for people, a line an attribute. */
void ctl_invite_print(FILE *stream, const inv_invite *invite, time_t now);

/* The key "claims" alone: the JIDs of claims that are not finished. */
void ctl_json_claims(json_t *object, const inv_invite *invite);

/* The uses that are left, in words. */
void ctl_invite_uses(const inv_invite *invite, char text[48]);

/* The verdict of check, redeem and the like: result, invite, user, domain, why. */
json_t *ctl_verdict_json(const inv_verdict *verdict, const char *domain);

#endif
