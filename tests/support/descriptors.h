/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_DESCRIPTORS_H
#define INVITEGATE_TESTS_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * The descriptors of a process with a connection to the directory, for suites about hosts that
 * close, inherit or take the place of it. Those below first are the suite's own. Nothing here fails
 * a test: they are asked in children, too, where Check has no say.
 */

/* How many sockets there are; *sum tells one set of them from another. */
size_t descriptors_sockets(unsigned long *sum);

/* The highest descriptor that is a socket, and what it is; or -1. */
int descriptors_find_socket(int first, struct stat *status);

/* Whether a descriptor is this file still. */
bool descriptors_is_file(int number, const struct stat *wanted);

/*
 * Closes all of them, as daemons do, and opens a socket of the host's own under that number, which
 * *own describes. Its peer, or -1.
 */
int descriptors_put_in_place(int first, int number, struct stat *own);

/* No byte came from the other end, and it is open. */
bool descriptors_is_untouched(int peer);

/* Asks the directory over the connection as it is: it answers unless one end was closed. */
bool descriptors_is_alive(int connection);

#endif
