/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "proof/proof.h"
#include "setup/fill.h"
#include "setup/record.h"
#include "setup/setup.h"
#include "setup/value.h"

/* What the database's entry in cn=config has beside its rules of access. */

/* ------------------------------------------------------------------------------ content of adds */

static void plan_content_rule(ctl_task *setup)
{
    static const char attribute[] = "olcAddContentAcl";
    const inv_entry *database = ctl_setup_database(setup);
    ctl_texts before = {.texts = NULL};
    ctl_action action = {.operation = NULL};

    if (ctl_setup_is_only(database, attribute, "TRUE")) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, "content", "olcAddContentAcl");
        return;
    }
    action.operation = inv_operation_new_modify(setup->site.database);
    inv_operation_text(action.operation, INV_CHANGE_REPLACE, attribute, "TRUE");
    if (ctl_setup_values(database, attribute, &before))
        action.record = ctl_record_replaced(setup->site.database, attribute, &before, "TRUE");
    ctl_texts_clear(&before);
    ctl_plan_do(setup->plan, "content", &action,
                "olcAddContentAcl TRUE: an add needs the right to each attribute it brings");
}

/* ---------------------------------------------------------------------------------------- limits
 */

/* Whether a value limits the same DN, whatever it says. */
static bool is_of_same(const char *value, const char *wanted)
{
    size_t length = strcspn(wanted, " ");
    const char *text = ctl_value_text(value);

    return strncmp(text, wanted, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

static void plan_limit(ctl_task *setup, const char *wanted)
{
    const inv_entry *database = ctl_setup_database(setup);
    const ctl_texts values = {.texts = (char *[]){(char *)(uintptr_t)wanted}, .count = 1};
    ctl_action action = {.operation = NULL};
    char *first = NULL;

    for (size_t i = 0; i < inv_entry_count(database, "olcLimits"); i++) {
        const char *there = inv_entry_value(database, "olcLimits", i, NULL);

        if (is_of_same(there, wanted)) {
            ctl_plan_tell(setup->plan,
                          ctl_value_equal(there, wanted) ? CTL_ITEM_THERE : CTL_ITEM_LEFT, "limits",
                          "%s", ctl_value_text(there));
            return;
        }
    }
    action.operation = inv_operation_new_modify(setup->site.database);
    if (asprintf(&first, "{0}%s", wanted) >= 0) {
        inv_operation_text(action.operation, INV_CHANGE_ADD, "olcLimits", first);
        action.record = ctl_record_values(setup->site.database, "olcLimits", &values);
        free(first);
    }
    ctl_plan_do(setup->plan, "limits", &action,
                "long lists may be read page by page by the identity");
}

static inv_result plan_limits(ctl_task *setup)
{
    ctl_texts limits = {.texts = NULL};
    bool read = ctl_example_statements("invitegate-limits.conf", "limits ", &limits);

    for (size_t i = 0; read && i < limits.count; i++) {
        read = ctl_fill(setup, ctl_setup_domain(setup), &limits.texts[i]);
        if (read)
            plan_limit(setup, limits.texts[i]);
    }
    ctl_texts_clear(&limits);
    return read ? INV_OK : inv_verdict_no_memory(setup->verdict);
}

/* --------------------------------------------------------------------------------------- indexes
 */

typedef struct index_plan {
    ctl_texts there;
    const char *defaults;
    ctl_texts added;  /* new values */
    ctl_texts before; /* values that get one more type... */
    ctl_texts after;  /* ...and what they are then */
} index_plan;

static bool want_index(index_plan *plan, const char *attribute, const char *type)
{
    char *value = NULL;

    for (size_t i = 0; i < plan->added.count; i++) {
        if (ctl_index_names(plan->added.texts[i], attribute))
            return true;
    }
    for (size_t i = 0; i < plan->after.count; i++) {
        if (ctl_index_names(plan->after.texts[i], attribute) &&
            ctl_index_has(plan->after.texts[i], type, NULL))
            return true;
    }
    for (size_t i = 0; i < plan->there.count; i++) {
        const char *there = plan->there.texts[i];

        if (!ctl_index_names(there, attribute))
            continue;
        if (ctl_index_has(there, type, plan->defaults))
            return true;
        return ctl_texts_add(&plan->before, there) &&
               ctl_texts_take(&plan->after, ctl_index_widen(there, type, plan->defaults));
    }
    if (asprintf(&value, "%s %s", attribute, type) < 0)
        return false;
    return ctl_texts_take(&plan->added, value);
}

/* Those of the examples, and every attribute of the domain's name_filter. */
static bool want_all(ctl_task *setup, index_plan *plan)
{
    const char *filter = ctl_setup_domain(setup)->name_filter;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];
    ctl_texts wanted = {.texts = NULL};
    bool fine = ctl_example_statements("invitegate-index.conf", "index ", &wanted);

    for (size_t i = 0; fine && i < wanted.count; i++) {
        char *type = strchr(wanted.texts[i], ' ');

        if (type != NULL)
            *type++ = '\0';
        fine = type != NULL && want_index(plan, wanted.texts[i], type);
    }
    while (fine && inv_filter_attribute(&filter, attribute))
        fine = want_index(plan, attribute, "eq");
    ctl_texts_clear(&wanted);
    return fine;
}

static void plan_added(ctl_task *setup, const index_plan *plan)
{
    ctl_action action = {.operation = inv_operation_new_modify(setup->site.database)};

    for (size_t i = 0; i < plan->added.count; i++)
        inv_operation_text(action.operation, INV_CHANGE_ADD, "olcDbIndex", plan->added.texts[i]);
    action.record = ctl_record_values(setup->site.database, "olcDbIndex", &plan->added);
    ctl_plan_do(setup->plan, "indexes", &action,
                "%zu new ones. Do not stop slapd until it has filled them (seconds; a minute where "
                "there are a hundred thousand entries)",
                plan->added.count);
}

static void plan_widened(ctl_task *setup, const char *before, const char *after)
{
    ctl_action action = {.operation = inv_operation_new_modify(setup->site.database)};
    char *stays = NULL;

    inv_operation_text(action.operation, INV_CHANGE_DELETE, "olcDbIndex", before);
    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcDbIndex", after);
    if (asprintf(&stays, "the index \"%s\", which was \"%s\"", after, before) >= 0) {
        action.record = ctl_record_stays(stays);
        free(stays);
    }
    ctl_plan_do(setup->plan, "indexes", &action, "\"%s\" becomes \"%s\"", before, after);
}

static inv_result plan_indexes(ctl_task *setup)
{
    index_plan plan = {.defaults = NULL};
    bool fine = ctl_setup_values(ctl_setup_database(setup), "olcDbIndex", &plan.there);

    for (size_t i = 0; fine && i < plan.there.count; i++) {
        if (ctl_index_names(plan.there.texts[i], "default"))
            plan.defaults = plan.there.texts[i];
    }
    fine = fine && want_all(setup, &plan);
    if (fine && plan.added.count > 0)
        plan_added(setup, &plan);
    for (size_t i = 0; fine && i < plan.before.count; i++)
        plan_widened(setup, plan.before.texts[i], plan.after.texts[i]);
    if (fine && plan.added.count + plan.before.count == 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, "indexes", "all that are needed");
    ctl_texts_clear(&plan.there);
    ctl_texts_clear(&plan.added);
    ctl_texts_clear(&plan.before);
    ctl_texts_clear(&plan.after);
    return fine ? INV_OK : inv_verdict_no_memory(setup->verdict);
}

inv_result ctl_step_database(ctl_task *setup)
{
    inv_result result;

    plan_content_rule(setup);
    result = plan_limits(setup);
    return result == INV_OK ? plan_indexes(setup) : result;
}
