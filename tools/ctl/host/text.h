/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_TEXT_H
#define INVITEGATE_TOOLS_HOST_TEXT_H

#include "host.h"

/* Files of lines, as other programs have them, read whole. */

#define CTL_TEXT_MAX (1 << 20) /* bytes; a longer file is none of those that are looked for */

typedef struct ctl_text {
    char *path; /* as it was opened */
    char *bytes;
    size_t length;
    char **lines; /* into bytes, without their line feeds; line 1 is lines[0] */
    size_t count;
} ctl_text;

typedef enum ctl_sight {
    CTL_SIGHT_READ,
    CTL_SIGHT_ABSENT,
    CTL_SIGHT_HIDDEN, /* it may be there; a row says why it could not be read */
} ctl_sight;

/* Reads path, below the root. ctl_text_clear is always allowed afterwards. */
ctl_sight ctl_text_read(ctl_host *host, const char *check, const char *path, ctl_text *text);

/* The same of a path that has the root in front already. */
ctl_sight ctl_text_read_at(ctl_host *host, const char *check, const char *path, ctl_text *text);
void ctl_text_clear(ctl_text *text);

/* Names of files, sorted. */
typedef struct ctl_names {
    char **names;
    size_t count;
} ctl_names;

/*
 * Lists the files of a folder below the root whose names end in suffix, without those that begin
 * with a dot. ctl_names_clear is always allowed afterwards.
 */
ctl_sight ctl_names_read(ctl_host *host, const char *check, const char *folder, const char *suffix,
                         ctl_names *names);

/* Adds a copy, at the end. False: out of memory. */
bool ctl_names_add(ctl_names *names, const char *name);

/* Whether the name is among them. */
bool ctl_names_have(const ctl_names *names, const char *name);

/* Frees them. */
void ctl_names_clear(ctl_names *names);

/* Whether there is something at path, below the root. HIDDEN adds no row. */
ctl_sight ctl_host_exists(ctl_host *host, const char *path);

/* Whether there is a folder at path, below the root, as far as can be seen. */
bool ctl_host_is_folder(ctl_host *host, const char *path);

/* Cuts blanks off both ends, in place. */
char *ctl_text_trim(char *text);

/* How many single changes make one word of the other; counting ends above most. */
unsigned ctl_text_distance(const char *word, const char *other, unsigned most);

#endif
