/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "host/user.h"
#include "setup/machine.h"
#include "setup/record.h"

/* The user that invite-agent runs as: one of the system, without a home or a password. */

#define STEP "user"

static void plan_user(ctl_task *setup, bool has_group)
{
    const char *arguments[20];
    size_t count = 0;

    arguments[count++] = "useradd";
    if (setup->answers->root[0] != '\0') {
        arguments[count++] = "--prefix";
        arguments[count++] = setup->answers->root;
    }
    arguments[count++] = "--system";
    if (has_group) {
        arguments[count++] = "--gid";
        arguments[count++] = CTL_MACHINE_USER;
    } else {
        arguments[count++] = "--user-group";
    }
    arguments[count++] = "--no-create-home";
    arguments[count++] = "--home-dir";
    arguments[count++] = "/nonexistent";
    arguments[count++] = "--shell";
    arguments[count++] = "/usr/sbin/nologin";
    arguments[count++] = CTL_MACHINE_USER;
    arguments[count] = NULL;
    ctl_machine_plan_program(
        setup, STEP, arguments,
        ctl_record_stays("the user " CTL_MACHINE_USER ": files that stay are its group's"));
}

inv_result ctl_step_user(ctl_task *setup)
{
    ctl_report *report;
    ctl_host host;
    ctl_user user;
    gid_t group;
    bool there;

    if (!setup->machine.prosody)
        return INV_OK;
    report = ctl_report_new();
    if (report == NULL)
        return inv_verdict_no_memory(setup->verdict);
    host = ctl_machine_host(setup, report);
    there = ctl_user_find(&host, setup->machine.user, NULL, &user);
    ctl_report_free(&report);
    setup->machine.has_user = there;
    if (there)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s", setup->machine.user);
    else if (strcmp(setup->machine.user, CTL_MACHINE_USER) != 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "the unit of the agent names the user %s, who is not there",
                      setup->machine.user);
    else if (geteuid() != 0 || !ctl_machine_has(setup, "/etc/passwd"))
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s: as root run there: adduser --system --group --no-create-home --home "
                      "/nonexistent " CTL_MACHINE_USER,
                      geteuid() != 0 ? "only root makes users"
                                     : "below the root there is no /etc/passwd");
    else {
        setup->machine.has_user = true;
        plan_user(setup, ctl_machine_group(setup, CTL_MACHINE_USER, &group));
    }
    return INV_OK;
}
