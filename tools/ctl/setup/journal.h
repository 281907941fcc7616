/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_JOURNAL_H
#define INVITEGATE_TOOLS_SETUP_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>

#include "invitegate/verdict.h"
#include "setup/example.h"

/*
 * What setup has done on this machine and in its directory, so that --undo can take it away:
 * /var/lib/invitegate/setup.json, readable for root only. It holds no secret. What is about to
 * happen stands in it before it happens, on the disk: a process that is killed leaves a journal
 * that says at least what was done. A record of what did not happen does no harm, because undo
 * looks whether each thing still is as it was written.
 *
 * A record is an object with "kind" (the kinds are those of undo.h) and what that kind needs.
 */
typedef struct ctl_journal ctl_journal;

/*
 * Opens the journal below root, and keeps every other setup of this machine away until it is
 * closed. INV_CONFIG: another one runs, or the file is damaged, is not root's, or is of a newer
 * release. Without a file the journal is empty. writes false: nothing is made, not even the folder,
 * and nothing can be saved.
 */
inv_result ctl_journal_open(const char *root, bool writes, ctl_journal **journal,
                            inv_verdict *verdict);
void ctl_journal_close(ctl_journal **journal);

const char *ctl_journal_path(const ctl_journal *journal);

/* A text about the whole site ("database", "backup"), or NULL. */
const char *ctl_journal_text(const ctl_journal *journal, const char *key);

/* Sets it, in memory; text NULL takes it away. False: out of memory. */
bool ctl_journal_set_text(ctl_journal *journal, const char *key, const char *text);

/*
 * The suffixes of all domains that were set up: adds one, in memory; and adds all to the list. A
 * journal of an older release has none. False: out of memory.
 */
bool ctl_journal_note_suffix(ctl_journal *journal, const char *suffix);
bool ctl_journal_suffixes(const ctl_journal *journal, ctl_texts *suffixes);

size_t ctl_journal_count(const ctl_journal *journal);
/* Borrowed. */
json_t *ctl_journal_record(const ctl_journal *journal, size_t index);

/* Whether it has a record of that very file: written by setup, and not changed since. */
bool ctl_journal_wrote(const ctl_journal *journal, const char *path, const char *hash);

/*
 * Writes the journal with this record at its end, or as it is where an equal one is in it; on the
 * disk when this returns INV_OK. record NULL: as it is.
 */
inv_result ctl_journal_add(ctl_journal *journal, json_t *record, inv_verdict *verdict);

/* Writes the journal without the mark of ctl_record_unfilled: all indexes are filled. */
inv_result ctl_journal_filled(ctl_journal *journal, inv_verdict *verdict);

/* Writes the journal without this record, by its address. */
inv_result ctl_journal_drop(ctl_journal *journal, const json_t *record, inv_verdict *verdict);

/* Removes the file, when no record is left in it. */
inv_result ctl_journal_remove(ctl_journal *journal, inv_verdict *verdict);

#endif
