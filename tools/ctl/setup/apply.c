/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io/ldif.h"
#include "setup/handover.h"
#include "setup/machine.h"
#include "setup/program.h"
#include "setup/rights.h"

#define BACKUP_FOLDER "/var/backups"

/* ------------------------------------------------------------------------------------------- copy
 */

static bool print_entry(FILE *stream, const inv_entry *entry)
{
    inv_operation *add = inv_operation_new_add(inv_entry_dn(entry));
    const char *attribute;
    bool printed;

    for (size_t i = 0; (attribute = inv_entry_attribute(entry, i)) != NULL; i++) {
        for (size_t j = 0; j < inv_entry_count(entry, attribute); j++) {
            size_t length;
            const char *value = inv_entry_value(entry, attribute, j, &length);

            inv_operation_value(add, INV_CHANGE_ADD, attribute, value, length);
        }
    }
    printed = ctl_ldif_print(stream, add);
    inv_operation_free(&add);
    return printed;
}

/* LDIF of all of it. It has the hash of the rootdn's password: wiped by whoever frees it. */
static char *print_all(const inv_operation *search)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    bool printed = stream != NULL;

    for (size_t i = 0; printed && i < search->entry_count; i++)
        printed = print_entry(stream, search->entries[i]);
    if (stream != NULL && fclose(stream) != 0)
        printed = false;
    if (printed)
        return text;
    inv_wipe_text(&text);
    return NULL;
}

/* A name that says when; the caller frees it. */
static char *backup_path(const ctl_task *setup)
{
    time_t now = time(NULL);
    char *path = NULL;
    char moment[32];
    struct tm parts;

    if (gmtime_r(&now, &parts) == NULL ||
        strftime(moment, sizeof(moment), "%Y%m%dT%H%M%SZ", &parts) == 0 ||
        asprintf(&path, "%s" BACKUP_FOLDER "/invitegate-setup-%s.ldif", setup->answers->root,
                 moment) < 0)
        return NULL;
    return path;
}

static inv_result copy_config(ctl_task *setup)
{
    inv_operation *search = NULL;
    ctl_file *file = NULL;
    char *text = NULL;
    char *path = backup_path(setup);
    inv_result result = ctl_setup_search(setup, "cn=config", INV_SCOPE_SUBTREE, NULL, &search);

    if (result != INV_OK)
        goto cleanup;
    text = print_all(search);
    if (text != NULL && path != NULL)
        file = ctl_file_new(path, text, strlen(text));
    result =
        file != NULL ? ctl_file_write(file, setup->verdict) : inv_verdict_no_memory(setup->verdict);
    if (result == INV_OK)
        ctl_plan_tell(setup->plan, CTL_ITEM_DONE, "copy", "cn=config as it was is in %s", path);
cleanup:
    ctl_file_free(&file);
    inv_wipe_text(&text);
    inv_operation_free(&search);
    free(path);
    return result;
}

/* ------------------------------------------------------------------------------------------ doing
 */

static inv_result prepare_rights(ctl_task *setup, const ctl_action *action)
{
    if (action->operation == NULL)
        return INV_OK;
    return action->data ? ctl_rights_take(setup) : ctl_rights_give_back(setup, setup->verdict);
}

/* What an answer means here: a refusal is one for good, even where a later call may succeed. */
static inv_result judge(const ctl_task *setup, const inv_operation *operation)
{
    inv_result result = ctl_setup_judge(setup, operation, "changing");

    /* unwilling, and "other": what cn=config refuses has mostly these */
    if (operation->code == 53 || operation->code == 80) {
        setup->verdict->result = INV_CONFIG;
        result = INV_CONFIG;
    }
    return result;
}

static inv_result run_operation(ctl_task *setup, ctl_item *item, ctl_item_state *state)
{
    inv_operation *operation = item->action.operation;
    inv_result result = ctl_setup_run(setup, setup->directory, operation);

    if (result != INV_OK) {
        *state = operation->state == INV_OPERATION_UNSENT ? CTL_ITEM_REFUSED : CTL_ITEM_UNKNOWN;
        return result;
    }
    if (item->action.is_undo && operation->code == INV_LDAP_NO_SUCH_OBJECT)
        return INV_OK;
    if (item->action.is_undo && operation->code == 66) { /* RFC 4511: not allowed on non-leaf */
        *state = CTL_ITEM_LEFT;
        return INV_OK;
    }
    result = judge(setup, operation);
    if (result != INV_OK)
        *state = inv_operation_decided(operation) ? CTL_ITEM_REFUSED : CTL_ITEM_UNKNOWN;
    if (operation->code == 80)
        *state = CTL_ITEM_REFUSED;
    return result;
}

#define TASK_MILLISECONDS (600L * 1000)
#define TASK_PAUSE        (100L * 1000 * 1000) /* nanoseconds */

/* Waits until the server has done a task; its entry goes some time after that. */
static inv_result await_task(ctl_task *setup, const char *dn, ctl_item_state *state)
{
    static const char *const attributes[] = {"nsTaskExitCode", NULL};
    const struct timespec pause = {.tv_nsec = TASK_PAUSE};
    inv_deadline deadline = inv_deadline_in(TASK_MILLISECONDS);
    const char *code = NULL;
    inv_result result = INV_OK;

    while (result == INV_OK) {
        inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);

        result = ctl_setup_run(setup, setup->directory, search);
        code = result == INV_OK && search->entry_count == 1
                   ? inv_entry_text(search->entries[0], "nsTaskExitCode")
                   : NULL;
        if (result == INV_OK && code != NULL && strcmp(code, "0") != 0)
            result = inv_verdict_set(setup->verdict, INV_CONFIG,
                                     "the task %s of the server ended with %s", dn, code);
        if (code != NULL || (result == INV_OK && search->entry_count == 0)) {
            inv_operation_free(&search);
            break;
        }
        inv_operation_free(&search);
        if (inv_deadline_left(&deadline) <= 0)
            result = inv_verdict_set(setup->verdict, INV_TIMEOUT,
                                     "the task %s of the server still runs", dn);
        (void)nanosleep(&pause, NULL);
    }
    if (result != INV_OK) {
        *state = CTL_ITEM_UNKNOWN;
        return result;
    }
    return ctl_journal_filled(setup->journal, setup->verdict);
}

static inv_result write_file(const ctl_task *setup, const ctl_action *action)
{
    gid_t group;

    if (action->group != NULL && geteuid() == 0 &&
        ctl_machine_group(setup, action->group, &group)) {
        action->file->group = group;
        action->file->mode |= S_IRGRP;
    }
    return ctl_file_write(action->file, setup->verdict);
}

static inv_result make_keys(const ctl_task *setup, const ctl_action *action)
{
    inv_result result = ctl_file_make_keys(action->keys, setup->verdict);

    return result == INV_OK && action->group != NULL
               ? ctl_machine_own(setup, action->keys, action->group, CTL_MACHINE_MODE)
               : result;
}

static inv_result do_action(ctl_task *setup, ctl_item *item, ctl_item_state *state)
{
    const ctl_action *action = &item->action;
    inv_result result;

    if (action->operation != NULL) {
        result = run_operation(setup, item, state);
        return result == INV_OK && action->is_task ? await_task(setup, action->operation->dn, state)
                                                   : result;
    }
    if (action->file != NULL)
        result = write_file(setup, action);
    else if (action->own != NULL)
        result = ctl_machine_own(setup, action->own, action->group, action->mode);
    else if (action->keys != NULL)
        result = make_keys(setup, action);
    else if (action->run.count > 0)
        result = ctl_program_run(&action->run, setup->verdict);
    else
        result = ctl_file_remove(action->remove, setup->verdict);
    if (result != INV_OK)
        *state = CTL_ITEM_REFUSED;
    return result;
}

/* Where the configuration is not shown, a refusal of data is for the administrator as well. */
static bool is_for_others(const ctl_task *setup, const ctl_action *action, ctl_item_state state)
{
    return setup->unseen != NULL && state == CTL_ITEM_REFUSED && action->data && !action->is_undo &&
           action->operation->state == INV_OPERATION_ANSWERED;
}

static inv_result do_item(ctl_task *setup, ctl_item *item)
{
    const ctl_action *action = &item->action;
    ctl_item_state state = CTL_ITEM_DONE;
    inv_result result;

    if (ctl_handover_takes(setup, item)) {
        ctl_plan_end(setup->plan, item, CTL_ITEM_HANDED, NULL);
        return INV_OK;
    }
    result = prepare_rights(setup, action);
    if (result == INV_OK && action->record != NULL)
        result = ctl_journal_add(setup->journal, action->record, setup->verdict);
    if (result != INV_OK) {
        ctl_plan_end(setup->plan, item, CTL_ITEM_REFUSED, setup->verdict->why);
        return result;
    }
    result = do_action(setup, item, &state);
    ctl_plan_end(setup->plan, item, state, result == INV_OK ? NULL : setup->verdict->why);
    if (state == CTL_ITEM_REFUSED && action->record != NULL) {
        inv_verdict unused = INV_VERDICT_INIT;

        (void)ctl_journal_drop(setup->journal, action->record, &unused);
    }
    if (is_for_others(setup, action, state)) {
        item->state = CTL_ITEM_HANDED;
        setup->verdict->result = INV_OK;
        (void)inv_verdict_clear_words(setup->verdict);
        return INV_OK;
    }
    if (result == INV_OK && state == CTL_ITEM_DONE && action->undone != NULL)
        result = ctl_journal_drop(setup->journal, action->undone, setup->verdict);
    return result;
}

inv_result ctl_setup_apply(ctl_task *setup)
{
    ctl_item *item = ctl_plan_next(setup->plan);
    inv_verdict back = INV_VERDICT_INIT;
    inv_result result = INV_OK;

    if (item != NULL && setup->unseen == NULL)
        result = copy_config(setup);
    if (result != INV_OK)
        ctl_plan_tell(setup->plan, CTL_ITEM_REFUSED, "copy",
                      "cn=config could not be copied, so nothing was begun: %s",
                      setup->verdict->why);
    while (result == INV_OK && (item = ctl_plan_next(setup->plan)) != NULL)
        result = do_item(setup, item);
    ctl_plan_stop(setup->plan);
    if (setup->unseen != NULL && result == INV_OK && !setup->answers->undo)
        result = ctl_handover_write(setup);
    if (ctl_rights_give_back(setup, &back) != INV_OK) {
        ctl_plan_tell(setup->plan, CTL_ITEM_UNKNOWN, "rights", "%s", back.why);
        if (result == INV_OK) {
            *setup->verdict = back;
            result = back.result;
        }
    }
    return result;
}
