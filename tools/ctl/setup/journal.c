/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "invitegate/trusted_file.h"
#include "setup/files.h"
#include "setup/record.h"

#define FOLDER "/var/lib/invitegate"
#define NAME   "setup.json"
#define FORM   1

struct ctl_journal {
    char *path;
    json_t *site; /* the whole */
    json_t *records;
    int folder; /* locked while the journal is open; -1: nothing may be written */
};

static inv_result damaged(const ctl_journal *journal, const char *why, inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_CONFIG,
                           "%s cannot be used: %s. It is needed to take away what setup made; with "
                           "another name for it setup begins anew",
                           journal->path, why);
}

/* Checks the form once, so that nothing else has to. */
static inv_result check(const ctl_journal *journal, inv_verdict *verdict)
{
    const json_t *version = json_object_get(journal->site, "version");
    const json_t *each;
    size_t index;

    if (!json_is_object(journal->site) || !json_is_integer(version))
        return damaged(journal, "it is no journal of setup", verdict);
    if (json_integer_value(version) != FORM)
        return damaged(journal, "it is of another release", verdict);
    if (!json_is_array(journal->records))
        return damaged(journal, "it has no records", verdict);
    json_array_foreach(journal->records, index, each)
    {
        if (!json_is_string(json_object_get(each, "kind")))
            return damaged(journal, "one of its records has no kind", verdict);
    }
    return INV_OK;
}

static inv_result start_empty(ctl_journal *journal, inv_verdict *verdict)
{
    journal->site = json_pack("{s:i, s:[]}", "version", FORM, "records");
    journal->records = json_object_get(journal->site, "records");
    return journal->records != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

static inv_result load(ctl_journal *journal, inv_verdict *verdict)
{
    json_error_t error;
    int descriptor;

    if (access(journal->path, F_OK) != 0 && errno == ENOENT)
        return start_empty(journal, verdict);
    descriptor = inv_trusted_file_open(journal->path, true, NULL, verdict);
    if (descriptor < 0)
        return INV_CONFIG;
    journal->site = json_loadfd(descriptor, JSON_REJECT_DUPLICATES, &error);
    (void)close(descriptor);
    if (journal->site == NULL)
        return damaged(journal, error.text, verdict);
    journal->records = json_object_get(journal->site, "records");
    return check(journal, verdict);
}

/* Two at once would each know half of what was done. */
static inv_result lock(ctl_journal *journal, const char *folder, inv_verdict *verdict)
{
    inv_result result = ctl_folder_make(folder, 0700, verdict);

    if (result != INV_OK)
        return result;
    journal->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (journal->folder < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "%s cannot be opened: %s", folder,
                               strerror(errno));
    if (flock(journal->folder, LOCK_EX | LOCK_NB) != 0)
        return inv_verdict_set(verdict, INV_CONFIG, "another setup of this machine is running (%s)",
                               folder);
    return INV_OK;
}

inv_result ctl_journal_open(const char *root, bool writes, ctl_journal **journal,
                            inv_verdict *verdict)
{
    ctl_journal *opened = calloc(1, sizeof(*opened));
    char *folder = NULL;
    inv_result result = INV_OK;

    *journal = NULL;
    if (opened == NULL)
        return inv_verdict_no_memory(verdict);
    opened->folder = -1;
    if (asprintf(&folder, "%s" FOLDER, root) < 0)
        folder = NULL;
    if (asprintf(&opened->path, "%s" FOLDER "/" NAME, root) < 0)
        opened->path = NULL;
    if (folder == NULL || opened->path == NULL)
        result = inv_verdict_no_memory(verdict);
    if (result == INV_OK && writes)
        result = lock(opened, folder, verdict);
    if (result == INV_OK)
        result = load(opened, verdict);
    free(folder);
    if (result != INV_OK)
        ctl_journal_close(&opened);
    *journal = opened;
    return result;
}

void ctl_journal_close(ctl_journal **journal)
{
    if (*journal == NULL)
        return;
    json_decref((*journal)->site);
    if ((*journal)->folder >= 0)
        (void)close((*journal)->folder);
    free((*journal)->path);
    free(*journal);
    *journal = NULL;
}

const char *ctl_journal_path(const ctl_journal *journal)
{
    return journal->path;
}

const char *ctl_journal_text(const ctl_journal *journal, const char *key)
{
    return json_string_value(json_object_get(journal->site, key));
}

bool ctl_journal_set_text(ctl_journal *journal, const char *key, const char *text)
{
    if (text == NULL) {
        (void)json_object_del(journal->site, key);
        return true;
    }
    return json_object_set_new(journal->site, key, json_string(text)) == 0;
}

bool ctl_journal_note_suffix(ctl_journal *journal, const char *suffix)
{
    json_t *list = json_object_get(journal->site, "suffixes");
    ctl_texts known = {.texts = NULL};
    bool done = ctl_journal_suffixes(journal, &known);
    const size_t count = known.count;

    done = done && ctl_texts_add_once(&known, suffix);
    if (done && list == NULL) {
        list = json_array();
        done = json_object_set_new(journal->site, "suffixes", list) == 0;
    }
    if (done && known.count > count)
        done = json_array_append_new(list, json_string(suffix)) == 0;
    ctl_texts_clear(&known);
    return done;
}

bool ctl_journal_suffixes(const ctl_journal *journal, ctl_texts *suffixes)
{
    return ctl_record_list(journal->site, "suffixes", suffixes);
}

size_t ctl_journal_count(const ctl_journal *journal)
{
    return json_array_size(journal->records);
}

json_t *ctl_journal_record(const ctl_journal *journal, size_t index)
{
    return json_array_get(journal->records, index);
}

bool ctl_journal_wrote(const ctl_journal *journal, const char *path, const char *hash)
{
    for (size_t i = 0; i < ctl_journal_count(journal); i++) {
        const json_t *record = ctl_journal_record(journal, i);

        if (ctl_record_is(record, "file", "path", path) &&
            ctl_record_is(record, "file", "sha256", hash))
            return true;
    }
    return false;
}

static inv_result save(ctl_journal *journal, inv_verdict *verdict)
{
    inv_result result;
    ctl_file *file;
    char *text;

    if (journal->folder < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "%s is not to be written", journal->path);
    text = json_dumps(journal->site, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    if (text == NULL)
        return inv_verdict_no_memory(verdict);
    file = ctl_file_new(journal->path, text, strlen(text));
    free(text);
    if (file == NULL)
        return inv_verdict_no_memory(verdict);
    result = ctl_file_write(file, verdict);
    ctl_file_free(&file);
    return result;
}

inv_result ctl_journal_add(ctl_journal *journal, json_t *record, inv_verdict *verdict)
{
    bool known = record == NULL;

    for (size_t i = 0; i < ctl_journal_count(journal) && !known; i++)
        known = json_equal(ctl_journal_record(journal, i), record) == 1;
    if (!known && json_array_append(journal->records, record) != 0)
        return inv_verdict_no_memory(verdict);
    return save(journal, verdict);
}

inv_result ctl_journal_filled(ctl_journal *journal, inv_verdict *verdict)
{
    for (size_t i = 0; i < ctl_journal_count(journal); i++)
        (void)json_object_del(ctl_journal_record(journal, i), "unfilled");
    return save(journal, verdict);
}

inv_result ctl_journal_drop(ctl_journal *journal, const json_t *record, inv_verdict *verdict)
{
    for (size_t i = 0; i < ctl_journal_count(journal); i++) {
        if (ctl_journal_record(journal, i) == record) {
            (void)json_array_remove(journal->records, i);
            break;
        }
    }
    return save(journal, verdict);
}

inv_result ctl_journal_remove(ctl_journal *journal, inv_verdict *verdict)
{
    return ctl_journal_count(journal) == 0 ? ctl_file_remove(journal->path, verdict) : INV_OK;
}
