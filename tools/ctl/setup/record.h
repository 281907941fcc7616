/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_RECORD_H
#define INVITEGATE_TOOLS_SETUP_RECORD_H

#include <jansson.h>

#include "setup/example.h"

/*
 * Records of the journal: what undo needs to take one thing away again. Each function returns a new
 * record; NULL: out of memory.
 */

/* Values that were added to an attribute; all may be taken out one by one. */
json_t *ctl_record_values(const char *dn, const char *attribute, const ctl_texts *values);

/* An attribute whose one value is now this one; before: what it had, empty: nothing. */
json_t *ctl_record_replaced(const char *dn, const char *attribute, const ctl_texts *before,
                            const char *now);

/*
 * An entry that was added; goes when it is empty. attribute (NULL: none): its values were these,
 * and the entry stays when they are others now. Further attributes by ctl_record_expect.
 */
json_t *ctl_record_entry(const char *dn);
bool ctl_record_expect(json_t *record, const char *attribute, const char *value);

/* The marked block of rules of access; what is below the containers of ctl_record_hide stays
 * hidden. */
json_t *ctl_record_rules(const char *dn);
bool ctl_record_hide(json_t *record, const char *container);

/* The rules of access of 389 DS that an entry has; those that deny stay as long as there is
 * something below it. */
json_t *ctl_record_acis(const char *dn);

/* Puts into a record that the index of this attribute has to be filled; ctl_journal_filled. */
bool ctl_record_unfilled(json_t *record, const char *attribute);

/* A file, by the hash of what was written. */
json_t *ctl_record_file(const char *path, const char *hash);

/* The same, with what was there before, for undo to put back. before is UTF-8, mode its mode. */
json_t *ctl_record_file_replaced(const char *path, const char *hash, const char *before,
                                 unsigned mode);

/* A file that was given to a group, with mode 0640; it had root's group and this mode. */
json_t *ctl_record_owner(const char *path, const char *group, unsigned mode);

/* Units of systemd, with a blank between their names, that are disabled and stopped for an undo. */
json_t *ctl_record_unit(const char *names);

/* The number of a key, or 0. */
unsigned ctl_record_number(const json_t *record, const char *key);

/* Something that cannot be taken away; text says what, and why. */
json_t *ctl_record_stays(const char *text);

/* Whether it is of this kind and has the text under the key. */
bool ctl_record_is(const json_t *record, const char *kind, const char *key, const char *text);

/* The text of a key, or "". */
const char *ctl_record_text(const json_t *record, const char *key);

/* The texts of a list. False: out of memory. */
bool ctl_record_list(const json_t *record, const char *key, ctl_texts *list);

#endif
