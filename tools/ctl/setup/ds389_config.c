/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "setup/ds389.h"
#include "setup/record.h"

/* The password policy of the server, as config-examples/389ds/invitegate-config.ldif has it. One
 * that the site has switched on stays, but for what tells when a password was changed. */

#define STEP    "policy"
#define EXAMPLE "389ds/invitegate-config.ldif"
#define CONFIG  "cn=config"

/* Needed whatever policy there is: when passwords change is written down, and none comes hashed. */
static bool is_needed(const char *attribute)
{
    return inv_ascii_equal(attribute, "passwordTrackUpdateTime") ||
           inv_ascii_equal(attribute, "nsslapd-allow-hashed-passwords");
}

static void plan_setting(ctl_task *setup, const inv_entry *config, const char *attribute,
                         const char *value)
{
    ctl_action action = {.operation = inv_operation_new_modify(CONFIG)};
    ctl_texts before = {.texts = NULL};

    inv_operation_text(action.operation, INV_CHANGE_REPLACE, attribute, value);
    if (ctl_setup_values(config, attribute, &before))
        action.record = ctl_record_replaced(CONFIG, attribute, &before, value);
    ctl_texts_clear(&before);
    ctl_plan_do(setup->plan, STEP, &action, "%s: %s, for all users of the server", attribute,
                value);
}

/* A line "attribute: value" of the example that is a setting. */
static void look_at(ctl_task *setup, const inv_entry *config, char *line, bool is_site)
{
    char *value = strstr(line, ": ");

    if (value == NULL || (strncmp(line, "password", 8) != 0 && strncmp(line, "nsslapd-", 8) != 0))
        return;
    *value = '\0';
    value += 2;
    if (ctl_setup_is_only(config, line, value) || (is_site && !is_needed(line)))
        return;
    plan_setting(setup, config, line, value);
}

inv_result ctl_step_ds389_config(ctl_task *setup)
{
    inv_operation *search = NULL;
    ctl_texts lines = {.texts = NULL};
    inv_result result = ctl_setup_search(setup, CONFIG, INV_SCOPE_BASE, NULL, &search);
    const size_t before = ctl_plan_count(setup->plan, CTL_ITEM_WOULD);
    bool is_site;

    if (result == INV_OK && search->entry_count != 1)
        result =
            inv_verdict_set(setup->verdict, INV_CONFIG, "%s does not see " CONFIG, setup->self);
    if (result == INV_OK && !ctl_example_entry(EXAMPLE, CONFIG, &lines))
        result = inv_verdict_no_memory(setup->verdict);
    if (result != INV_OK)
        goto cleanup;
    is_site = ctl_setup_is_only(search->entries[0], "passwordCheckSyntax", "on");
    for (size_t i = 0; i < lines.count; i++)
        look_at(setup, search->entries[0], lines.texts[i], is_site);
    if (ctl_plan_count(setup->plan, CTL_ITEM_WOULD) == before)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP,
                      "passwords are judged by the server: at least %s characters",
                      inv_entry_text(search->entries[0], "passwordMinLength"));
cleanup:
    ctl_texts_clear(&lines);
    inv_operation_free(&search);
    return result;
}
