/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "setup/record.h"
#include "setup/setup.h"

/* The entries of config-examples/slapd/base.ldif that the site lacks, under its own DNs. */

#define STEP "entries"
#define BASE "dc=example,dc=org"

/* One entry of the example, and where the site has it. */
typedef struct own_entry {
    const char *example;
    const char *dn;
    bool exact; /* undo leaves it when somebody has changed it */
} own_entry;

/* Adds the attributes of the example but for that of the RDN, which comes from the DN. */
static bool fill_entry(const own_entry *entry, const char *name, const char *value,
                       ctl_action *action)
{
    ctl_texts lines = {.texts = NULL};
    bool fine = ctl_example_entry("base.ldif", entry->example, &lines) && lines.count > 0;

    for (size_t i = 0; fine && i < lines.count; i++) {
        char *attribute = lines.texts[i];
        char *text = strstr(attribute, ": ");

        if (text == NULL)
            continue;
        *text = '\0';
        text += 2;
        if (inv_ascii_equal(attribute, name))
            continue;
        inv_operation_text(action->operation, INV_CHANGE_ADD, attribute, text);
        if (entry->exact && !inv_ascii_equal(attribute, "objectClass"))
            fine = ctl_record_expect(action->record, attribute, text);
    }
    inv_operation_text(action->operation, INV_CHANGE_ADD, name, value);
    ctl_texts_clear(&lines);
    return fine;
}

/* The name of the example's RDN: ou, cn or dc. */
static bool has_rdn_of(const char *example, const char *name)
{
    return strlen(name) == 2 && inv_ascii_equal_in(example, name, 2);
}

static inv_result plan_entry(ctl_task *setup, const own_entry *entry)
{
    ctl_action action = {.data = true};
    char *name = NULL;
    char *value = NULL;
    inv_result result = INV_OK;

    if (!inv_dn_leaf(entry->dn, &name, &value) || !has_rdn_of(entry->example, name)) {
        result =
            inv_verdict_set(setup->verdict, INV_CONFIG,
                            "%s is not there, and setup only makes entries of the kind %.2s=...: "
                            "add it, or name another one",
                            entry->dn, entry->example);
        goto cleanup;
    }
    action.operation = inv_operation_new_add(entry->dn);
    action.record = ctl_record_entry(entry->dn);
    if (action.operation == NULL || action.record == NULL ||
        !fill_entry(entry, name, value, &action)) {
        inv_operation_free(&action.operation);
        json_decref(action.record);
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    ctl_plan_do(setup->plan, STEP, &action, "add %s", entry->dn);
cleanup:
    free(name);
    free(value);
    return result;
}

static inv_result look(ctl_task *setup, const own_entry *entry)
{
    bool there = false;
    inv_result result = ctl_setup_sees(setup, entry->dn, &there);

    if (result != INV_OK)
        return result;
    if (there) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s", entry->dn);
        return INV_OK;
    }
    return plan_entry(setup, entry);
}

inv_result ctl_step_entries(ctl_task *setup, bool policy)
{
    const ctl_site *site = &setup->site;
    const inv_domain *domain = ctl_setup_domain(setup);
    char *own_policy = inv_dn_child("cn", "default", site->policies);
    const own_entry entries[] = {
        {BASE, site->suffix, false},
        {"ou=people," BASE, site->made != NULL ? site->home : NULL, false},
        {"ou=people," BASE, domain->people, false},
        {"ou=groups," BASE, site->groups, false},
        {"ou=invites," BASE, domain->invites, false},
        {"ou=rosters," BASE, domain->rosters, false},
        {"ou=policies," BASE, policy ? site->policies : NULL, false},
        {"cn=default,ou=policies," BASE, policy ? own_policy : NULL, true},
    };
    inv_result result = own_policy != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);

    for (size_t i = 0; result == INV_OK && i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (entries[i].dn != NULL && (i == 0 || !inv_dn_equal(entries[i].dn, site->suffix)))
            result = look(setup, &entries[i]);
    }
    free(own_policy);
    return result;
}
