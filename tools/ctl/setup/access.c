/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/block.h"
#include "setup/handover.h"
#include "setup/record.h"
#include "setup/rules.h"
#include "setup/value.h"

/* The step of the rules of access: which ones, and where. */

#define STEP "rules"

/* The classes that the directory knows, from the subschema (RFC 4512 4.2). */
static inv_result read_classes(const ctl_task *setup, ctl_texts *classes)
{
    static const char *const attributes[] = {"objectClasses", NULL};
    inv_operation *search =
        inv_operation_search("cn=Subschema", INV_SCOPE_BASE, "(objectClass=subschema)", attributes);
    inv_result result = ctl_setup_run(setup, setup->directory, search);

    if (result == INV_OK && search->entry_count == 1 &&
        !ctl_setup_values(search->entries[0], "objectClasses", classes))
        result = inv_verdict_no_memory(setup->verdict);
    inv_operation_free(&search);
    return result;
}

/* Rules of the site itself, and those of ours that somebody loaded by hand, without marks. */
static bool sort(const ctl_block *block, const ctl_texts *wanted, ctl_texts *site, ctl_texts *loose)
{
    bool fine = true;

    for (size_t i = 0; fine && i < block->rules.count; i++) {
        if (block->there && i >= block->begin && i <= block->end)
            continue;
        if (wanted != NULL && ctl_value_find(wanted, block->rules.texts[i]) != NULL)
            fine = ctl_texts_add(loose, block->rules.texts[i]);
        else
            fine = ctl_texts_add(site, block->rules.texts[i]);
    }
    return fine;
}

/*
 * The first rule that is none of the site's administrators or replicas. In front of those, ours
 * would keep them from locking accounts, and replicas from what they copy.
 */
static size_t place_of(const ctl_block *block)
{
    size_t place = 0;

    while (place < block->rules.count && ctl_rule_is_of_administrators(block->rules.texts[place]))
        place++;
    return place;
}

/* The containers of all domains, with those that an earlier run hid and the configuration lost. */
static bool find_hidden(const ctl_task *setup, ctl_texts *hidden)
{
    const inv_domain *domain;
    bool fine = true;

    for (size_t i = 0; fine && i < ctl_journal_count(setup->journal); i++) {
        const json_t *earlier = ctl_journal_record(setup->journal, i);

        if (ctl_record_is(earlier, "rules", "dn", setup->site.database))
            fine = ctl_record_list(earlier, "hidden", hidden);
    }
    for (size_t i = 0; fine && (domain = ctl_setup_each_domain(setup, i)) != NULL; i++)
        fine = ctl_texts_add(hidden, domain->invites) && ctl_texts_add(hidden, domain->rosters);
    return fine;
}

static json_t *record_of(const ctl_task *setup)
{
    json_t *record = ctl_record_rules(setup->site.database);
    ctl_texts hidden = {.texts = NULL};
    ctl_texts once = {.texts = NULL};
    bool fine = record != NULL && find_hidden(setup, &hidden);

    for (size_t i = 0; fine && i < hidden.count; i++)
        fine = ctl_texts_add_once(&once, hidden.texts[i]);
    for (size_t i = 0; fine && i < once.count; i++)
        fine = ctl_record_hide(record, once.texts[i]);
    if (!fine) {
        json_decref(record);
        record = NULL;
    }
    ctl_texts_clear(&hidden);
    ctl_texts_clear(&once);
    return record;
}

static void plan_block(ctl_task *setup, const ctl_block *block, const ctl_texts *wanted,
                       const ctl_texts *loose)
{
    const size_t place = place_of(block);
    ctl_action action = {.operation =
                             ctl_block_change(setup->site.database, block, wanted, place, loose),
                         .record = record_of(setup)};

    if (block->there)
        ctl_plan_do(setup->plan, STEP, &action,
                    "%zu rules of access in place of the %zu of an earlier setup", wanted->count,
                    block->end - block->begin + 1);
    else
        ctl_plan_do(
            setup->plan, STEP, &action, "%zu rules of access, in front of the site's own%s%s",
            wanted->count, place > 0 ? " but for those of its administrators" : "",
            loose->count > 0 ? "; they replace the same ones that were loaded by hand" : "");
}

/* Rules that decide before ours do. */
static void tell_front(const ctl_task *setup, const ctl_block *block)
{
    for (size_t i = 0; block->there && i < block->begin; i++) {
        if (!ctl_rule_is_of_administrators(block->rules.texts[i]))
            ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                          "this one of the site is in front of ours, and decides before them: %s",
                          block->rules.texts[i]);
    }
}

static inv_result plan_rules(ctl_task *setup, const ctl_block *block, const ctl_texts *classes)
{
    ctl_texts wanted = {.texts = NULL};
    ctl_texts site = {.texts = NULL};
    ctl_texts own = {.texts = NULL};
    ctl_texts loose = {.texts = NULL};
    bool open;
    inv_result result = INV_OK;

    if (!sort(block, NULL, &site, &loose)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    open = setup->unseen == NULL && site.count == 0 && setup->frontend_rules == 0;
    if (!ctl_rules_make(setup, classes, &site, open, &wanted) ||
        !sort(block, &wanted, &own, &loose)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    if (open)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "the database has no rule of access, so everybody reads all of it, "
                      "userPassword too, and still does. Write one: to attrs=userPassword by self "
                      "=xw by anonymous auth by * none");
    tell_front(setup, block);
    if (ctl_block_is(block, &wanted) && loose.count == 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "all %zu", wanted.count);
    else
        plan_block(setup, block, &wanted, &loose);
cleanup:
    ctl_texts_clear(&wanted);
    ctl_texts_clear(&site);
    ctl_texts_clear(&own);
    ctl_texts_clear(&loose);
    return result;
}

inv_result ctl_step_rules(ctl_task *setup)
{
    ctl_texts classes = {.texts = NULL};
    ctl_block block;
    inv_result result = setup->unseen != NULL
                            ? ctl_handover_block(setup, &block)
                            : ctl_block_read(setup, ctl_setup_database(setup), &block);

    if (result == INV_OK)
        result = read_classes(setup, &classes);
    if (result == INV_OK)
        result = plan_rules(setup, &block, &classes);
    ctl_block_clear(&block);
    ctl_texts_clear(&classes);
    return result;
}
