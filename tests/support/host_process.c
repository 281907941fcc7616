/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/host_process.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_MAX 2048
#define LAST_FD     64 /* of those that the host inherits */

static void become_host(const char *name, const char *argument, int requests, int answers)
{
    const char *top = getenv("abs_top_builddir");
    char program[512];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)snprintf(program, sizeof(program), "%s/tests/integration/%s", top != NULL ? top : ".",
                   name);
    if (dup2(requests, STDIN_FILENO) != STDIN_FILENO ||
        dup2(answers, STDOUT_FILENO) != STDOUT_FILENO)
        _exit(99);
    for (int i = STDERR_FILENO + 1; i < LAST_FD; i++)
        (void)close(i);
    (void)execl(program, program, argument, (char *)NULL);
    _exit(99);
}

struct host_process host_process_start(const char *program, const char *argument)
{
    struct host_process host;
    int requests[2];
    int answers[2];

    ck_assert_int_eq(pipe(requests), 0);
    ck_assert_int_eq(pipe(answers), 0);
    host.process = fork();
    ck_assert_int_ge(host.process, 0);
    if (host.process == 0)
        become_host(program, argument, requests[0], answers[1]);
    (void)close(requests[0]);
    (void)close(answers[1]);
    host.requests = requests[1];
    host.answers = answers[0];
    return host;
}

void host_process_stop(const struct host_process *host)
{
    int status = 0;

    (void)close(host->requests);
    (void)close(host->answers);
    ck_assert_int_eq(waitpid(host->process, &status, 0), host->process);
    ck_assert_int_eq(status, 0);
}

static void read_bytes(const struct host_process *host, void *bytes, size_t length)
{
    char *at = bytes;

    while (length > 0) {
        ssize_t count = read(host->answers, at, length);

        ck_assert_msg(count > 0, "the host is gone");
        at += count;
        length -= (size_t)count;
    }
}

const char *host_process_ask(const struct host_process *host, const char *const *fields)
{
    static char answer[65536];
    unsigned char request[REQUEST_MAX];
    unsigned char head[2];
    size_t length = sizeof(head);

    for (; *fields != NULL; fields++) {
        size_t more = strlen(*fields) + 1;

        ck_assert_uint_le(length + more, sizeof(request));
        memcpy(request + length, *fields, more);
        length += more;
    }
    request[0] = (unsigned char)((length - sizeof(head)) >> 8);
    request[1] = (unsigned char)((length - sizeof(head)) & 0xff);
    ck_assert_int_eq(write(host->requests, request, length), (ssize_t)length);
    read_bytes(host, head, sizeof(head));
    length = (size_t)head[0] << 8 | head[1];
    read_bytes(host, answer, length);
    answer[length] = '\0';
    return answer;
}
