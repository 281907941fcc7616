/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_READER_H
#define INVITEGATE_COMMON_CONFIG_READER_H

#include <stddef.h>

#include "invitegate/verdict.h"

/*
 * The form of invitegate.conf (FORM in invitegate.conf(5)): bytes become sections, keys and values.
 * Which of them exist and what they mean is not known here. Names compare without the case of A to
 * Z. Thread-safe; a reader_file is read-only once it is made.
 */

#define READER_BYTES_MAX    ((size_t)1 << 20) /* of a file */
#define READER_SECTIONS_MAX 1000U
#define READER_KEYS_MAX     100U /* of a section; more than any has */
#define READER_NAME_MAX     300U /* bytes of a section's or key's name; a DNS name has 253 at most */

typedef struct reader_key {
    const char *name;  /* as written, printable ASCII, not "" */
    const char *value; /* UTF-8 without control characters but tabs; no blanks around it */
    unsigned line;     /* from 1 */
} reader_key;

typedef struct reader_section {
    const char *name; /* like a key's, without the brackets */
    unsigned line;
    reader_key *keys; /* in the file's order, no two of one name */
    size_t key_count;
} reader_section;

typedef struct reader_file {
    char *bytes;              /* what all names and values point into */
    reader_section *sections; /* in the file's order, no two of one name */
    size_t section_count;
} reader_file;

/*
 * Reads length bytes, which need no NUL behind them and may be any. INV_CONFIG at the first line
 * that is not right: verdict->why is "PATH:LINE: ", what is wrong and what would be right. Path is
 * for that text only. *file is NULL unless INV_OK; the caller frees it.
 */
inv_result reader_parse(const char *path, const char *bytes, size_t length, reader_file **file,
                        inv_verdict *verdict);

/* The same for all of descriptor; INV_CONFIG also when it has more than READER_BYTES_MAX. */
inv_result reader_load(const char *path, int descriptor, reader_file **file, inv_verdict *verdict);

void reader_free(reader_file **file);

/* NULL where the file has no such section, the section no such key. */
const reader_section *reader_find_section(const reader_file *file, const char *name);
const reader_key *reader_find_key(const reader_section *section, const char *name);

/* The line of a key; of the section's header when key is NULL or not in it; else 0. */
unsigned reader_line_of(const reader_file *file, const char *section, const char *key);

#endif
