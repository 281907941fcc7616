/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/prosody.h"
#include "host/socket.h"
#include "host/unit.h"
#include "setup/record.h"

/* -------------------------------------------------------------------------------- what there is */

ctl_host ctl_machine_host(const ctl_task *setup, ctl_report *report)
{
    return (ctl_host){
        .report = report, .root = setup->answers->root, .config_path = setup->config_path};
}

char *ctl_machine_path(const ctl_task *setup, const char *path)
{
    char *below = NULL;

    return asprintf(&below, "%s%s", setup->answers->root, path) >= 0 ? below : NULL;
}

bool ctl_machine_has(const ctl_task *setup, const char *path)
{
    char *below = ctl_machine_path(setup, path);
    bool there = below != NULL && faccessat(AT_FDCWD, below, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

    free(below);
    return there;
}

bool ctl_machine_runs_systemd(const ctl_task *setup)
{
    struct stat status;

    return setup->answers->root[0] == '\0' && stat("/run/systemd/system", &status) == 0 &&
           S_ISDIR(status.st_mode);
}

bool ctl_machine_listens(const ctl_task *setup, const char *path)
{
    char *below = ctl_machine_path(setup, path);
    int connection = below != NULL ? ctl_socket_connect(below, NULL, NULL) : -1;

    free(below);
    if (connection >= 0)
        (void)close(connection);
    return connection >= 0;
}

bool ctl_machine_has_agent(const ctl_task *setup)
{
    return ctl_machine_listens(setup, "/run/invitegate/agent.sock");
}

static bool find_in_file(const ctl_task *setup, const char *name, gid_t *group)
{
    char *path = ctl_machine_path(setup, "/etc/group");
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    const struct group *entry;
    bool found = false;

    while (file != NULL && !found && (entry = fgetgrent(file)) != NULL) {
        found = strcmp(entry->gr_name, name) == 0;
        if (found)
            *group = entry->gr_gid;
    }
    if (file != NULL)
        (void)fclose(file);
    free(path);
    return found;
}

bool ctl_machine_group(const ctl_task *setup, const char *name, gid_t *group)
{
    const struct group *entry;

    if (setup->answers->root[0] != '\0')
        return find_in_file(setup, name, group);
    entry = getgrnam(name);
    if (entry != NULL)
        *group = entry->gr_gid;
    return entry != NULL;
}

/* -------------------------------------------------------------------------------- which server */

/* The user of the agent's unit, where a unit of the site's own is there. */
static void find_agent(ctl_task *setup, ctl_host *host)
{
    ctl_unit unit;
    ctl_place place;
    const char *user = NULL;
    const char *group = NULL;

    if (ctl_unit_read(host, "agent", CTL_UNIT_AGENT, &unit) == CTL_SIGHT_READ) {
        user = ctl_unit_value(&unit, "User", &place);
        group = ctl_unit_value(&unit, "Group", &place);
    }
    ctl_host_write(setup->machine.user, sizeof(setup->machine.user), "%s",
                   user != NULL ? user : CTL_MACHINE_USER);
    ctl_host_write(setup->machine.group, sizeof(setup->machine.group), "%s",
                   group != NULL ? group : setup->machine.user);
    ctl_unit_clear(&unit);
}

/* The group that Prosody runs with, for the agent's socket. */
static void find_socket_group(ctl_task *setup, ctl_host *host)
{
    ctl_prosody prosody;

    ctl_prosody_read(host, &prosody);
    ctl_host_write(setup->machine.socket_group, sizeof(setup->machine.socket_group), "%s",
                   prosody.has_user && prosody.user.group[0] != '\0' ? prosody.user.group
                                                                     : "prosody");
    ctl_prosody_clear(&prosody);
}

static const char *choose(const ctl_task *setup, const char *given, const char *key,
                          const char *otherwise)
{
    const char *written = ctl_journal_text(setup->journal, key);

    if (given != NULL)
        return given;
    return written != NULL ? written : otherwise;
}

inv_result ctl_machine_find(ctl_task *setup)
{
    const ctl_answers *answers = setup->answers;
    ctl_report *report = ctl_report_new();
    ctl_host host = ctl_machine_host(setup, report);
    const char *server;
    const char *saslauthd = choose(setup, answers->saslauthd, "saslauthd", "no");
    inv_result result = INV_OK;

    if (report == NULL)
        return inv_verdict_no_memory(setup->verdict);
    server = choose(setup, answers->server, "server",
                    ctl_host_is_folder(&host, CTL_MACHINE_HOSTS) ? "prosody" : "none");
    if (strcmp(server, "ejabberd") == 0)
        result = inv_verdict_set(
            setup->verdict, INV_CONFIG,
            "setup does not set up ejabberd yet: with --server none it makes the directory ready, "
            "and docs/ejabberd.md has the rest");
    else if (strcmp(server, "prosody") != 0 && strcmp(server, "none") != 0)
        result = inv_verdict_set(setup->verdict, INV_CONFIG,
                                 "server is prosody or none, and not \"%s\"", server);
    else if (strcmp(saslauthd, "yes") != 0 && strcmp(saslauthd, "no") != 0)
        result = inv_verdict_set(setup->verdict, INV_CONFIG,
                                 "saslauthd is yes or no, and not \"%s\"", saslauthd);
    if (result == INV_OK) {
        setup->machine.prosody = strcmp(server, "prosody") == 0;
        setup->machine.saslauthd = strcmp(saslauthd, "yes") == 0;
        find_agent(setup, &host);
        /* the texts may be those of the journal, and are not used from here on */
        if (!ctl_journal_set_text(setup->journal, "server",
                                  setup->machine.prosody ? "prosody" : "none") ||
            !ctl_journal_set_text(setup->journal, "saslauthd",
                                  setup->machine.saslauthd ? "yes" : "no"))
            result = inv_verdict_no_memory(setup->verdict);
    }
    if (result == INV_OK && setup->machine.prosody)
        find_socket_group(setup, &host);
    ctl_report_free(&report);
    return result;
}

/* ----------------------------------------------------------------------------------------- files
 */

inv_result ctl_machine_own(const ctl_task *setup, const char *path, const char *group, mode_t mode)
{
    gid_t number;

    if (geteuid() != 0 || !ctl_machine_group(setup, group, &number))
        return INV_OK;
    if (lchown(path, (uid_t)-1, number) != 0 || chmod(path, mode) != 0)
        return inv_verdict_set(setup->verdict, INV_CONFIG, "%s: cannot be given to %s: %s", path,
                               group, strerror(errno));
    return INV_OK;
}

/* The record of the file with this hash, or NULL. */
static const json_t *record_of(const ctl_task *setup, const char *path, const char *hash)
{
    for (size_t i = 0; i < ctl_journal_count(setup->journal); i++) {
        const json_t *record = ctl_journal_record(setup->journal, i);

        if (strcmp(ctl_record_text(record, "kind"), "file") == 0 &&
            strcmp(ctl_record_text(record, "path"), path) == 0 &&
            strcmp(ctl_record_text(record, "sha256"), hash) == 0)
            return record;
    }
    return NULL;
}

inv_result ctl_machine_is_own(const ctl_task *setup, const char *path, bool *ret_own)
{
    char *below = ctl_machine_path(setup, path);
    char hash[CTL_FILE_HASH_SIZE] = "";
    inv_result result = below != NULL ? ctl_file_hash(below, hash, setup->verdict)
                                      : inv_verdict_no_memory(setup->verdict);

    *ret_own = result == INV_OK && hash[0] != '\0' && record_of(setup, below, hash) != NULL;
    free(below);
    return result;
}

static void plan_write(ctl_task *setup, const ctl_wanted_file *wanted, const char *path,
                       const char *hash, const json_t *former)
{
    ctl_action action = {.file = ctl_file_new(path, wanted->text, strlen(wanted->text)),
                         .record = ctl_record_file(path, hash),
                         .undone = former,
                         .group = wanted->group};

    if (action.file != NULL)
        action.file->mode = wanted->mode;
    ctl_plan_do(setup->plan, wanted->step, &action, "write %s%s%s", path,
                former != NULL ? ", in place of that of an earlier setup" : "",
                wanted->behind != NULL ? wanted->behind : "");
}

inv_result ctl_machine_plan_file(ctl_task *setup, const ctl_wanted_file *wanted,
                                 ctl_item_state *ret_state)
{
    char *path = ctl_machine_path(setup, wanted->path);
    char hash[CTL_FILE_HASH_SIZE];
    char there[CTL_FILE_HASH_SIZE];
    const json_t *former = NULL;
    inv_result result = INV_OK;

    *ret_state = CTL_ITEM_WOULD;
    if (path == NULL || !ctl_hash_write(wanted->text, strlen(wanted->text), hash)) {
        result = inv_verdict_no_memory(setup->verdict);
        goto cleanup;
    }
    result = ctl_file_hash(path, there, setup->verdict);
    if (result != INV_OK)
        goto cleanup;
    if (there[0] != '\0')
        former = record_of(setup, path, there);
    if (strcmp(there, hash) == 0)
        *ret_state = CTL_ITEM_THERE;
    else if (there[0] != '\0' && former == NULL)
        *ret_state = CTL_ITEM_LEFT;
    if (*ret_state == CTL_ITEM_WOULD)
        plan_write(setup, wanted, path, hash, former);
    else if (*ret_state == CTL_ITEM_THERE)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, wanted->step, "%s", path);
    else
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, wanted->step,
                      "%s is not as setup writes it, so it is the site's", path);
cleanup:
    free(path);
    return result;
}

/* -------------------------------------------------------------------------------------- programs
 */

void ctl_machine_plan_program(ctl_task *setup, const char *step, const char *const *arguments,
                              json_t *record)
{
    ctl_action action = {.record = record};
    char *words = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&words, &length);
    bool fine = stream != NULL;

    for (size_t i = 0; arguments[i] != NULL && fine; i++) {
        fine = ctl_texts_add(&action.run, arguments[i]);
        (void)fprintf(stream, "%s%s", i > 0 ? " " : "", arguments[i]);
    }
    if (stream != NULL && fclose(stream) != 0)
        fine = false;
    if (!fine)
        ctl_texts_clear(&action.run);
    ctl_plan_do(setup->plan, step, &action, "%s", words != NULL ? words : "");
    free(words);
}
