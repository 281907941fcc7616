/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "undo_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "setup/block.h"
#include "setup/ds389.h"
#include "setup/record.h"

/* Taking rules of access away. */

/* ---------------------------------------------------------------------------------- rules of slapd
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

static inv_result plan_block(ctl_undoing *work, json_t *record, const ctl_block *block,
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
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%zu rules of access stay, because without them everybody could read "
                      "verifiers, invites or rosters that are there; --undo takes them when these "
                      "are gone",
                      kept->count);
    if (kept->count == 0 || !ctl_block_is(block, &wanted)) {
        action.operation =
            ctl_block_change(ctl_record_text(record, "dn"), block, &wanted, block->begin, NULL);
        ctl_plan_do(setup->plan, CTL_UNDO_STEP, &action, "take %zu rules of access away",
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

inv_result ctl_undo_rules(ctl_undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const inv_entry *database = find_database(setup, ctl_record_text(record, "dn"));
    ctl_texts kept = {.texts = NULL};
    ctl_block block;
    inv_result result;

    if (database == NULL || is_outdated(setup, record))
        return ctl_undo_end(work, record);
    result = ctl_block_read(setup, database, &block);
    if (result == INV_OK && !block.there)
        result = ctl_undo_end(work, record);
    else if (result == INV_OK && setup->answers->dry_run)
        ctl_plan_tell(setup->plan, CTL_ITEM_WOULD, CTL_UNDO_STEP,
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
inv_result ctl_undo_acis(ctl_undoing *work, json_t *record)
{
    const ctl_task *setup = work->setup;
    const char *dn = ctl_record_text(record, "dn");
    ctl_action action = {.data = true, .undone = record, .is_undo = true};
    inv_operation *search = NULL;
    const inv_entry *entry = NULL;
    bool in_use = false;
    size_t count = 0;
    size_t kept = 0;
    inv_result result = ctl_undo_find(setup, dn, &search, &entry);

    if (result == INV_OK && entry != NULL)
        result = ctl_undo_in_use(setup, dn, &in_use);
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
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, CTL_UNDO_STEP,
                      "%zu rules of access of %s stay: they hide what is below it; --undo takes "
                      "them when that is gone",
                      kept, dn);
    if (kept > 0)
        action.undone = NULL;
    if (count > 0) {
        ctl_plan_do(setup->plan, CTL_UNDO_STEP, &action, "take %zu rules of access of %s away",
                    count, dn);
    } else {
        inv_operation_free(&action.operation);
        result = kept == 0 ? ctl_undo_end(work, record) : INV_OK;
    }
cleanup:
    inv_operation_free(&search);
    return result;
}
