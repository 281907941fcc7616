/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_READ_AHEAD_H
#define INVITEGATE_COMMON_DIRECTORY_READ_AHEAD_H

#include <lber.h>
#include <stdbool.h>

/*
 * Reads all that has come in by one system call, where libldap reads each answer by two and asks
 * before each whether there is one. It never waits: libldap alone does, for ever, when the first
 * bytes of an answer come and no more. For a socket without TLS. What was passed on is wiped.
 * False: liblber refuses, for want of memory.
 */
bool read_ahead_install(Sockbuf *connection);

#endif
