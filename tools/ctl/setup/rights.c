/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "rights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/value.h"

#define FRONTEND "olcDatabase={-1}frontend,cn=config"

/*
 * Where there is no other rule, everybody may read (slapd.access(5)): it stays so while this one
 * stands.
 */
static char *rule_of(const ctl_task *setup, bool alone)
{
    char *rule = NULL;

    if (asprintf(&rule, "to * by dn.exact=\"%s\" manage by * %s", setup->self,
                 alone ? "read" : "break") < 0)
        return NULL;
    return rule;
}

bool ctl_rights_is_rule(const ctl_task *setup, const char *value)
{
    bool found = false;

    for (int alone = 0; alone <= 1 && !found; alone++) {
        char *rule = rule_of(setup, alone == 1);

        found = rule != NULL && ctl_value_equal(value, rule);
        free(rule);
    }
    return found;
}

/* Whether the database has no other rule, and the frontend none that would count instead. */
static bool stands_alone(const ctl_task *setup, const inv_entry *database)
{
    size_t others = setup->frontend_rules;

    for (size_t i = 0; i < inv_entry_count(database, "olcAccess"); i++)
        others +=
            ctl_rights_is_rule(setup, inv_entry_value(database, "olcAccess", i, NULL)) ? 0 : 1;
    return others == 0;
}

/* One modify of the rules of a database. */
static inv_result change(const ctl_task *setup, const inv_entry *database, inv_change_kind kind,
                         const char *value, inv_verdict *verdict)
{
    const char *what = kind == INV_CHANGE_ADD ? "giving root rights for the time of this run"
                                              : "taking root's rights back";
    inv_operation *modify = inv_operation_new_modify(inv_entry_dn(database));
    inv_result result;

    inv_operation_text(modify, kind, "olcAccess", value);
    result = ctl_setup_run(setup, setup->directory, modify);
    if (result != INV_OK)
        *verdict = *setup->verdict;
    else if (kind == INV_CHANGE_ADD || !inv_operation_answered(modify, INV_LDAP_NO_SUCH_ATTRIBUTE))
        result = inv_operation_result(modify, what, verdict);
    inv_operation_free(&modify);
    return result;
}

static inv_result remove_left_one(ctl_task *setup, const inv_entry *database, const char *value)
{
    static const char words[] = "a rule of access that an interrupted run left";
    inv_result result = INV_OK;

    if (setup->answers->dry_run) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, "rights", "%s would be removed first", words);
        return INV_OK;
    }
    result = change(setup, database, INV_CHANGE_DELETE, ctl_value_text(value), setup->verdict);
    if (result == INV_OK)
        ctl_plan_tell(setup->plan, CTL_ITEM_DONE, "rights", "%s is removed", words);
    return result;
}

static inv_result sweep(ctl_task *setup, const inv_entry *database)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < inv_entry_count(database, "olcAccess"); i++) {
        const char *value = inv_entry_value(database, "olcAccess", i, NULL);

        if (ctl_rights_is_rule(setup, value))
            result = remove_left_one(setup, database, value);
    }
    return result;
}

inv_result ctl_rights_sweep(ctl_task *setup)
{
    inv_operation *frontend = NULL;
    inv_result result;

    if (setup->is_389)
        return INV_OK;
    result = ctl_setup_search(setup, FRONTEND, INV_SCOPE_BASE, NULL, &frontend);
    if (result == INV_OK && frontend->entry_count == 1)
        setup->frontend_rules = inv_entry_count(frontend->entries[0], "olcAccess");
    for (size_t i = 0; result == INV_OK && i < setup->databases->entry_count; i++)
        result = sweep(setup, setup->databases->entries[i]);
    inv_operation_free(&frontend);
    return result;
}

static inv_result take(ctl_task *setup, const inv_entry *database)
{
    char *rule = rule_of(setup, stands_alone(setup, database));
    char *text = NULL;
    inv_result result;

    if (rule == NULL || asprintf(&text, "{0}%s", rule) < 0) {
        free(rule);
        return inv_verdict_no_memory(setup->verdict);
    }
    result = change(setup, database, INV_CHANGE_ADD, text, setup->verdict);
    /* with a lost answer it may stand */
    setup->has_rights = setup->has_rights || result != INV_CONFIG;
    free(text);
    free(rule);
    return result;
}

inv_result ctl_rights_take(ctl_task *setup)
{
    inv_result result = INV_OK;

    if (setup->has_rights || setup->is_389)
        return INV_OK;
    for (size_t i = 0; result == INV_OK && i < setup->databases->entry_count; i++)
        result = take(setup, setup->databases->entries[i]);
    return result;
}

static inv_result give_back(const ctl_task *setup, const inv_entry *database, inv_verdict *verdict)
{
    char *rule = rule_of(setup, stands_alone(setup, database));
    inv_verdict failed = INV_VERDICT_INIT;
    inv_result result;

    if (rule == NULL)
        return inv_verdict_no_memory(verdict);
    result = change(setup, database, INV_CHANGE_DELETE, rule, &failed);
    if (result != INV_OK)
        (void)inv_verdict_set(verdict, result,
                              "the rule \"%s\" may still stand in olcAccess of %s (%s); the next "
                              "setup removes it",
                              rule, inv_entry_dn(database), failed.why);
    free(rule);
    return result;
}

inv_result ctl_rights_give_back(ctl_task *setup, inv_verdict *verdict)
{
    inv_result result = INV_OK;

    if (!setup->has_rights)
        return INV_OK;
    for (size_t i = 0; i < setup->databases->entry_count; i++) {
        inv_result each = give_back(setup, setup->databases->entries[i], verdict);

        result = each != INV_OK ? each : result;
    }
    setup->has_rights = result != INV_OK;
    return result;
}
