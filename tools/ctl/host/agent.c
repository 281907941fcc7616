/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prosody.h"
#include "socket.h"
#include "unit.h"
#include "ways.h"

/* The agent, as the XMPP server meets it: at its socket, for each domain. */

#define CHECK   "agent"
#define SOCKET  "/run/invitegate/agent.sock" /* what mod_invitegate has by default */
#define RESTART "systemctl restart invite-agent.socket invite-agent"

typedef struct client {
    ctl_host *host;
    const ctl_user *user; /* NULL: this process */
    const ctl_unit *unit; /* invite-agent.socket; without files: it is not installed */
    const ctl_prosody *prosody;
    const ctl_lua_host *virtual_host; /* of Prosody, that asks; NULL: none does */
    char *path;                       /* of the socket, with the root in front */
    ctl_place place;                  /* where the client has the path from */
} client;

static const char *user_name(const client *work)
{
    return work->user != NULL ? work->user->name : "this user";
}

/* ------------------------------------------------------------------------- it cannot be reached */

/* Nothing is there: another path, or nothing listens. */
static void tell_absent(const client *work)
{
    ctl_place place = {.file = NULL};
    const char *listens = ctl_unit_value(work->unit, "ListenStream", &place);
    const char *below = work->path + strlen(work->host->root);
    char remedy[700];

    if (listens != NULL && strcmp(listens, below) != 0) {
        ctl_host_write(remedy, sizeof(remedy),
                       "invitegate_socket = \"%s\" in the VirtualHost, or the same path in both",
                       listens);
        ctl_host_finding(work->host, CHECK, &work->place, remedy,
                         "%s is not there: invite-agent.socket has ListenStream=%s (%s:%u)",
                         work->path, listens, place.file, place.line);
    } else {
        ctl_host_finding(work->host, CHECK, &work->place,
                         listens != NULL
                             ? "systemctl enable --now invite-agent.socket"
                             : "cp config-examples/systemd/invite-agent.* /etc/systemd/system/ and "
                               "systemctl enable --now invite-agent.socket",
                         "%s is not there: the agent does not listen", work->path);
    }
}

static void tell_refused(const client *work)
{
    ctl_place place = {work->path, 0};
    char remedy[300];

    (void)ctl_unit_value(work->unit, "SocketMode", &place);
    (void)ctl_unit_value(work->unit, "SocketGroup", &place);
    ctl_host_write(remedy, sizeof(remedy),
                   "SocketGroup=%s and SocketMode=0660 in invite-agent.socket; then systemctl "
                   "daemon-reload and systemctl restart invite-agent.socket",
                   work->user != NULL && work->user->group[0] != '\0' ? work->user->group
                                                                      : "prosody");
    ctl_host_finding(work->host, CHECK, &place, remedy, "%s may not use %s", user_name(work),
                     work->path);
}

static void tell_failure(const client *work, int cause)
{
    switch (cause) {
    case ENOENT:
    case ENOTDIR:
        tell_absent(work);
        break;
    case EACCES:
        if (work->user != NULL)
            tell_refused(work);
        else
            ctl_host_unseen(work->host, CHECK, NULL, "run it as root",
                            "%s was not asked: this user may not use it", work->path);
        break;
    case EPERM:
        ctl_host_unseen(work->host, CHECK, NULL, "run it as root",
                        "%s was not asked: this user may not act as %s", work->path,
                        user_name(work));
        break;
    case ECONNREFUSED:
        ctl_host_finding(work->host, CHECK, &work->place,
                         "journalctl -u invite-agent says why it ended; then " RESTART,
                         "nothing listens at %s any more", work->path);
        break;
    default:
        ctl_host_finding(work->host, CHECK, &work->place, NULL, "%s cannot be used: %s", work->path,
                         strerror(cause));
        break;
    }
}

/* ------------------------------------------------------------------------------ it is asked */

/* From end to end, by a throwaway invite. */
static void try_domain(const client *work, const char *domain)
{
    if (work->virtual_host != NULL)
        ctl_host_try_prosody(work->host, work->prosody, work->virtual_host, work->path);
    else
        ctl_host_try_agent(work->host, domain, work->path);
}

/* Tells what the agent makes of a domain; asked answers changed, which reads the directory. */
static void tell_answer(const client *work, const char *domain, const ctl_agent_answer *asked)
{
    if (strcmp(asked->result, "OK") == 0) {
        ctl_host_fine(work->host, CHECK, "%s answers %s for %s", work->path, user_name(work),
                      domain);
        try_domain(work, domain);
    } else if (strcmp(asked->result, "THROTTLED") == 0)
        ctl_host_unseen(work->host, CHECK, NULL, "try again later",
                        "%s has too much to do to answer for %s", work->path, domain);
    else {
        ctl_host_finding(
            work->host, CHECK, &work->place,
            strcmp(asked->result, "CONFIG") == 0
                ? "journalctl -u invite-agent says what; as its user: invitectl doctor"
                : "the directory has to run, at uri in invitegate.conf; as the agent's "
                  "user: invitectl doctor",
            "the agent at %s answers %s for %s", work->path, asked->result, domain);
    }
}

/*
 * What people may log in by is answered without a byte to the directory, and tells whether the
 * agent has the domain.
 */
static void ask_domain(const client *work, int agent, const char *domain)
{
    ctl_agent_answer known = {.result = ""};
    ctl_agent_answer asked = {.result = ""};

    if (!ctl_socket_ask(agent, domain, "mechanisms", NULL, &known) ||
        !ctl_socket_ask(agent, domain, "changed", (const char *const[]){"", NULL}, &asked))
        ctl_host_finding(work->host, CHECK, &work->place,
                         "journalctl -u invite-agent; is it an invite-agent that listens there?",
                         "%s does not answer for %s: %s", work->path, domain, strerror(errno));
    else if (strcmp(known.result, "CONFIG") == 0)
        ctl_host_finding(
            work->host, CHECK, &work->place,
            "a section [domain ...] in the invitegate.conf of the agent, and systemctl "
            "reload invite-agent",
            "the agent at %s does not have the domain %s", work->path, domain);
    else
        tell_answer(work, domain, &asked);
}

/* Whoever may use the socket may make invites in everybody's name. */
static void check_mode(const client *work)
{
    ctl_place place = {work->path, 0};
    struct stat status;

    if (stat(work->path, &status) != 0 || (status.st_mode & S_IWOTH) == 0)
        return;
    (void)ctl_unit_value(work->unit, "SocketMode", &place);
    ctl_host_finding(work->host, CHECK, &place, "SocketMode=0660 (or socket_mode in [agent])",
                     "everybody on this machine may use %s (mode %04o), and so register, and make "
                     "invites in the name of every account",
                     work->path, (unsigned)(status.st_mode & 07777));
}

static void visit(const client *work, const char *const *domains, size_t count)
{
    const int agent = ctl_socket_connect(work->path, work->user, NULL);

    if (agent < 0) {
        tell_failure(work, errno);
        return;
    }
    for (size_t i = 0; i < count; i++)
        ask_domain(work, agent, domains[i]);
    (void)close(agent);
    check_mode(work);
}

/* As a host of Prosody with mod_invitegate. */
static void visit_from(ctl_host *host, const ctl_prosody *prosody, const ctl_unit *unit,
                       const ctl_lua_host *virtual_host)
{
    const ctl_lua_setting *setting =
        ctl_lua_find(&prosody->config, virtual_host->name, "invitegate_socket");
    const char *path = ctl_lua_text(setting, SOCKET);
    client work = {.host = host,
                   .user = prosody->has_user ? &prosody->user : NULL,
                   .unit = unit,
                   .prosody = prosody,
                   .virtual_host = virtual_host,
                   .place = setting != NULL ? setting->place : virtual_host->place};

    if (path == NULL) {
        ctl_host_unseen(host, CHECK, &setting->place, NULL,
                        "invitegate_socket is not written plainly");
        return;
    }
    if (!prosody->has_user)
        ctl_host_finding(host, CHECK, NULL, "apt-get install prosody",
                         "there is no user that Prosody could run as");
    work.path = ctl_host_path(host, path);
    if (work.path != NULL)
        visit(&work, (const char *const[]){virtual_host->name}, 1);
    free(work.path);
}

/* Where no host of Prosody asks: as this process, for the domains of the configuration. */
static void visit_as_self(ctl_host *host, const ctl_unit *unit)
{
    client work = {.host = host, .unit = unit, .place = {.file = host->config_path}};
    const char **domains = calloc(host->config->domain_count, sizeof(*domains));
    size_t count = 0;

    for (size_t i = 0; domains != NULL && i < host->config->domain_count; i++) {
        if (ctl_host_wants(host, host->config->domains[i].name))
            domains[count++] = host->config->domains[i].name;
    }
    work.path = ctl_host_path(host, host->config->agent.socket);
    if (work.path != NULL && domains != NULL)
        visit(&work, domains, count);
    free(work.path);
    free(domains);
}

void ctl_host_check_agent(ctl_host *host, const ctl_prosody *prosody)
{
    ctl_unit unit;
    const ctl_sight sight = ctl_unit_read(host, CHECK, "invite-agent.socket", &unit);
    bool any = false;

    for (size_t i = 0; i < prosody->config.host_count; i++) {
        const ctl_lua_host *each = &prosody->config.hosts[i];

        if (!ctl_prosody_is_ours(host, prosody, each) ||
            !ctl_prosody_loads(prosody, each->name, "invitegate"))
            continue;
        any = true;
        visit_from(host, prosody, &unit, each);
    }
    if (!any && sight == CTL_SIGHT_READ && host->config != NULL)
        visit_as_self(host, &unit);
    else if (!any && (prosody->config.incomplete || host->config == NULL))
        ctl_host_unseen(host, CHECK, NULL, "run it as root",
                        "invite-agent was not asked: who asks it, and where, is not known");
    else if (!any)
        ctl_host_note(host, CHECK, NULL, NULL,
                      "invite-agent is not set up, and no host of Prosody asks it");
    ctl_unit_clear(&unit);
}
