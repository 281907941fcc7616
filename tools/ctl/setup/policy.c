/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "setup/record.h"
#include "setup/setup.h"
#include "setup/value.h"

/* The overlay that judges and hashes the passwords that people choose. A site's own policy stays.
 */

#define STEP "policy"

/* The caller frees it. */
static char *own_policy(const ctl_task *setup)
{
    return inv_dn_child("cn", "default", setup->site.policies);
}

static void plan_overlay(ctl_task *setup, const char *policy)
{
    ctl_action action = {.operation = NULL};
    char *dn = NULL;

    if (asprintf(&dn, "olcOverlay=ppolicy,%s", setup->site.database) >= 0) {
        action.operation = inv_operation_new_add(dn);
        action.record = ctl_record_entry(dn);
        free(dn);
    }
    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "olcOverlayConfig");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "olcPPolicyConfig");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcOverlay", "ppolicy");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcPPolicyDefault", policy);
    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcPPolicyHashCleartext", "TRUE");
    if (action.record != NULL)
        (void)ctl_record_expect(action.record, "olcPPolicyDefault", policy);
    ctl_plan_do(setup->plan, STEP, &action,
                "the overlay ppolicy, which judges and hashes chosen passwords, with %s", policy);
}

static void plan_hash(ctl_task *setup, const inv_entry *overlay)
{
    static const char attribute[] = "olcPPolicyHashCleartext";
    ctl_action action = {.operation = inv_operation_new_modify(inv_entry_dn(overlay))};
    ctl_texts before = {.texts = NULL};

    inv_operation_text(action.operation, INV_CHANGE_REPLACE, attribute, "TRUE");
    if (ctl_setup_values(overlay, attribute, &before))
        action.record = ctl_record_replaced(inv_entry_dn(overlay), attribute, &before, "TRUE");
    ctl_texts_clear(&before);
    ctl_plan_do(setup->plan, STEP, &action, "%s TRUE: passwords that come in clear are hashed",
                attribute);
}

static void plan_default(ctl_task *setup, const inv_entry *overlay, const char *policy)
{
    const ctl_texts values = {.texts = (char *[]){(char *)(uintptr_t)policy}, .count = 1};
    ctl_action action = {
        .operation = inv_operation_new_modify(inv_entry_dn(overlay)),
        .record = ctl_record_values(inv_entry_dn(overlay), "olcPPolicyDefault", &values)};

    inv_operation_text(action.operation, INV_CHANGE_ADD, "olcPPolicyDefault", policy);
    ctl_plan_do(setup->plan, STEP, &action, "the default policy is %s", policy);
}

/* What a policy of the site's own means for invitegate. */
static inv_result tell_foreign(ctl_task *setup, const char *dn)
{
    inv_operation *search = NULL;
    inv_result result = ctl_setup_search(setup, dn, INV_SCOPE_BASE, NULL, &search);
    const inv_entry *policy =
        result == INV_OK && search->entry_count == 1 ? search->entries[0] : NULL;
    const char *age = policy != NULL ? inv_entry_text(policy, "pwdMaxAge") : NULL;

    if (result == INV_OK && policy == NULL)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "the site's default policy %s is not there, or hidden from this user: no "
                      "password is judged",
                      dn);
    else if (result == INV_OK)
        ctl_plan_tell(
            setup->plan, CTL_ITEM_LEFT, STEP,
            "the site's default policy %s stays: pwdMinLength %s, pwdCheckQuality %s%s", dn,
            inv_entry_text(policy, "pwdMinLength") != NULL ? inv_entry_text(policy, "pwdMinLength")
                                                           : "0",
            inv_entry_text(policy, "pwdCheckQuality") != NULL
                ? inv_entry_text(policy, "pwdCheckQuality")
                : "0",
            age != NULL && strcmp(age, "0") != 0
                ? ""
                : ". It has no pwdMaxAge, so new accounts get no pwdChangedTime: "
                  "pwdMaxAge: 2147483647 keeps that");
    inv_operation_free(&search);
    return result;
}

static inv_result look_at_overlay(ctl_task *setup, const inv_entry *overlay, const char *policy,
                                  bool *ret_needs_entry)
{
    const char *configured = inv_entry_text(overlay, "olcPPolicyDefault");

    if (!ctl_setup_is_only(overlay, "olcPPolicyHashCleartext", "TRUE"))
        plan_hash(setup, overlay);
    if (configured == NULL) {
        *ret_needs_entry = true;
        plan_default(setup, overlay, policy);
        return INV_OK;
    }
    *ret_needs_entry = inv_dn_equal(configured, policy);
    if (!*ret_needs_entry)
        return tell_foreign(setup, configured);
    ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "the overlay ppolicy with %s", configured);
    return INV_OK;
}

inv_result ctl_step_policy(ctl_task *setup, bool *ret_needs_entry)
{
    inv_operation *overlays = NULL;
    char *policy = own_policy(setup);
    inv_result result;

    *ret_needs_entry = true;
    if (policy == NULL)
        return inv_verdict_no_memory(setup->verdict);
    result = ctl_setup_search(setup, setup->site.database, INV_SCOPE_ONE,
                              "(objectClass=olcPPolicyConfig)", &overlays);
    if (result == INV_OK && overlays->entry_count == 0)
        plan_overlay(setup, policy);
    else if (result == INV_OK)
        result = look_at_overlay(setup, overlays->entries[0], policy, ret_needs_entry);
    inv_operation_free(&overlays);
    free(policy);
    return result;
}
