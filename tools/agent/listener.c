/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define BACKLOG         128
#define FIRST_ACTIVATED 3 /* SD_LISTEN_FDS_START of sd_listen_fds(3) */
#define GROUP_LIST_SIZE 4096

static inv_result failed(inv_verdict *verdict, const char *what, const char *path)
{
    return inv_verdict_set(verdict, INV_CONFIG, "%s %s: %s", what, path, strerror(errno));
}

/* --------------------------------------------------------------------------------- activation */

static inv_result take_activated(agent_listener *listener, inv_verdict *verdict)
{
    socklen_t length = sizeof(int);
    int domain = 0;
    int listening = 0;

    if (getsockopt(FIRST_ACTIVATED, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0 ||
        getsockopt(FIRST_ACTIVATED, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 ||
        domain != AF_UNIX || listening == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "systemd handed over something else than a listening unix socket: "
                               "use ListenStream=/a/path and Accept=no");
    if (fcntl(FIRST_ACTIVATED, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(FIRST_ACTIVATED, F_SETFL, O_NONBLOCK) != 0)
        return failed(verdict, "cannot use", "the socket of systemd");
    listener->descriptor = FIRST_ACTIVATED;
    return INV_OK;
}

/* What sd_listen_fds(3) does, for one socket. */
static inv_result look_for_activation(agent_listener *listener, inv_verdict *verdict)
{
    const char *process = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    char own[24];
    inv_result result = INV_OK;

    (void)snprintf(own, sizeof(own), "%ld", (long)getpid());
    if (process != NULL && count != NULL && strcmp(process, own) == 0) {
        if (strcmp(count, "1") == 0)
            result = take_activated(listener, verdict);
        else
            result = inv_verdict_set(verdict, INV_CONFIG,
                                     "systemd handed over %.20s sockets: one is wanted", count);
    }
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    return result;
}

/* -------------------------------------------------------------------------------------- its own */

static bool set_address(const char *path, struct sockaddr_un *address)
{
    int length;

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    length = snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
    return length > 0 && (size_t)length < sizeof(address->sun_path);
}

/* Where the socket is to be there may only be a socket that no process listens on. */
static inv_result check_place(const char *path, inv_verdict *verdict)
{
    struct sockaddr_un address;
    struct stat status;
    int descriptor;
    int error;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ? INV_OK : failed(verdict, "cannot look at", path);
    if (!S_ISSOCK(status.st_mode))
        return inv_verdict_set(verdict, INV_CONFIG, "%s is there and is no socket: remove it",
                               path);
    descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0 || !set_address(path, &address))
        return failed(verdict, "cannot look at", path);
    error =
        connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
    (void)close(descriptor);
    if (error == ECONNREFUSED)
        return INV_OK;
    return inv_verdict_set(verdict, INV_CONFIG,
                           "somebody listens on %s already: is another invite-agent running?",
                           path);
}

static inv_result find_group(const char *name, gid_t *group, inv_verdict *verdict)
{
    struct group *found = NULL;
    struct group entry;
    char *space;

    *group = (gid_t)-1;
    if (name[0] == '\0')
        return INV_OK;
    space = malloc(GROUP_LIST_SIZE);
    if (space == NULL)
        return inv_verdict_no_memory(verdict);
    if (getgrnam_r(name, &entry, space, GROUP_LIST_SIZE, &found) == 0 && found != NULL)
        *group = found->gr_gid;
    free(space);
    if (found == NULL)
        return inv_verdict_set(verdict, INV_CONFIG, "socket_group: there is no group %s", name);
    return INV_OK;
}

/* The length of the folder's path, with the slash. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (int)(slash - path) + 1 : 0;
}

/*
 * The socket is made under another name and moved into place when it has its mode and group: no
 * client connects too early, and a stale socket is replaced in one step.
 */
static inv_result make_socket(const inv_agent_settings *settings, agent_listener *listener,
                              inv_verdict *verdict)
{
    struct sockaddr_un address;
    struct stat status;
    char *temporary = NULL;
    inv_result result;
    mode_t before;
    gid_t group;
    int bound;

    result = find_group(settings->socket_group, &group, verdict);
    if (result != INV_OK)
        return result;
    if (asprintf(&temporary, "%.*s.%lx", folder_length(settings->socket), settings->socket,
                 (long)getpid()) < 0)
        return inv_verdict_no_memory(verdict);
    if (!set_address(temporary, &address)) {
        result = inv_verdict_set(verdict, INV_CONFIG, "socket = %s is too long", settings->socket);
        goto cleanup;
    }
    /* from now on a signal must not end the process before the socket is removed */
    agent_loop_keep_signal(SIGTERM);
    agent_loop_keep_signal(SIGINT);
    listener->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)unlink(temporary); /* left by a process of the same number that crashed here */
    before = umask(0177);
    bound = listener->descriptor < 0
                ? -1
                : bind(listener->descriptor, (const struct sockaddr *)&address, sizeof(address));
    (void)umask(before);
    if (bound != 0) {
        result = failed(verdict, "cannot make", temporary);
        goto cleanup;
    }
    if ((group != (gid_t)-1 && lchown(temporary, (uid_t)-1, group) != 0) ||
        chmod(temporary, settings->socket_mode) != 0 ||
        listen(listener->descriptor, BACKLOG) != 0 || lstat(temporary, &status) != 0 ||
        rename(temporary, settings->socket) != 0) {
        result = failed(verdict, "cannot make", settings->socket);
        (void)unlink(temporary);
        goto cleanup;
    }
    listener->path = strdup(settings->socket);
    if (listener->path == NULL) {
        (void)unlink(settings->socket);
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
cleanup:
    free(temporary);
    return result;
}

/*
 * Two agents that start at once must not both find the place free: the folder itself is the lock.
 * Any other holder of it is not waited for longer than a start takes.
 */
static inv_result lock_folder(const char *path, int *folder, inv_verdict *verdict)
{
    const struct timespec pause = {.tv_nsec = 20L * 1000 * 1000};
    char *name = strdup(path);
    inv_result result = INV_OK;
    char *slash;

    if (name == NULL)
        return inv_verdict_no_memory(verdict);
    slash = strrchr(name, '/');
    if (slash != NULL)
        slash[slash == name ? 1 : 0] = '\0';
    *folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        result = failed(verdict, "cannot open the folder of the socket", name);
    for (int tries = 0; *folder >= 0 && tries < 100 && flock(*folder, LOCK_EX | LOCK_NB) != 0;
         tries++)
        (void)nanosleep(&pause, NULL);
    free(name);
    return result;
}

inv_result agent_listener_open(const inv_agent_settings *settings, agent_listener *listener,
                               inv_verdict *verdict)
{
    inv_result result = look_for_activation(listener, verdict);
    int folder = -1;

    if (result != INV_OK || listener->descriptor >= 0)
        return result;
    result = lock_folder(settings->socket, &folder, verdict);
    if (result == INV_OK)
        result = check_place(settings->socket, verdict);
    if (result == INV_OK)
        result = make_socket(settings, listener, verdict);
    if (folder >= 0)
        (void)close(folder);
    if (result != INV_OK)
        agent_listener_close(listener);
    return result;
}

void agent_listener_close(agent_listener *listener)
{
    struct stat status;

    if (listener->descriptor >= 0)
        (void)close(listener->descriptor);
    listener->descriptor = -1;
    if (listener->path != NULL && lstat(listener->path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode)
        (void)unlink(listener->path);
    free(listener->path);
    listener->path = NULL;
}
