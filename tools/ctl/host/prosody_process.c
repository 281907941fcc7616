/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prosody.h"

/* Prosody as it runs: a group that its user was added to counts only once it was restarted. */

#define CHECK       "prosody"
#define STATUS_SIZE 2048

/* What /proc tells of a process. False: it cannot be seen, or is no Prosody. */
static bool read_process(long process, const char *file, char *text, size_t size)
{
    char path[64];
    ssize_t length;
    int descriptor;

    ctl_host_write(path, sizeof(path), "/proc/%ld/%s", process, file);
    descriptor = open(path, O_RDONLY | O_CLOEXEC);
    length = descriptor >= 0 ? read(descriptor, text, size - 1) : -1;
    if (descriptor >= 0)
        (void)close(descriptor);
    for (ssize_t i = 0; i < length; i++) {
        if (text[i] == '\0')
            text[i] = ' ';
    }
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* Whether "Groups:" of /proc/PID/status, or its effective group, has the group. */
static bool has_group(const char *status, gid_t group)
{
    const char *line = strstr(status, "\nGroups:");
    const char *own = strstr(status, "\nGid:");
    char *rest;
    unsigned long first = 0;

    if (own != NULL)
        first = strtoul(own + strlen("\nGid:"), &rest, 10);
    if (own != NULL && first == group)
        return true;
    for (const char *at = line != NULL ? line + strlen("\nGroups:") : "";;) {
        unsigned long number = strtoul(at, &rest, 10);

        if (rest == at || memchr(at, '\n', (size_t)(rest - at)) != NULL)
            return false;
        if (number == group)
            return true;
        at = rest;
    }
}

void ctl_prosody_check_process(ctl_host *host, const ctl_prosody *prosody)
{
    const char *path =
        ctl_lua_text(ctl_lua_own(&prosody->config, "*", "pidfile"), "/run/prosody/prosody.pid");
    char status[STATUS_SIZE];
    char command[256];
    ctl_text text;
    long process = 0;

    if (path == NULL || !prosody->has_user)
        return;
    if (ctl_text_read(host, CHECK, path, &text) == CTL_SIGHT_READ && text.count > 0)
        process = strtol(text.lines[0], NULL, 10);
    ctl_text_clear(&text);
    if (process <= 0 || !read_process(process, "cmdline", command, sizeof(command)) ||
        strstr(command, "prosody") == NULL) {
        ctl_host_note(host, CHECK, NULL, "systemctl restart prosody",
                      "Prosody does not run, as far as can be seen");
        return;
    }
    if (!read_process(process, "status", status, sizeof(status)))
        return;
    for (size_t i = 0; i < prosody->user.group_count; i++) {
        if (has_group(status, prosody->user.groups[i]))
            continue;
        ctl_host_finding(host, CHECK, NULL, "systemctl restart prosody",
                         "Prosody (process %ld) runs without the group %lu, which %s is in: it was "
                         "not restarted since",
                         process, (unsigned long)prosody->user.groups[i], prosody->user.name);
    }
}
