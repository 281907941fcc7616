/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "setup/record.h"
#include "setup/setup.h"
#include "setup/value.h"

/* Modules, and how new passwords are hashed. slapd loads what it is told twice, under another
 * spelling, twice; it cannot unload. */

#define PPOLICY_CONTROL "1.3.6.1.4.1.42.2.27.8.5.1" /* draft-behera-ldap-password-policy 6.1 */
#define FRONTEND        "olcDatabase={-1}frontend,cn=config"
#define MODULE_PATH     "/usr/lib/ldap"

static bool is_loaded(const inv_operation *lists, const char *module)
{
    for (size_t i = 0; i < lists->entry_count; i++) {
        for (size_t j = 0; j < inv_entry_count(lists->entries[i], "olcModuleLoad"); j++) {
            if (ctl_value_loads(inv_entry_value(lists->entries[i], "olcModuleLoad", j, NULL),
                                module))
                return true;
        }
    }
    return false;
}

/* value: the module with its arguments. */
static void plan_load(ctl_task *setup, const inv_operation *lists, const char *value)
{
    ctl_action action = {.operation = NULL};
    char *stays = NULL;

    if (lists->entry_count > 0) {
        action.operation = inv_operation_new_modify(inv_entry_dn(lists->entries[0]));
    } else {
        action.operation = inv_operation_new_add("cn=module,cn=config");
        inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "olcModuleList");
        inv_operation_text(action.operation, INV_CHANGE_ADD, "cn", "module");
    }
    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcModuleLoad", value);
    if (asprintf(&stays, "the module %s: slapd cannot unload", value) >= 0) {
        action.record = ctl_record_stays(stays);
        free(stays);
    }
    ctl_plan_do(setup->plan, "modules", &action, "load %s", value);
}

static inv_result find_lists(const ctl_task *setup, inv_operation **lists)
{
    return ctl_setup_search(setup, "cn=config", INV_SCOPE_ONE, "(objectClass=olcModuleList)",
                            lists);
}

inv_result ctl_step_modules(ctl_task *setup)
{
    inv_operation *lists = NULL;
    inv_result result = find_lists(setup, &lists);

    if (result == INV_OK &&
        (is_loaded(lists, "ppolicy") ||
         inv_entry_has(setup->root->entries[0], "supportedControl", PPOLICY_CONTROL)))
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, "modules", "ppolicy");
    else if (result == INV_OK)
        plan_load(setup, lists, "ppolicy");
    inv_operation_free(&lists);
    return result;
}

/* The file of the module, where the lists say or slapd looks by itself. */
static bool is_installed(const inv_operation *lists, const char *module)
{
    const char *path =
        lists->entry_count > 0 ? inv_entry_text(lists->entries[0], "olcModulePath") : NULL;
    char *file = NULL;
    bool there = false;

    if (path == NULL)
        path = MODULE_PATH;
    path = ctl_value_text(path);
    for (int form = 0; form < 2 && !there; form++) {
        if (asprintf(&file, "%.*s/%s%s", (int)strcspn(path, ":"), path, module,
                     form == 0 ? ".so" : ".la") < 0)
            return false;
        there = access(file, F_OK) == 0;
        free(file);
    }
    return there;
}

/* The line of slapd.conf that loads argon2 says with which costs. */
static void plan_argon2(ctl_task *setup, const inv_operation *lists, const char *scheme)
{
    ctl_texts loads = {.texts = NULL};
    ctl_texts before = {.texts = NULL};
    ctl_action action = {.operation = inv_operation_new_modify(FRONTEND)};

    if (!is_loaded(lists, "argon2") &&
        ctl_example_statements("slapd.conf", "moduleload argon2", &loads) && loads.count == 1) {
        char *value = NULL;

        if (asprintf(&value, "argon2%s", loads.texts[0]) >= 0)
            plan_load(setup, lists, value);
        free(value);
    }
    ctl_texts_clear(&loads);
    inv_operation_text(action.operation, INV_CHANGE_REPLACE, "olcPasswordHash", scheme);
    action.record = ctl_record_replaced(FRONTEND, "olcPasswordHash", &before, scheme);
    ctl_plan_do(setup->plan, "hashing", &action,
                "new passwords are hashed by argon2, about 20 ms of one core each");
}

/* It counts for all users: by itself only where there are none yet. */
inv_result ctl_step_hashing(ctl_task *setup)
{
    inv_operation *lists = NULL;
    inv_operation *frontend = NULL;
    inv_result result = find_lists(setup, &lists);
    const char *scheme = NULL;

    if (result == INV_OK)
        result = ctl_setup_search(setup, FRONTEND, INV_SCOPE_BASE, NULL, &frontend);
    if (result != INV_OK)
        goto cleanup;
    if (frontend->entry_count == 1)
        scheme = inv_entry_text(frontend->entries[0], "olcPasswordHash");
    if (scheme != NULL)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, "hashing", "%s", ctl_value_text(scheme));
    else if (setup->site.person_count > 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, "hashing",
                      "the directory hashes passwords by {SSHA} and has people in it: another "
                      "scheme (olcPasswordHash: {ARGON2}) is for you to choose");
    else if (!setup->is_local || setup->unseen != NULL)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, "hashing",
                      "as the directory does it; argon2 is better than {SSHA}");
    else if (!is_loaded(lists, "argon2") && !is_installed(lists, "argon2"))
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, "hashing",
                      "{SSHA}: slapd's module argon2 is not installed");
    else
        plan_argon2(setup, lists, "{ARGON2}");
cleanup:
    inv_operation_free(&lists);
    inv_operation_free(&frontend);
    return result;
}
