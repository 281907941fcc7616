/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/prosody.h"
#include "setup/machine.h"
#include "setup/site.h"

/* The host of the domain at Prosody, in a file of its own. */

#define STEP    "prosody"
#define EXAMPLE "invitegate.cfg.lua"
#define PATHS                                                                                      \
    "plugin_paths = { \"/usr/local/share/invitegate/prosody\"; "                                   \
    "\"/usr/local/lib/prosody/modules\" }"

typedef struct virtual_host {
    ctl_task *setup;
    char *path; /* of its file, without the root in front */
    ctl_prosody prosody;
} virtual_host;

/* ------------------------------------------------------------------------------------- its file */

static void print_path(FILE *stream, const char *path)
{
    (void)fputc('"', stream);
    for (; *path != '\0'; path++)
        (void)fprintf(stream, "%s%c", *path == '"' || *path == '\\' ? "\\" : "", *path);
    (void)fputc('"', stream);
}

/*
 * The last plugin_paths of all files counts for all hosts, so what the site has there goes into
 * this one. The caller frees it; NULL: out of memory.
 */
static char *plugin_paths(const ctl_lua_setting *paths)
{
    char *line = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&line, &length);

    if (stream == NULL)
        return NULL;
    (void)fputs("plugin_paths = { ", stream);
    print_path(stream, PROSODYDIR);
    for (size_t i = 0; paths != NULL && i < paths->value.count; i++) {
        const ctl_lua_value *path = &paths->value.items[i].value;

        if (path->kind != CTL_LUA_STRING || strcmp(path->text, PROSODYDIR) == 0)
            continue;
        (void)fputs("; ", stream);
        print_path(stream, path->text);
    }
    if (paths != NULL && paths->value.kind == CTL_LUA_STRING) {
        (void)fputs("; ", stream);
        print_path(stream, paths->value.text);
    }
    (void)fputs(" }", stream);
    if (fclose(stream) == 0)
        return line;
    free(line);
    return NULL;
}

static char *text_of(const virtual_host *work)
{
    char *text = ctl_example_text(EXAMPLE);
    char *line = plugin_paths(ctl_lua_own(&work->prosody.config, "*", "plugin_paths"));

    if (text != NULL && line != NULL && ctl_text_exchange(&text, PATHS, line))
        (void)ctl_text_exchange(&text, "example.org", work->setup->site.domain);
    if (line == NULL) {
        free(text);
        text = NULL;
    }
    free(line);
    return text;
}

/* A host of the site's own; Prosody would not start with two of one name. */
static void tell_host(const virtual_host *work, const ctl_lua_host *host)
{
    const char *provider = ctl_prosody_provider(&work->prosody, host->name);

    if (!host->component && ctl_prosody_loads(&work->prosody, host->name, "invitegate") &&
        provider != NULL && strcmp(provider, "invitegate") == 0)
        ctl_plan_tell(work->setup->plan, CTL_ITEM_THERE, STEP, "%s:%u has %s, by invite-agent",
                      host->place.file, host->place.line, host->name);
    else
        ctl_plan_tell(work->setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s:%u: %s is the site's. What it needs stands in the example " EXAMPLE
                      ": authentication = \"invitegate\", modules_enabled = { \"invitegate\" }, "
                      "and " PROSODYDIR " in plugin_paths",
                      host->place.file, host->place.line, host->name);
}

/* Whether Prosody may be restarted without anybody to notice: it has no other host that counts. */
static bool serves_nobody(const virtual_host *work)
{
    for (size_t i = 0; i < work->prosody.config.host_count; i++) {
        const ctl_lua_host *host = &work->prosody.config.hosts[i];

        if (!host->component && strcmp(host->name, "localhost") != 0)
            return false;
    }
    return !work->prosody.config.incomplete;
}

static void plan_start(const virtual_host *work)
{
    ctl_task *setup = work->setup;

    if (ctl_machine_runs_systemd(setup) && serves_nobody(work))
        ctl_machine_plan_program(
            setup, STEP, (const char *const[]){"systemctl", "restart", "prosody", NULL}, NULL);
    else
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "Prosody does not know the host before: systemctl restart prosody");
    ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                  "clients want a certificate for %s. From certbot: prosodyctl --root cert import "
                  "/etc/letsencrypt/live",
                  setup->site.domain);
}

static inv_result plan_file(virtual_host *work)
{
    char *text = text_of(work);
    ctl_item_state state = CTL_ITEM_LEFT;
    inv_result result = INV_OK;

    if (text == NULL)
        result = inv_verdict_no_memory(work->setup->verdict);
    else
        result =
            ctl_machine_plan_file(work->setup,
                                  &(ctl_wanted_file){.step = STEP,
                                                     .path = work->path,
                                                     .text = text,
                                                     .mode = 0640,
                                                     .group = work->setup->machine.socket_group},
                                  &state);
    if (result == INV_OK && state == CTL_ITEM_WOULD)
        plan_start(work);
    free(text);
    return result;
}

/* -------------------------------------------------------------------------------------- the step
 */

/* The file of the place where a host is, without the root in front. */
static bool is_in(const virtual_host *work, const ctl_lua_host *host, const char *path)
{
    return strcmp(host->place.file + strlen(work->setup->answers->root), path) == 0;
}

static inv_result plan_host(virtual_host *work)
{
    ctl_task *setup = work->setup;
    const ctl_lua_setting *paths = ctl_lua_own(&work->prosody.config, "*", "plugin_paths");
    const ctl_lua_host *host = ctl_lua_host_named(&work->prosody.config, setup->site.domain);

    if (setup->site.existing != NULL && setup->site.made != NULL) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s is no host of invite-agent before it has a section in %s",
                      setup->site.domain, setup->config_path);
        return INV_OK;
    }
    if (host != NULL && !is_in(work, host, work->path)) {
        tell_host(work, host);
        return INV_OK;
    }
    if (paths != NULL && paths->value.kind != CTL_LUA_TABLE &&
        paths->value.kind != CTL_LUA_STRING) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s:%u: plugin_paths is not written plainly, and a file of setup would "
                      "replace it: put " PROSODYDIR " into it, and make %s of the example " EXAMPLE,
                      paths->place.file, paths->place.line, work->path);
        return INV_OK;
    }
    return plan_file(work);
}

/* People who were there have no verifiers; and a configuration of the site's is not changed. */
static void tell_verifiers(const ctl_task *setup)
{
    const inv_config *existing = setup->site.existing;

    if (existing == NULL && !ctl_site_serves_verifiers(setup))
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "people who are there have no verifiers for SCRAM yet, so logins are by "
                      "PLAIN: docs/prosody.md says how that changes (scram_at_login, verifiers)");
    else if (existing != NULL && !existing->agent.serves_verifiers)
        ctl_plan_tell(
            setup->plan, CTL_ITEM_LEFT, STEP,
            "logins are by PLAIN: SCRAM wants verifiers = yes in [agent] of %s, and setup "
            "again",
            setup->config_path);
}

inv_result ctl_step_prosody(ctl_task *setup)
{
    virtual_host work = {.setup = setup};
    ctl_report *report;
    ctl_host host;
    inv_result result;

    if (!setup->machine.prosody)
        return INV_OK;
    report = ctl_report_new();
    if (report == NULL ||
        asprintf(&work.path, CTL_MACHINE_HOSTS "%s.cfg.lua", setup->site.domain) < 0) {
        ctl_report_free(&report);
        return inv_verdict_no_memory(setup->verdict);
    }
    host = ctl_machine_host(setup, report);
    ctl_prosody_read(&host, &work.prosody);
    result = plan_host(&work);
    if (result == INV_OK)
        tell_verifiers(setup);
    ctl_prosody_clear(&work.prosody);
    ctl_report_free(&report);
    free(work.path);
    return result;
}
