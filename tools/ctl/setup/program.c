/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID_MAX 200

/* Whether there is such a program; path is where. */
static bool find(const char *name, char *path, size_t size)
{
    static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        int length = snprintf(path, size, "%s/%s", folders[i], name);

        if (length > 0 && (size_t)length < size && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

/* Starts it, with its output in a file. Returns an error number. */
static int start(const char *path, char **arguments, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    if (error == 0)
        error = posix_spawn(pid, path, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The last thing it said, on one line. */
static void read_said(int output, char said[SAID_MAX])
{
    off_t end = lseek(output, 0, SEEK_END);
    off_t from = end > SAID_MAX - 1 ? end - (SAID_MAX - 1) : 0;
    ssize_t length = pread(output, said, SAID_MAX - 1, from);

    while (length > 0 && (said[length - 1] == '\n' || said[length - 1] == ' '))
        length--;
    said[length > 0 ? length : 0] = '\0';
    for (char *at = said; *at != '\0'; at++) {
        if (*at == '\n')
            *at = ' ';
    }
}

static inv_result judge(const char *name, int status, int output, inv_verdict *verdict)
{
    char said[SAID_MAX];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return INV_OK;
    read_said(output, said);
    return inv_verdict_set(verdict, INV_CONFIG, "%s %s %d%s%s", name,
                           WIFEXITED(status) ? "ended with status" : "was ended by signal",
                           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
                           said[0] != '\0' ? ": " : "", said);
}

inv_result ctl_program_run(const ctl_texts *arguments, inv_verdict *verdict)
{
    const char *name = arguments->texts[0];
    inv_result result;
    char path[256];
    int status = 0;
    int output;
    int error;
    pid_t pid = 0;

    if (!find(name, path, sizeof(path)))
        return inv_verdict_set(verdict, INV_CONFIG, "there is no program %s", name);
    output = memfd_create("output", MFD_CLOEXEC);
    error = output >= 0 ? start(path, arguments->texts, output, &pid) : errno;
    while (error == 0 && waitpid(pid, &status, 0) < 0)
        error = errno == EINTR ? 0 : errno;
    result = error == 0 ? judge(name, status, output, verdict)
                        : inv_verdict_set(verdict, INV_CONFIG, "%s cannot be run: %s", path,
                                          strerror(error));
    if (output >= 0)
        (void)close(output);
    return result;
}
