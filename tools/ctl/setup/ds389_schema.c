/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "setup/ds389.h"
#include "setup/record.h"
#include "setup/value.h"

/*
 * The schema, by OID. The server takes a definition of an OID it knows for a newer one, and adds
 * its X-ORIGIN to each.
 */

#define STEP   "schema"
#define SCHEMA "cn=schema"
#define ORIGIN " X-ORIGIN '"

static const char *const kinds[] = {"olcAttributeTypes", "olcObjectClasses"};
static const char *const published[] = {"attributeTypes", "objectClasses"};

/* The definition without where it came from. The caller frees it; NULL: out of memory. */
static char *without_origin(const char *definition)
{
    char *text = strdup(definition);
    char *origin = text != NULL ? strstr(text, ORIGIN) : NULL;
    char *end = origin != NULL ? strchr(origin + strlen(ORIGIN), '\'') : NULL;

    if (end != NULL)
        memmove(origin, end + 1, strlen(end + 1) + 1);
    return text;
}

static const char *find(const inv_entry *schema, const char *kind, const char *wanted)
{
    char oid[CTL_OID_SIZE];
    char other[CTL_OID_SIZE];

    for (size_t i = 0; ctl_value_oid(wanted, oid) && i < inv_entry_count(schema, kind); i++) {
        const char *there = inv_entry_value(schema, kind, i, NULL);

        if (ctl_value_oid(there, other) && strcmp(oid, other) == 0)
            return there;
    }
    return NULL;
}

typedef struct comparison {
    inv_operation *update;
    size_t all;
    size_t missing;
    size_t changed;
} comparison;

static bool compare(const inv_entry *schema, size_t kind, const char *wanted, bool ours,
                    comparison *found)
{
    const char *there = find(schema, published[kind], wanted);
    char *bare = there != NULL ? without_origin(there) : NULL;
    const bool same = bare != NULL && (!ours || ctl_value_equal(bare, wanted));

    if (there != NULL && bare == NULL)
        return false;
    free(bare);
    found->all++;
    if (same)
        return true;
    if (there == NULL)
        found->missing++;
    else
        found->changed++;
    inv_operation_text(found->update, INV_CHANGE_ADD, published[kind], wanted);
    return true;
}

static inv_result plan_schema(ctl_task *setup, const inv_entry *schema, const char *name, bool ours)
{
    comparison found = {.update = inv_operation_new_modify(SCHEMA)};
    ctl_action action = {.operation = found.update};
    char *file = NULL;
    bool fine = asprintf(&file, "%s.ldif", name) >= 0;

    for (size_t kind = 0; fine && kind < 2; kind++) {
        ctl_texts values = {.texts = NULL};

        fine = ctl_example_values(file, kinds[kind], &values);
        for (size_t i = 0; fine && i < values.count; i++)
            fine = compare(schema, kind, values.texts[i], ours, &found);
        ctl_texts_clear(&values);
    }
    free(file);
    if (!fine) {
        inv_operation_free(&found.update);
        return inv_verdict_no_memory(setup->verdict);
    }
    if (found.missing + found.changed == 0) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s, all %zu definitions", name,
                      found.all);
        inv_operation_free(&found.update);
        return INV_OK;
    }
    action.record = ctl_record_stays("the schema: entries may be made by it");
    ctl_plan_do(setup->plan, STEP, &action, "%s: %zu new and %zu newer definitions", name,
                found.missing, found.changed);
    return INV_OK;
}

inv_result ctl_step_ds389_schema(ctl_task *setup)
{
    static const char *const attributes[] = {"attributeTypes", "objectClasses", NULL};
    inv_operation *search = inv_operation_search(SCHEMA, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_setup_run(setup, setup->directory, search);

    if (result == INV_OK)
        result = ctl_setup_judge(setup, search, "reading the schema in");
    if (result == INV_OK && search->entry_count != 1)
        result = inv_verdict_set(setup->verdict, INV_CONFIG, "the directory shows no " SCHEMA);
    if (result == INV_OK)
        result = plan_schema(setup, search->entries[0], "invitegate", true);
    if (result == INV_OK)
        result = plan_schema(setup, search->entries[0], "authpassword", false);
    inv_operation_free(&search);
    return result;
}
