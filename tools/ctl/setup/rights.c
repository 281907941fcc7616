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

/* One modify of the database's rules. */
static inv_result change(const ctl_task *setup, inv_change_kind kind, const char *value,
                         const char *what, inv_verdict *verdict)
{
    inv_operation *modify = inv_operation_new_modify(setup->site.database);
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

static inv_result remove_left_one(ctl_task *setup, const char *value)
{
    static const char words[] = "a rule of access that an interrupted run left";
    inv_result result = INV_OK;

    if (setup->answers->dry_run) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, "rights", "%s would be removed first", words);
        return INV_OK;
    }
    result = change(setup, INV_CHANGE_DELETE, ctl_value_text(value),
                    "removing a rule of access that an interrupted run left", setup->verdict);
    if (result == INV_OK)
        ctl_plan_tell(setup->plan, CTL_ITEM_DONE, "rights", "%s is removed", words);
    return result;
}

inv_result ctl_rights_sweep(ctl_task *setup)
{
    const inv_entry *database = ctl_setup_database(setup);
    inv_operation *frontend = NULL;
    inv_result result = ctl_setup_search(setup, FRONTEND, INV_SCOPE_BASE, NULL, &frontend);
    size_t others = 0;

    for (size_t i = 0; result == INV_OK && i < inv_entry_count(database, "olcAccess"); i++) {
        const char *value = inv_entry_value(database, "olcAccess", i, NULL);

        if (ctl_rights_is_rule(setup, value))
            result = remove_left_one(setup, value);
        else
            others++;
    }
    if (result == INV_OK && frontend->entry_count == 1)
        setup->frontend_rules = inv_entry_count(frontend->entries[0], "olcAccess");
    setup->without_rules = result == INV_OK && others + setup->frontend_rules == 0;
    inv_operation_free(&frontend);
    return result;
}

inv_result ctl_rights_take(ctl_task *setup)
{
    char *rule = NULL;
    char *text = NULL;
    inv_result result;

    if (setup->has_rights)
        return INV_OK;
    rule = rule_of(setup, setup->without_rules);
    if (rule == NULL || asprintf(&text, "{0}%s", rule) < 0) {
        free(rule);
        return inv_verdict_no_memory(setup->verdict);
    }
    result = change(setup, INV_CHANGE_ADD, text, "giving root rights for the time of this run",
                    setup->verdict);
    /* with a lost answer it may stand */
    setup->has_rights = result != INV_CONFIG;
    free(text);
    free(rule);
    return result;
}

inv_result ctl_rights_give_back(ctl_task *setup, inv_verdict *verdict)
{
    inv_verdict failed = INV_VERDICT_INIT;
    inv_result result;
    char *rule;

    if (!setup->has_rights)
        return INV_OK;
    rule = rule_of(setup, setup->without_rules);
    if (rule == NULL)
        return inv_verdict_no_memory(verdict);
    result = change(setup, INV_CHANGE_DELETE, rule, "taking root's rights back", &failed);
    setup->has_rights = result != INV_OK;
    if (result != INV_OK)
        (void)inv_verdict_set(verdict, result,
                              "the rule \"%s\" may still stand in olcAccess of %s (%s); the next "
                              "setup removes it",
                              rule, setup->site.database, failed.why);
    free(rule);
    return result;
}
