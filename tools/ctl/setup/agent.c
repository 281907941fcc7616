/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "host/unit.h"
#include "setup/machine.h"
#include "setup/record.h"

/* The units of invite-agent: written where no package has brought any, then enabled. */

#define STEP   "agent"
#define FOLDER "/etc/systemd/system/"
#define SOCKET "invite-agent.socket"

typedef struct own_unit {
    const char *name;
    const char *path; /* where it is written */
    char *text;       /* NULL: no memory */
    bool written;
} own_unit;

/* The example with the paths of this installation. */
static char *service_text(const ctl_task *setup)
{
    char *text = ctl_example_text(CTL_UNIT_AGENT);
    char *standard = ctl_machine_path(setup, INV_CONFIG_PATH);
    char *start = NULL;

    if (text == NULL || standard == NULL) {
        free(text);
        free(standard);
        return NULL;
    }
    if (strcmp(standard, setup->config_path) == 0)
        start = strdup(SBINDIR "/invite-agent --listen");
    else if (asprintf(&start, SBINDIR "/invite-agent -c %s --listen", setup->config_path) < 0)
        start = NULL;
    free(standard);
    if (start == NULL) {
        free(text);
        return NULL;
    }
    (void)ctl_text_exchange(&text, "/usr/local/sbin/invite-agent --listen", start);
    free(start);
    return text;
}

/* The example with the group of the XMPP server. */
static char *socket_text(const ctl_task *setup)
{
    char *text = ctl_example_text(SOCKET);
    char *group = NULL;

    if (text == NULL || asprintf(&group, "\nSocketGroup=%s\n", setup->machine.socket_group) < 0) {
        free(text);
        return NULL;
    }
    (void)ctl_text_exchange(&text, "\nSocketGroup=prosody\n", group);
    free(group);
    return text;
}

/* A unit of a package, elsewhere; its socket has to be for the server's group. */
static void tell_unit(ctl_task *setup, const own_unit *wanted, const ctl_unit *unit)
{
    ctl_place place = {.file = unit->files[0].path};
    const char *group = ctl_unit_value(unit, "SocketGroup", &place);

    if (group != NULL && strcmp(group, setup->machine.socket_group) != 0)
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s:%u: SocketGroup=%s; Prosody has the group %s: systemctl edit %s",
                      place.file, place.line, group, setup->machine.socket_group, wanted->name);
    else
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s", unit->files[0].path);
}

static inv_result plan_unit(ctl_task *setup, ctl_host *host, own_unit *wanted)
{
    const ctl_wanted_file file = {
        .step = STEP, .path = wanted->path, .text = wanted->text, .mode = 0644};
    ctl_item_state state = CTL_ITEM_THERE;
    inv_result result = INV_OK;
    ctl_unit unit;

    if (wanted->text == NULL)
        return inv_verdict_no_memory(setup->verdict);
    if (ctl_unit_read(host, STEP, wanted->name, &unit) == CTL_SIGHT_READ &&
        !ctl_machine_has(setup, wanted->path))
        tell_unit(setup, wanted, &unit);
    else
        result = ctl_machine_plan_file(setup, &file, &state);
    wanted->written = state == CTL_ITEM_WOULD;
    ctl_unit_clear(&unit);
    return result;
}

static void plan_start(ctl_task *setup, bool written)
{
    if (!ctl_machine_runs_systemd(setup)) {
        if (written || !ctl_machine_has_agent(setup))
            ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                          "no systemd runs here. To be run where it does: systemctl daemon-reload; "
                          "systemctl enable --now " SOCKET);
        return;
    }
    if (written)
        ctl_machine_plan_program(setup, STEP,
                                 (const char *const[]){"systemctl", "daemon-reload", NULL}, NULL);
    if (written || !ctl_machine_has(setup, FOLDER "sockets.target.wants/" SOCKET) ||
        !ctl_machine_has_agent(setup))
        ctl_machine_plan_program(
            setup, STEP, (const char *const[]){"systemctl", "enable", "--now", SOCKET, NULL},
            ctl_record_unit(SOCKET " " CTL_UNIT_AGENT));
    else
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, SOCKET " is enabled, and listens");
}

inv_result ctl_step_agent(ctl_task *setup)
{
    own_unit units[] = {
        {CTL_UNIT_AGENT, FOLDER CTL_UNIT_AGENT, service_text(setup), false},
        {SOCKET, FOLDER SOCKET, socket_text(setup), false},
    };
    ctl_report *report = ctl_report_new();
    ctl_host host = ctl_machine_host(setup, report);
    inv_result result = report != NULL ? INV_OK : inv_verdict_no_memory(setup->verdict);

    for (size_t i = 0; i < 2; i++) {
        if (result == INV_OK && setup->machine.prosody)
            result = plan_unit(setup, &host, &units[i]);
        free(units[i].text);
    }
    if (result == INV_OK && setup->machine.prosody)
        plan_start(setup, units[0].written || units[1].written);
    ctl_report_free(&report);
    return result;
}
