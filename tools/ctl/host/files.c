/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/key.h"
#include "invitegate/trusted_file.h"
#include "unit.h"
#include "user.h"

/* The files of invitegate, opened as those who need them: the user of the agent's unit, and root.
 */

typedef struct reader {
    ctl_host *host;
    const ctl_user *user;
    const char *program; /* "invite-agent" */
    ctl_place place;     /* where the user is named */
    bool fine;
} reader;

/* The first folder of path that the present user may not search; "": none. */
static void find_closed_folder(const char *path, char *folder, size_t size)
{
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        ctl_host_write(folder, size, "%.*s", (int)(slash - path), path);
        if (faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) != 0 && errno == EACCES)
            return;
    }
    folder[0] = '\0';
}

/* Adds why the user cannot use a file; called with that user's rights, which are given back. */
static void tell(reader *work, const char *path, const char *why)
{
    const bool rights = faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 && errno == EACCES;
    const char *group = work->user->group[0] != '\0' ? work->user->group : "GROUP";
    char folder[512];
    char remedy[1400] = "";

    find_closed_folder(path, folder, sizeof(folder));
    if (rights &&
        (strcmp(work->user->name, "prosody") == 0 || strcmp(work->user->name, "ejabberd") == 0))
        ctl_host_write(remedy, sizeof(remedy),
                       "User=invitegate: an XMPP server has no business with keys and passwords");
    else if (rights && folder[0] != '\0')
        ctl_host_write(remedy, sizeof(remedy), "chgrp %s %s; chmod g+x %s", group, folder, folder);
    else if (rights)
        ctl_host_write(remedy, sizeof(remedy), "chgrp %s %s; chmod 0640 %s", group, path, path);
    ctl_user_return();
    work->fine = false;
    ctl_host_finding(work->host, "files", &work->place, remedy[0] != '\0' ? remedy : NULL,
                     "%s, as %s, cannot work: %s", work->program, work->user->name, why);
}

/* Whether the rights of the reader could be taken. */
static bool become(reader *work, const char *path)
{
    if (ctl_user_become(work->user))
        return true;
    if (work->fine)
        ctl_host_unseen(work->host, "files", &(ctl_place){path, 0}, "run it as root",
                        "whether %s, the user of %s, can read it was not tried: this user may not "
                        "act as another",
                        work->user->name, work->program);
    work->fine = false;
    return false;
}

static void check_config_file(reader *work, const char *path)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;

    if (!become(work, path))
        return;
    if (inv_config_read(path, &config, &verdict) != INV_OK)
        tell(work, path, verdict.why);
    ctl_user_return();
    inv_config_free(&config);
}

static void check_key_file(reader *work, const char *path)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;

    if (!become(work, path))
        return;
    if (inv_keys_read(path, &keys, &verdict) != INV_OK)
        tell(work, path, verdict.why);
    ctl_user_return();
    inv_keys_free(&keys);
}

static void check_file(reader *work, const char *path, bool secret)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    int descriptor;

    if (!become(work, path))
        return;
    descriptor = inv_trusted_file_open(path, secret, NULL, &verdict);
    if (descriptor < 0)
        tell(work, path, verdict.why);
    ctl_user_return();
    if (descriptor >= 0)
        (void)close(descriptor);
}

/* A certificate need not be trusted like a secret: it is only read. */
static void check_certificate(reader *work, const char *path)
{
    if (!become(work, path))
        return;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        char why[600];

        ctl_host_write(why, sizeof(why), "%s cannot be read: %s", path, strerror(errno));
        tell(work, path, why);
    }
    ctl_user_return();
}

static void check_below(reader *work, const char *path, void (*check)(reader *, const char *))
{
    char *below = path[0] != '\0' ? ctl_host_path(work->host, path) : NULL;

    if (below != NULL)
        check(work, below);
    free(below);
}

static void check_secret(reader *work, const char *path)
{
    check_file(work, path, true);
}

/* All files that the configuration names. */
static void check_reader(reader *work, const char *config_path)
{
    const inv_config *config = work->host->config;

    check_config_file(work, config_path);
    if (config == NULL) {
        ctl_host_unseen(work->host, "files", NULL, NULL,
                        "which files the configuration names is not known");
        return;
    }
    check_below(work, config->key_file, check_key_file);
    if (config->directory.bind == INV_BIND_SIMPLE)
        check_below(work, config->directory.bind_password_file, check_secret);
    check_below(work, config->directory.ca_file, check_certificate);
    if (work->fine)
        ctl_host_fine(work->host, "files", "%s, as %s, can read what it needs", work->program,
                      work->user->name);
}

/* The file that the agent is started with; given: as its command line names it. */
static char *config_of_agent(ctl_host *host, const char *start)
{
    const char *given = start != NULL ? strstr(start, " -c") : NULL;
    char *path = NULL;

    if (given != NULL) {
        given += strlen(" -c");
        given += strspn(given, " =");
        if (asprintf(&path, "%s%.*s", host->root, (int)strcspn(given, " "), given) < 0)
            return NULL;
        return path;
    }
    return strdup(host->config_path);
}

static void check_program(ctl_host *host, const char *start, const ctl_place *place)
{
    char program[512];

    if (start == NULL)
        return;
    ctl_host_write(program, sizeof(program), "%.*s", (int)strcspn(start, " \t"), start);
    if (program[0] == '/' && ctl_host_exists(host, program) == CTL_SIGHT_ABSENT)
        ctl_host_finding(host, "files", place,
                         "write where invite-agent is installed, and systemctl daemon-reload",
                         "%s is not there", program);
}

static void check_agent(ctl_host *host, const ctl_unit *unit)
{
    ctl_place place = {.file = unit->files[0].path};
    ctl_place start_place = place;
    ctl_place ignored;
    const char *start = ctl_unit_value(unit, "ExecStart", &start_place);
    const char *name = ctl_unit_value(unit, "User", &place);
    char *config_path = config_of_agent(host, start);
    ctl_user user;

    check_program(host, start, &start_place);
    if (name == NULL)
        ctl_host_note(host, "files", &place, "User=invitegate, as in config-examples/systemd",
                      "the agent runs as root; it needs no more rights than its files");
    else if (!ctl_user_find(host, name, ctl_unit_value(unit, "Group", &ignored), &user))
        ctl_host_finding(host, "files", &place,
                         "adduser --system --group --no-create-home --home /nonexistent invitegate",
                         "there is no user %s, or no group that Group= names: systemd does not "
                         "start the agent",
                         name);
    else if (config_path != NULL)
        check_reader(&(reader){host, &user, "invite-agent", place, true}, config_path);
    free(config_path);
}

void ctl_host_check_files(ctl_host *host)
{
    ctl_unit unit;
    ctl_user root = {.name = "root", .group = "root", .group_count = 1};

    switch (ctl_unit_read(host, "files", CTL_UNIT_AGENT, &unit)) {
    case CTL_SIGHT_READ:
        check_agent(host, &unit);
        break;
    case CTL_SIGHT_ABSENT:
        ctl_host_note(host, "files", NULL,
                      "cp config-examples/systemd/invite-agent.* "
                      "/etc/systemd/system/, where an XMPP server asks it",
                      "%s is not installed: the agent's user is not known", CTL_UNIT_AGENT);
        break;
    case CTL_SIGHT_HIDDEN:
        break;
    }
    ctl_unit_clear(&unit);
    check_reader(&(reader){host, &root, "saslauthd and invitectl", {.line = 0}, true},
                 host->config_path);
}
