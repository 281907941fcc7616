/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_HOST_PROCESS_H
#define INVITEGATE_TESTS_HOST_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A program of ours that does what it is asked to in a process of its own, so that its memory can
 * be looked at: this is the side that asks, host_requests.h the other one. Whatever fails here
 * fails the test that runs.
 */
struct host_process {
    pid_t process;
    int requests;
    int answers;
};

/* tests/integration/PROGRAM with one argument. */
struct host_process host_process_start(const char *program, const char *argument);

/* The answer to a request, in a buffer that the next one reuses. fields end with NULL. */
const char *host_process_ask(const struct host_process *host, const char *const *fields);

void host_process_stop(const struct host_process *host);

#endif
