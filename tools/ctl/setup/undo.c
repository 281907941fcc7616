/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "undo.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/record.h"
#include "setup/undo_machine.h"
#include "setup/undo_part.h"
#include "setup/undo_rules.h"
#include "setup/value.h"

#define CONFIG "cn=config"

/* ---------------------------------------------------------------------------------------- values
 */

static inv_result undo_values(ctl_undoing *work, json_t *record)
{
    const char *attribute = ctl_record_text(record, "attribute");
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    ctl_texts there = {.texts = NULL};
    ctl_texts values = {.texts = NULL};
    ctl_action action = {.undone = record};
    size_t changed = 0;
    size_t count = 0;
    inv_result result = ctl_undo_find(work->setup, ctl_record_text(record, "dn"), &search, &entry);

    if (result == INV_OK && (!ctl_record_list(record, "values", &values) ||
                             !ctl_setup_values(entry, attribute, &there)))
        result = inv_verdict_no_memory(work->setup->verdict);
    if (result != INV_OK || entry == NULL) {
        result = result == INV_OK ? ctl_undo_end(work, record) : result;
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
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%zu values of %s were changed since, and stay", changed, attribute);
    if (count > 0) {
        ctl_plan_do(work->setup->plan, CTL_UNDO_STEP, &action, "take %zu values of %s away", count,
                    attribute);
    } else {
        inv_operation_free(&action.operation);
        result = ctl_undo_end(work, record);
    }
cleanup:
    ctl_texts_clear(&there);
    ctl_texts_clear(&values);
    inv_operation_free(&search);
    return result;
}

static inv_result undo_replaced(ctl_undoing *work, json_t *record)
{
    const char *attribute = ctl_record_text(record, "attribute");
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    ctl_texts before = {.texts = NULL};
    inv_result result = ctl_undo_find(work->setup, ctl_record_text(record, "dn"), &search, &entry);

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
        ctl_plan_do(work->setup->plan, CTL_UNDO_STEP, &action, "%s is %s again", attribute,
                    before.count > 0 ? before.texts[0] : "not set");
        goto cleanup;
    }
    if (entry != NULL && inv_entry_count(entry, attribute) > 0)
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%s was changed since, and stays", attribute);
    result = ctl_undo_end(work, record);
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

static inv_result undo_entry(ctl_undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const char *dn = ctl_record_text(record, "dn");
    const bool config = inv_dn_within(dn, CONFIG);
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    bool in_use = false;
    inv_result result = ctl_undo_find(setup, dn, &search, &entry);

    if (result == INV_OK && entry != NULL && !config)
        result = ctl_undo_in_use(setup, dn, &in_use);
    if (result != INV_OK)
        goto cleanup;
    if (entry == NULL) {
        if (config || !setup->answers->dry_run)
            result = ctl_undo_end(work, record);
        else
            ctl_plan_tell(setup->plan, CTL_ITEM_WOULD, CTL_UNDO_STEP,
                          "delete %s, if it is there and empty: this user does not see it", dn);
    } else if (!is_as_written(record, entry)) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP, "%s was changed since, and stays",
                      dn);
        result = ctl_undo_end(work, record);
    } else if (is_for_rootdn(setup, dn)) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%s stays: slapd lets nobody but the rootdn delete the entry of a suffix",
                      dn);
        result = ctl_undo_end(work, record);
    } else if (in_use) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP, "%s is not empty, and stays", dn);
    } else {
        ctl_action action = {.operation = inv_operation_new_delete(inv_entry_dn(entry)),
                             .data = !config,
                             .undone = record,
                             .is_undo = true};

        ctl_plan_do(setup->plan, CTL_UNDO_STEP, &action, "delete %s", inv_entry_dn(entry));
    }
cleanup:
    inv_operation_free(&search);
    return result;
}

/* ----------------------------------------------------------------------------------------- others
 */

static inv_result undo_stays(ctl_undoing *work, json_t *record)
{
    ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP, "%s",
                  ctl_record_text(record, "text"));
    return ctl_undo_end(work, record);
}

static const struct kind {
    const char *name;
    inv_result (*undo)(ctl_undoing *work, json_t *record);
} kinds[] = {
    {"values", undo_values},   {"replaced", undo_replaced}, {"entry", undo_entry},
    {"rules", ctl_undo_rules}, {"file", ctl_undo_file},     {"stays", undo_stays},
    {"acis", ctl_undo_acis},   {"owner", ctl_undo_owner},   {"unit", ctl_undo_unit},
};

static inv_result undo_record(ctl_undoing *work, json_t *record)
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
    ctl_undoing work = {.setup = setup, .over = json_array()};
    inv_result result = work.over != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);

    for (size_t i = ctl_journal_count(setup->journal); result == INV_OK && i > 0; i--)
        result = undo_record(&work, ctl_journal_record(setup->journal, i - 1));
    *ret_over = work.over;
    return result;
}
