/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "undo_machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "setup/machine.h"
#include "setup/record.h"

/* What setup made on the machine. */

inv_result ctl_undo_file(ctl_undoing *work, json_t *record)
{
    const char *path = ctl_record_text(record, "path");
    char hash[CTL_FILE_HASH_SIZE];
    inv_result result = ctl_file_hash(path, hash, work->setup->verdict);

    if (result != INV_OK)
        return result;
    if (hash[0] != '\0' && strcmp(hash, ctl_record_text(record, "sha256")) == 0) {
        const char *before = json_string_value(json_object_get(record, "before"));
        ctl_action action = {.undone = record};

        if (before != NULL)
            action.file = ctl_file_new(path, before, strlen(before));
        else
            action.remove = strdup(path);
        if (action.file != NULL)
            action.file->mode = (mode_t)ctl_record_number(record, "mode");
        ctl_plan_do(work->setup->plan, CTL_UNDO_STEP, &action,
                    before != NULL ? "%s as it was" : "remove %s", path);
        if (strstr(path, CTL_MACHINE_HOSTS) != NULL)
            ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                          "Prosody has the host until it is restarted: systemctl restart prosody");
        return INV_OK;
    }
    if (hash[0] != '\0' && !ctl_journal_wrote(work->setup->journal, path, hash))
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%s was changed since, and stays", path);
    return ctl_undo_end(work, record);
}

/* The group is root's again, and the mode what it was. */
inv_result ctl_undo_owner(ctl_undoing *work, json_t *record)
{
    const char *path = ctl_record_text(record, "path");
    struct stat status;
    gid_t group;

    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & (mode_t)07777) == CTL_MACHINE_MODE &&
        ctl_machine_group(work->setup, ctl_record_text(record, "group"), &group) &&
        status.st_gid == group) {
        ctl_action action = {.own = strdup(path),
                             .mode = (mode_t)ctl_record_number(record, "mode"),
                             .group = "root",
                             .undone = record};

        ctl_plan_do(work->setup->plan, CTL_UNDO_STEP, &action, "%s is of the group root again",
                    path);
        return INV_OK;
    }
    return ctl_undo_end(work, record);
}

/* Words of a text, as a list; false: out of memory. */
static bool add_words(ctl_texts *list, const char *text)
{
    bool fine = true;

    while (*text != '\0' && fine) {
        size_t length = strcspn(text, " ");
        char *word = strndup(text, length);

        fine = word != NULL && ctl_texts_add(list, word);
        free(word);
        text += length + (text[length] == ' ' ? 1 : 0);
    }
    return fine;
}

inv_result ctl_undo_unit(ctl_undoing *work, json_t *record)
{
    const char *names = ctl_record_text(record, "names");

    if (ctl_machine_runs_systemd(work->setup)) {
        ctl_action action = {.undone = record};

        if (!add_words(&action.run, "systemctl disable --now") || !add_words(&action.run, names))
            ctl_texts_clear(&action.run);
        ctl_plan_do(work->setup->plan, CTL_UNDO_STEP, &action, "systemctl disable --now %s", names);
        return INV_OK;
    }
    return ctl_undo_end(work, record);
}
