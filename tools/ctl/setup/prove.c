/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "host/prosody.h"
#include "host/ways.h"
#include "session.h"
#include "setup/machine.h"
#include "setup/server.h"

/* A text of the configuration becomes another one. */
static bool exchange(char **text, char *other)
{
    if (other == NULL)
        return false;
    free(*text);
    *text = other;
    return true;
}

/* Below a root the configuration says where things are when the machine runs. */
static bool move_uri(const ctl_task *setup, inv_config *config)
{
    char *named = ctl_server_uri(setup);
    bool is_same = named != NULL && strcmp(config->directory.uris[0], named) == 0;
    bool fine = named != NULL;

    free(named);
    return fine &&
           (!is_same || exchange(&config->directory.uris[0], strdup(setup->settings.uris[0])));
}

static bool move_files(const ctl_task *setup, inv_config *config)
{
    char **files[] = {&config->key_file, &config->directory.bind_password_file,
                      &config->directory.ca_file};
    bool fine = true;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && fine; i++) {
        if ((*files[i])[0] != '\0')
            fine = exchange(files[i], ctl_machine_path(setup, *files[i]));
    }
    return fine;
}

/* One of invitectl's commands, as the configuration has it now. */
static int run(const ctl_task *setup, const ctl_command *command, bool json)
{
    const ctl_invocation invocation = {.command = command,
                                       .config_path = setup->config_path,
                                       .domain = setup->site.domain,
                                       .json = json,
                                       .brief = true};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_context *context = NULL;
    inv_result result = inv_context_open_without_keys(setup->config_path, NULL, &context, &verdict);

    if (result == INV_OK &&
        (!move_uri(setup, context->config) || !move_files(setup, context->config)))
        result = inv_verdict_no_memory(&verdict);
    verdict.result = result;
    if (result == INV_OK)
        return ctl_run_within(&invocation, &context);
    inv_context_free(&context);
    return ctl_fail(&verdict);
}

static void try_agent(ctl_host *host)
{
    ctl_prosody prosody;

    ctl_prosody_read(host, &prosody);
    ctl_host_check_agent(host, &prosody);
    ctl_prosody_clear(&prosody);
}

/* A throwaway invite from end to end. */
static int try_invite(const ctl_task *setup, bool json)
{
    ctl_report *report = ctl_report_new();
    ctl_host host = ctl_machine_host(setup, report);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result = report != NULL ? INV_OK : inv_verdict_no_memory(&verdict);
    int status = CTL_EXIT_OK;

    host.domain = setup->site.domain;
    if (result == INV_OK)
        result = inv_config_read(setup->config_path, &host.config, &verdict);
    if (result == INV_OK && !move_uri(setup, host.config))
        result = inv_verdict_no_memory(&verdict);
    verdict.result = result;
    if (result != INV_OK)
        status = ctl_fail(&verdict);
    else if (setup->machine.prosody && ctl_machine_has_agent(setup))
        try_agent(&host);
    else
        ctl_host_try_directory(&host, setup->site.domain);
    if (result == INV_OK && !ctl_report_print(report, json, true))
        status = CTL_EXIT_TEMPORARY;
    if (status == CTL_EXIT_OK && ctl_report_open(report) > 0)
        status = CTL_EXIT_REFUSED;
    inv_config_free(&host.config);
    ctl_report_free(&report);
    return status;
}

int ctl_setup_prove(const ctl_task *setup, bool json)
{
    int doctor;
    int invite;
    int status = run(setup, &ctl_init, json);

    if (status != CTL_EXIT_OK)
        return status;
    doctor = run(setup, &ctl_doctor, json);
    if (doctor > CTL_EXIT_REFUSED)
        return doctor;
    invite = try_invite(setup, json);
    status = invite > doctor ? invite : doctor;
    if (status == CTL_EXIT_OK && !json)
        (void)puts("Tried, and found right: what init and doctor look at, and a throwaway invite.");
    return status;
}
