/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "saslauthd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "socket.h"
#include "text.h"
#include "ways.h"

#define CHECK         "saslauthd"
#define DEFAULTS      "/etc/default/saslauthd"
#define ARGUMENTS_MAX 2048

typedef struct daemon_visit {
    ctl_host *host;
    const ctl_user *user;
    char *path; /* of its socket, with the root in front */
    bool fine;
} daemon_visit;

/* ----------------------------------------------------------------------------- its start script */

/* The value of NAME="value" in a line of shell, cut in place, or NULL. */
static char *value_of(char *line, const char *name)
{
    const size_t length = strlen(name);
    char *value = ctl_text_trim(line);

    if (strncmp(value, name, length) != 0 || value[length] != '=')
        return NULL;
    value += length + 1;
    if (*value == '"' || *value == '\'') {
        const char quote = *value++;

        value[strcspn(value, quote == '"' ? "\"" : "'")] = '\0';
    }
    return value;
}

/* Whether the words of a command line have -c, by itself or among other letters. */
static bool has_cache(const char *words)
{
    while (*words != '\0') {
        const size_t length = strcspn(words, " \t");

        if (words[0] == '-' && memchr(words, 'c', strspn(words, "-cdhlrvT")) != NULL)
            return true;
        words += length + strspn(words + length, " \t");
    }
    return false;
}

static void take_line(daemon_visit *work, const ctl_place *place, char *line)
{
    const char *value;

    if ((value = value_of(line, "OPTIONS")) != NULL && has_cache(value)) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place, "take -c out, and systemctl restart saslauthd",
                         "with -c it answers for hours without asking PAM: TOKEN:PASSWORD, guests "
                         "that are over and old passwords go on logging in");
    } else if ((value = value_of(line, "MECHANISMS")) != NULL && strcmp(value, "pam") != 0) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place, "MECHANISMS=\"pam\"", "it asks %s, and not PAM",
                         value);
    } else if ((value = value_of(line, "START")) != NULL && strcmp(value, "yes") != 0) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, place, "START=yes, and systemctl restart saslauthd",
                         "Debian's start script does nothing with START=%s", value);
    }
}

static void check_defaults(daemon_visit *work)
{
    ctl_text text;

    if (ctl_text_read(work->host, CHECK, DEFAULTS, &text) == CTL_SIGHT_HIDDEN)
        work->fine = false;
    for (size_t i = 0; i < text.count; i++)
        take_line(work, &(ctl_place){text.path, (unsigned)i + 1}, text.lines[i]);
    ctl_text_clear(&text);
}

/* -------------------------------------------------------------------------------- as it runs */

/* Its command line, with blanks between the words; false: it cannot be seen. */
static bool read_arguments(pid_t process, char words[ARGUMENTS_MAX])
{
    char path[64];
    ssize_t length;
    int descriptor;

    ctl_host_write(path, sizeof(path), "/proc/%ld/cmdline", (long)process);
    descriptor = process > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0)
        return false;
    length = read(descriptor, words, ARGUMENTS_MAX - 1);
    (void)close(descriptor);
    for (ssize_t i = 0; i < length; i++) {
        if (words[i] == '\0')
            words[i] = ' ';
    }
    words[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static void check_process(daemon_visit *work, pid_t process)
{
    const ctl_place place = {work->path, 0};
    char words[ARGUMENTS_MAX];
    const char *mechanism;

    if (!read_arguments(process, words)) {
        work->fine = false;
        ctl_host_unseen(work->host, CHECK, &place, "run it as root, on the machine itself",
                        "how the saslauthd that listens there was started could not be seen");
        return;
    }
    if (has_cache(words)) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, &place,
                         "no -c in OPTIONS of " DEFAULTS ", and systemctl restart saslauthd",
                         "it runs with -c, and answers for hours without asking PAM");
    }
    mechanism = strstr(words, " -a ");
    if (mechanism != NULL && strncmp(mechanism, " -a pam ", strlen(" -a pam ")) != 0) {
        work->fine = false;
        ctl_host_finding(work->host, CHECK, &place,
                         "MECHANISMS=\"pam\" in " DEFAULTS ", and systemctl restart saslauthd",
                         "it runs with -a %.*s, and does not ask PAM",
                         (int)strcspn(mechanism + 4, " "), mechanism + 4);
    }
}

static void tell_failure(daemon_visit *work, int cause)
{
    const ctl_place place = {work->path, 0};
    const char *name = work->user != NULL ? work->user->name : "this user";
    char remedy[200];

    work->fine = false;
    if (cause == ENOENT || cause == ENOTDIR || cause == ECONNREFUSED) {
        ctl_host_finding(
            work->host, CHECK, &place,
            "systemctl enable saslauthd; systemctl restart saslauthd (START=yes in " DEFAULTS ")",
            "saslauthd does not run, or listens elsewhere (-m, saslauthd_path)");
    } else if (cause == EACCES && work->user != NULL) {
        ctl_host_write(remedy, sizeof(remedy), "adduser %s sasl, and restart what runs as %s", name,
                       name);
        ctl_host_finding(work->host, CHECK, &place, remedy, "%s may not use it", name);
    } else {
        ctl_host_unseen(work->host, CHECK, &place, "run it as root", "was not asked as %s: %s",
                        name, strerror(cause));
    }
}

void ctl_host_check_saslauthd(ctl_host *host, const char *path, const ctl_prosody *prosody)
{
    const ctl_user *user = prosody != NULL && prosody->has_user ? &prosody->user : NULL;
    daemon_visit work = {.host = host, .user = user, .fine = true};
    pid_t process = 0;
    int connection;

    if (path == NULL)
        path = ctl_host_exists(host, "/run/saslauthd") != CTL_SIGHT_ABSENT
                   ? "/run/saslauthd/mux"
                   : "/var/run/saslauthd/mux";
    work.path = ctl_host_path(host, path);
    if (work.path == NULL)
        return;
    check_defaults(&work);
    connection = ctl_socket_connect(work.path, user, &process);
    if (connection < 0) {
        tell_failure(&work, errno);
    } else {
        (void)close(connection);
        check_process(&work, process);
    }
    if (work.fine)
        ctl_host_fine(host, CHECK, "%s answers %s, and asks PAM each time", work.path,
                      user != NULL ? user->name : "this user");
    if (work.fine && prosody != NULL)
        ctl_host_try_saslauthd(host, prosody, work.path);
    free(work.path);
}
