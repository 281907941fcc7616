/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "undo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/block.h"
#include "setup/ds389.h"
#include "setup/machine.h"
#include "setup/record.h"
#include "setup/value.h"

#define CONFIG "cn=config"
#define STEP   "undo"

typedef struct undoing {
    ctl_task *setup;
    json_t *over;
} undoing;

/* The record needs nothing more. */
static inv_result end(undoing *work, json_t *record)
{
    return json_array_append(work->over, record) == 0 ? INV_OK
                                                      : inv_verdict_no_memory(work->setup->verdict);
}

/* ------------------------------------------------------------------------------------ finding it
 */

/*
 * Whether two entries of cn=config are the same; where setup gave the second one no number "{n}",
 * but for that of the first. (Two databases differ in nothing else.)
 */
static bool is_same(const char *numbered, const char *dn)
{
    char *attributes[2] = {NULL, NULL};
    char *values[2] = {NULL, NULL};
    bool same = inv_dn_leaf(numbered, &attributes[0], &values[0]) &&
                inv_dn_leaf(dn, &attributes[1], &values[1]) &&
                inv_ascii_equal(attributes[0], attributes[1]) &&
                (inv_ascii_equal(values[0], values[1]) ||
                 inv_ascii_equal(ctl_value_text(values[0]), values[1]));

    for (size_t i = 0; i < 2; i++) {
        free(attributes[i]);
        free(values[i]);
    }
    return same;
}

/*
 * The entry, by its DN; in cn=config by its DN but for the number that slapd gave it. *ret_entry is
 * NULL where there is none; it belongs to *search, which the caller frees.
 */
static inv_result find_entry(const ctl_task *setup, const char *dn, inv_operation **search,
                             const inv_entry **ret_entry)
{
    const bool config = inv_dn_within(dn, CONFIG);
    static const char *const with_acis[] = {"*", "aci", NULL};
    const char *parent = inv_dn_parent(dn);
    inv_result result;

    *ret_entry = NULL;
    if (setup->is_389)
        *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, with_acis);
    else
        *search = NULL;
    if (setup->is_389)
        result = ctl_setup_run(setup, setup->directory, *search);
    else
        result = ctl_setup_search(setup, config && parent != NULL ? parent : dn,
                                  config && parent != NULL ? INV_SCOPE_ONE : INV_SCOPE_BASE, NULL,
                                  search);
    for (size_t i = 0; result == INV_OK && i < (*search)->entry_count; i++) {
        if (!config || is_same(inv_entry_dn((*search)->entries[i]), dn))
            *ret_entry = (*search)->entries[i];
    }
    return result;
}

/* Whether the journal has the entry, so that it goes too. */
static bool is_own_entry(const ctl_task *setup, const char *dn)
{
    for (size_t i = 0; i < ctl_journal_count(setup->journal); i++) {
        const json_t *record = ctl_journal_record(setup->journal, i);

        if (strcmp(ctl_record_text(record, "kind"), "entry") == 0 &&
            inv_dn_equal(ctl_record_text(record, "dn"), dn))
            return true;
    }
    return false;
}

static inv_result is_in_use(const ctl_task *setup, const char *dn, bool *ret_in_use)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_ONE, NULL, nothing);
    inv_result result = ctl_setup_run(setup, setup->directory, search);

    *ret_in_use = false;
    for (size_t i = 0; result == INV_OK && i < search->entry_count && !*ret_in_use; i++)
        *ret_in_use = !is_own_entry(setup, inv_entry_dn(search->entries[i]));
    inv_operation_free(&search);
    return result;
}

/* ---------------------------------------------------------------------------------------- values
 */

static inv_result undo_values(undoing *work, json_t *record)
{
    const char *attribute = ctl_record_text(record, "attribute");
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    ctl_texts there = {.texts = NULL};
    ctl_texts values = {.texts = NULL};
    ctl_action action = {.undone = record};
    size_t changed = 0;
    size_t count = 0;
    inv_result result = find_entry(work->setup, ctl_record_text(record, "dn"), &search, &entry);

    if (result == INV_OK && (!ctl_record_list(record, "values", &values) ||
                             !ctl_setup_values(entry, attribute, &there)))
        result = inv_verdict_no_memory(work->setup->verdict);
    if (result != INV_OK || entry == NULL) {
        result = result == INV_OK ? end(work, record) : result;
        goto cleanup;
    }
    action.operation = inv_operation_new_modify(inv_entry_dn(entry));
    for (size_t i = 0; i < values.count; i++) {
        const char *found = ctl_value_find(&there, values.texts[i]);

        if (found != NULL) {
            inv_operation_text(action.operation, INV_CHANGE_DELETE, attribute,
                               ctl_value_text(found));
            count++;
        } else {
            changed++;
        }
    }
    if (changed > 0)
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP,
                      "%zu values of %s were changed since, and stay", changed, attribute);
    if (count > 0) {
        ctl_plan_do(work->setup->plan, STEP, &action, "take %zu values of %s away", count,
                    attribute);
    } else {
        inv_operation_free(&action.operation);
        result = end(work, record);
    }
cleanup:
    ctl_texts_clear(&there);
    ctl_texts_clear(&values);
    inv_operation_free(&search);
    return result;
}

static inv_result undo_replaced(undoing *work, json_t *record)
{
    const char *attribute = ctl_record_text(record, "attribute");
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    ctl_texts before = {.texts = NULL};
    inv_result result = find_entry(work->setup, ctl_record_text(record, "dn"), &search, &entry);

    if (result == INV_OK && !ctl_record_list(record, "before", &before))
        result = inv_verdict_no_memory(work->setup->verdict);
    if (result != INV_OK)
        goto cleanup;
    if (entry != NULL && ctl_setup_is_only(entry, attribute, ctl_record_text(record, "now"))) {
        ctl_action action = {.operation = inv_operation_new_modify(inv_entry_dn(entry)),
                             .undone = record};

        if (before.count == 0)
            inv_operation_text(action.operation, INV_CHANGE_REPLACE, attribute, NULL);
        for (size_t i = 0; i < before.count; i++)
            inv_operation_text(action.operation, INV_CHANGE_REPLACE, attribute, before.texts[i]);
        ctl_plan_do(work->setup->plan, STEP, &action, "%s is %s again", attribute,
                    before.count > 0 ? before.texts[0] : "not set");
        goto cleanup;
    }
    if (entry != NULL && inv_entry_count(entry, attribute) > 0)
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP, "%s was changed since, and stays",
                      attribute);
    result = end(work, record);
cleanup:
    ctl_texts_clear(&before);
    inv_operation_free(&search);
    return result;
}

/* --------------------------------------------------------------------------------------- entries
 */

/* Whether the attributes still have just the values they were added with. */
static bool is_as_written(const json_t *record, const inv_entry *entry)
{
    json_t *expected = json_object_get(record, "expected");
    const char *attribute;
    json_t *values;

    json_object_foreach(expected, attribute, values)
    {
        if (inv_entry_count(entry, attribute) != json_array_size(values))
            return false;
        for (size_t i = 0; i < json_array_size(values); i++) {
            const char *value = json_string_value(json_array_get(values, i));

            if (value == NULL || !inv_entry_has(entry, attribute, value))
                return false;
        }
    }
    return true;
}

/* Whether it is the entry of a suffix, which slapd lets the rootdn of the database delete only. */
static bool is_for_rootdn(const ctl_task *setup, const char *dn)
{
    for (size_t i = 0; i < setup->databases->entry_count; i++) {
        const inv_entry *database = setup->databases->entries[i];
        const char *suffix = inv_entry_text(database, "olcSuffix");
        const char *rootdn = inv_entry_text(database, "olcRootDN");

        if (suffix != NULL && inv_dn_equal(suffix, dn))
            return rootdn == NULL || !inv_dn_equal(rootdn, setup->self);
    }
    return false;
}

static inv_result undo_entry(undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const char *dn = ctl_record_text(record, "dn");
    const bool config = inv_dn_within(dn, CONFIG);
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    bool in_use = false;
    inv_result result = find_entry(setup, dn, &search, &entry);

    if (result == INV_OK && entry != NULL && !config)
        result = is_in_use(setup, dn, &in_use);
    if (result != INV_OK)
        goto cleanup;
    if (entry == NULL) {
        if (config || !setup->answers->dry_run)
            result = end(work, record);
        else
            ctl_plan_tell(setup->plan, CTL_ITEM_WOULD, STEP,
                          "delete %s, if it is there and empty: this user does not see it", dn);
    } else if (!is_as_written(record, entry)) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP, "%s was changed since, and stays", dn);
        result = end(work, record);
    } else if (is_for_rootdn(setup, dn)) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s stays: slapd lets nobody but the rootdn delete the entry of a suffix",
                      dn);
        result = end(work, record);
    } else if (in_use) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP, "%s is not empty, and stays", dn);
    } else {
        ctl_action action = {.operation = inv_operation_new_delete(inv_entry_dn(entry)),
                             .data = !config,
                             .undone = record,
                             .is_undo = true};

        ctl_plan_do(setup->plan, STEP, &action, "delete %s", inv_entry_dn(entry));
    }
cleanup:
    inv_operation_free(&search);
    return result;
}

/* ----------------------------------------------------------------------------------------- rules
 */

/* Whether something below base matches, as far as this user sees it. */
static inv_result has(const ctl_task *setup, const char *base, const char *filter,
                      const char *but_for, bool *ret_has)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search(base, INV_SCOPE_SUBTREE, filter, nothing);
    inv_result result;

    *ret_has = false;
    if (search == NULL)
        return inv_verdict_no_memory(setup->verdict);
    search->size_limit = 2;
    result = ctl_setup_run(setup, setup->directory, search);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        if (but_for == NULL || !inv_dn_equal(inv_entry_dn(search->entries[i]), but_for))
            *ret_has = true;
    }
    inv_operation_free(&search);
    return result;
}

/* The rules that have to stay while there is something that they hide. */
static inv_result keep_rules(const ctl_task *setup, const json_t *record, const char *suffix,
                             ctl_texts *kept)
{
    static const char *const secrets[] = {"authPassword", "pwdHistory"};
    ctl_texts hidden = {.texts = NULL};
    char *rule = NULL;
    bool there = false;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < 2; i++) {
        char filter[32];

        (void)snprintf(filter, sizeof(filter), "(%s=*)", secrets[i]);
        result = has(setup, suffix, filter, NULL, &there);
        if (result == INV_OK && there &&
            (asprintf(&rule, "to attrs=%s by * none", secrets[i]) < 0 ||
             !ctl_texts_take(kept, rule)))
            result = inv_verdict_no_memory(setup->verdict);
    }
    if (result == INV_OK && !ctl_record_list(record, "hidden", &hidden))
        result = inv_verdict_no_memory(setup->verdict);
    for (size_t i = 0; result == INV_OK && i < hidden.count; i++) {
        result = has(setup, hidden.texts[i], NULL, hidden.texts[i], &there);
        if (result == INV_OK && there &&
            (!ctl_text_exchange(&hidden.texts[i], "\\", "\\\\") ||
             !ctl_text_exchange(&hidden.texts[i], "\"", "\\\"") ||
             asprintf(&rule, "to dn.subtree=\"%s\" by * none", hidden.texts[i]) < 0 ||
             !ctl_texts_take(kept, rule)))
            result = inv_verdict_no_memory(setup->verdict);
    }
    ctl_texts_clear(&hidden);
    return result;
}

/* kept with the marks round it, and where the site has no rule, slapd's own default. */
static bool put_marks(const ctl_task *setup, const ctl_block *block, const ctl_texts *kept,
                      ctl_texts *wanted)
{
    const size_t own = block->end - block->begin + 1;
    bool fine = ctl_texts_add(wanted, CTL_BLOCK_BEGIN);

    for (size_t i = 0; fine && i < kept->count; i++)
        fine = ctl_texts_add(wanted, kept->texts[i]);
    if (fine && block->rules.count == own && setup->frontend_rules == 0)
        fine = ctl_texts_add(wanted, "to * by * read");
    return fine && ctl_texts_add(wanted, CTL_BLOCK_END);
}

static inv_result plan_block(undoing *work, json_t *record, const ctl_block *block,
                             const ctl_texts *kept)
{
    const ctl_task *setup = work->setup;
    ctl_texts wanted = {.texts = NULL};
    ctl_action action = {.undone = kept->count == 0 ? record : NULL};
    inv_result result = INV_OK;

    if (kept->count > 0 && !put_marks(setup, block, kept, &wanted)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    if (kept->count > 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%zu rules of access stay, because without them everybody could read "
                      "verifiers, invites or rosters that are there; --undo takes them when these "
                      "are gone",
                      kept->count);
    if (kept->count == 0 || !ctl_block_is(block, &wanted)) {
        action.operation =
            ctl_block_change(ctl_record_text(record, "dn"), block, &wanted, block->begin, NULL);
        ctl_plan_do(setup->plan, STEP, &action, "take %zu rules of access away",
                    block->end - block->begin + 1 - wanted.count);
    }
cleanup:
    ctl_texts_clear(&wanted);
    return result;
}

/* One of the databases of the journal's suffixes, or NULL. */
static const inv_entry *find_database(const ctl_task *setup, const char *dn)
{
    for (size_t i = 0; i < setup->databases->entry_count; i++) {
        if (inv_dn_equal(inv_entry_dn(setup->databases->entries[i]), dn))
            return setup->databases->entries[i];
    }
    return NULL;
}

/* Whether the journal has another record of the same rules behind this one. */
static bool is_outdated(const ctl_task *setup, const json_t *record)
{
    bool later = false;
    bool found = false;

    for (size_t i = 0; i < ctl_journal_count(setup->journal) && !found; i++) {
        const json_t *each = ctl_journal_record(setup->journal, i);

        found = later && ctl_record_is(each, "rules", "dn", ctl_record_text(record, "dn"));
        later = later || each == record;
    }
    return found;
}

static inv_result undo_rules(undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const inv_entry *database = find_database(setup, ctl_record_text(record, "dn"));
    ctl_texts kept = {.texts = NULL};
    ctl_block block;
    inv_result result;

    if (database == NULL || is_outdated(setup, record))
        return end(work, record);
    result = ctl_block_read(setup, database, &block);
    if (result == INV_OK && !block.there)
        result = end(work, record);
    else if (result == INV_OK && setup->answers->dry_run)
        ctl_plan_tell(setup->plan, CTL_ITEM_WOULD, STEP,
                      "take the rules of access away, but for those that hide verifiers, invites "
                      "and rosters where there are any");
    else if (result == INV_OK) {
        result = keep_rules(setup, record, inv_entry_text(database, "olcSuffix"), &kept);
        if (result == INV_OK)
            result = plan_block(work, record, &block, &kept);
    }
    ctl_texts_clear(&kept);
    ctl_block_clear(&block);
    return result;
}

/* ---------------------------------------------------------------------------- rules of 389 DS
 */

/* All that have a name of invitegate's; but for those that hide what is below the entry. */
static inv_result undo_acis(undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const char *dn = ctl_record_text(record, "dn");
    ctl_action action = {.data = true, .undone = record, .is_undo = true};
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    bool in_use = false;
    size_t count = 0;
    size_t kept = 0;
    inv_result result = find_entry(setup, dn, &search, &entry);

    if (result == INV_OK && entry != NULL)
        result = is_in_use(setup, dn, &in_use);
    if (result != INV_OK)
        goto cleanup;
    action.operation = inv_operation_new_modify(dn);
    for (size_t i = 0; entry != NULL && i < inv_entry_count(entry, "aci"); i++) {
        const char *value = inv_entry_value(entry, "aci", i, NULL);

        if (strstr(value, CTL_DS389_OWN) == NULL)
            continue;
        if (in_use && strstr(value, "deny (") != NULL) {
            kept++;
            continue;
        }
        inv_operation_text(action.operation, INV_CHANGE_DELETE, "aci", value);
        count++;
    }
    if (kept > 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%zu rules of access of %s stay: they hide what is below it; --undo takes "
                      "them when that is gone",
                      kept, dn);
    if (kept > 0)
        action.undone = NULL;
    if (count > 0) {
        ctl_plan_do(setup->plan, STEP, &action, "take %zu rules of access of %s away", count, dn);
    } else {
        inv_operation_free(&action.operation);
        result = kept == 0 ? end(work, record) : INV_OK;
    }
cleanup:
    inv_operation_free(&search);
    return result;
}

/* ----------------------------------------------------------------------------------------- others
 */

static inv_result undo_file(undoing *work, json_t *record)
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
        ctl_plan_do(work->setup->plan, STEP, &action, before != NULL ? "%s as it was" : "remove %s",
                    path);
        if (strstr(path, CTL_MACHINE_HOSTS) != NULL)
            ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP,
                          "Prosody has the host until it is restarted: systemctl restart prosody");
        return INV_OK;
    }
    if (hash[0] != '\0' && !ctl_journal_wrote(work->setup->journal, path, hash))
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP, "%s was changed since, and stays",
                      path);
    return end(work, record);
}

/* The group is root's again, and the mode what it was. */
static inv_result undo_owner(undoing *work, json_t *record)
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

        ctl_plan_do(work->setup->plan, STEP, &action, "%s is of the group root again", path);
        return INV_OK;
    }
    return end(work, record);
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

static inv_result undo_unit(undoing *work, json_t *record)
{
    const char *names = ctl_record_text(record, "names");

    if (ctl_machine_runs_systemd(work->setup)) {
        ctl_action action = {.undone = record};

        if (!add_words(&action.run, "systemctl disable --now") || !add_words(&action.run, names))
            ctl_texts_clear(&action.run);
        ctl_plan_do(work->setup->plan, STEP, &action, "systemctl disable --now %s", names);
        return INV_OK;
    }
    return end(work, record);
}

static inv_result undo_stays(undoing *work, json_t *record)
{
    ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP, "%s", ctl_record_text(record, "text"));
    return end(work, record);
}

static const struct kind {
    const char *name;
    inv_result (*undo)(undoing *work, json_t *record);
} kinds[] = {
    {"values", undo_values}, {"replaced", undo_replaced}, {"entry", undo_entry},
    {"rules", undo_rules},   {"file", undo_file},         {"stays", undo_stays},
    {"acis", undo_acis},     {"owner", undo_owner},       {"unit", undo_unit},
};

static inv_result undo_record(undoing *work, json_t *record)
{
    const char *kind = ctl_record_text(record, "kind");

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].undo(work, record);
    }
    return inv_verdict_set(work->setup->verdict, INV_CONFIG,
                           "%s has a record of the kind %s, which this release does not know",
                           ctl_journal_path(work->setup->journal), kind);
}

inv_result ctl_undo_plan(ctl_task *setup, json_t **ret_over)
{
    undoing work = {.setup = setup, .over = json_array()};
    inv_result result = work.over != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);

    for (size_t i = ctl_journal_count(setup->journal); result == INV_OK && i > 0; i--)
        result = undo_record(&work, ctl_journal_record(setup->journal, i - 1));
    *ret_over = work.over;
    return result;
}
