/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/record.h"
#include "setup/setup.h"
#include "setup/value.h"

/*
 * The schema, by OID, wherever the definitions are. A newer one is put in place of an older by one
 * modify, attributes in front of the classes that use them. slapd deletes no schema, and one
 * without an attribute type that a class uses would not start again.
 */

#define STEP "schema"

static const char *const kinds[] = {"olcAttributeTypes", "olcObjectClasses", NULL};

/* One of our two schemas. */
typedef struct own_schema {
    const char *name;
    const char *file;
    bool ours; /* a definition that is another one is an older one of ours */
} own_schema;

/* A definition of the directory with the OID of value, and the entry that has it. */
static const char *find(const inv_operation *all, const char *kind, const char *value,
                        const inv_entry **ret_home)
{
    char oid[CTL_OID_SIZE];
    char other[CTL_OID_SIZE];

    if (!ctl_value_oid(value, oid))
        return NULL;
    for (size_t i = 0; i < all->entry_count; i++) {
        const inv_entry *entry = all->entries[i];

        for (size_t j = 0; j < inv_entry_count(entry, kind); j++) {
            const char *there = inv_entry_value(entry, kind, j, NULL);

            if (ctl_value_oid(there, other) && strcmp(oid, other) == 0) {
                *ret_home = entry;
                return there;
            }
        }
    }
    return NULL;
}

typedef struct comparison {
    const inv_entry *home; /* the first entry that has one of the definitions */
    inv_operation *update; /* of home */
    size_t all;
    size_t missing;
    size_t changed;
    size_t foreign; /* others than ours, and not to be changed */
} comparison;

static void compare(const own_schema *schema, const inv_operation *all, const char *kind,
                    const char *value, comparison *found)
{
    const inv_entry *home = NULL;
    const char *there = find(all, kind, value, &home);

    found->all++;
    if (there == NULL) {
        found->missing++;
        inv_operation_text(found->update, INV_CHANGE_ADD, kind, value);
    } else if (!ctl_value_equal(there, value)) {
        if (!schema->ours || home != found->home) {
            found->foreign++;
            return;
        }
        found->changed++;
        inv_operation_text(found->update, INV_CHANGE_DELETE, kind, there);
        inv_operation_text(found->update, INV_CHANGE_ADD, kind, value);
    }
}

static void find_home(const inv_operation *all, const ctl_texts values[2], comparison *found)
{
    for (size_t kind = 0; kinds[kind] != NULL && found->home == NULL; kind++) {
        for (size_t i = 0; i < values[kind].count && found->home == NULL; i++)
            (void)find(all, kinds[kind], values[kind].texts[i], &found->home);
    }
}

static void plan_new(ctl_task *setup, const own_schema *schema, const ctl_texts values[2])
{
    ctl_action action = {.operation = NULL};
    char *dn = NULL;
    char *stays = NULL;

    if (asprintf(&dn, "cn=%s,cn=schema,cn=config", schema->name) < 0)
        dn = NULL;
    if (asprintf(&stays, "the schema %s: slapd deletes none", schema->name) < 0)
        stays = NULL;
    if (dn != NULL && stays != NULL) {
        action.operation = inv_operation_new_add(dn);
        inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "olcSchemaConfig");
        inv_operation_text(action.operation, INV_CHANGE_ADD, "cn", schema->name);
        action.record = ctl_record_stays(stays);
    }
    for (size_t kind = 0; kinds[kind] != NULL; kind++) {
        for (size_t i = 0; i < values[kind].count; i++)
            inv_operation_text(action.operation, INV_CHANGE_ADD, kinds[kind],
                               values[kind].texts[i]);
    }
    ctl_plan_do(setup->plan, STEP, &action, "add the schema %s", schema->name);
    free(dn);
    free(stays);
}

/* Where cn=config is not shown, the subschema tells which definitions there are (RFC 4512 4.2). */
static inv_result read_subschema(ctl_task *setup)
{
    static const char *const attributes[] = {"attributeTypes", "objectClasses", NULL};

    inv_operation_free(&setup->subschema);
    setup->subschema =
        inv_operation_search("cn=Subschema", INV_SCOPE_BASE, "(objectClass=subschema)", attributes);
    return ctl_setup_run(setup, setup->directory, setup->subschema);
}

/* Whether the subschema has all of them, by OID. */
static bool is_known(const ctl_task *setup, const ctl_texts values[2])
{
    static const char *const published[] = {"attributeTypes", "objectClasses"};
    const inv_entry *home = NULL;
    bool known = true;

    for (size_t kind = 0; kind < 2 && known; kind++) {
        for (size_t i = 0; i < values[kind].count && known; i++)
            known = find(setup->subschema, published[kind], values[kind].texts[i], &home) != NULL;
    }
    return known;
}

/* known: where cn=config is not shown, the subschema has both schemas. */
static void plan_schema(ctl_task *setup, const own_schema *schema, const inv_operation *all,
                        const ctl_texts values[2], bool known)
{
    comparison found = {.home = NULL};

    if (known) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s, all %zu definitions", schema->name,
                      values[0].count + values[1].count);
        return;
    }
    find_home(all, values, &found);
    if (found.home == NULL) {
        plan_new(setup, schema, values);
        return;
    }
    found.update = inv_operation_new_modify(inv_entry_dn(found.home));
    for (size_t kind = 0; kinds[kind] != NULL; kind++) {
        for (size_t i = 0; i < values[kind].count; i++)
            compare(schema, all, kinds[kind], values[kind].texts[i], &found);
    }
    if (found.foreign > 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%zu of %zu definitions of %s are there in another wording, which is used as "
                      "it is",
                      found.foreign, found.all, schema->name);
    if (found.missing + found.changed > 0) {
        ctl_action action = {.operation = found.update,
                             .record = ctl_record_stays("newer definitions of the schema")};

        ctl_plan_do(setup->plan, STEP, &action, "%s: %zu new and %zu newer definitions in %s",
                    schema->name, found.missing, found.changed, inv_entry_dn(found.home));
        return;
    }
    if (found.foreign == 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s, all %zu definitions", schema->name,
                      found.all);
    inv_operation_free(&found.update);
}

#define SCHEMAS 2

/* For all of them, as what is handed over is one file. */
static bool are_known(const ctl_task *setup, ctl_texts values[SCHEMAS][2])
{
    bool known = setup->unseen != NULL;

    for (size_t i = 0; i < SCHEMAS && known; i++)
        known = is_known(setup, values[i]);
    return known;
}

inv_result ctl_step_schema(ctl_task *setup)
{
    static const own_schema schemas[SCHEMAS] = {{"invitegate", "invitegate.ldif", true},
                                                {"authpassword", "authpassword.ldif", false}};
    ctl_texts values[SCHEMAS][2] = {{{.texts = NULL}}};
    inv_operation *all = NULL;
    inv_result result =
        ctl_setup_search(setup, "cn=schema,cn=config", INV_SCOPE_SUBTREE, NULL, &all);

    if (result == INV_OK && setup->unseen != NULL)
        result = read_subschema(setup);
    for (size_t i = 0; result == INV_OK && i < SCHEMAS; i++) {
        if (!ctl_example_values(schemas[i].file, kinds[0], &values[i][0]) ||
            !ctl_example_values(schemas[i].file, kinds[1], &values[i][1]))
            result = inv_verdict_no_memory(setup->verdict);
    }
    for (size_t i = 0; result == INV_OK && i < SCHEMAS; i++)
        plan_schema(setup, &schemas[i], all, values[i], are_known(setup, values));
    for (size_t i = 0; i < SCHEMAS; i++) {
        ctl_texts_clear(&values[i][0]);
        ctl_texts_clear(&values[i][1]);
    }
    inv_operation_free(&all);
    return result;
}
