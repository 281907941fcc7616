/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_TIMED_READ_H
#define INVITEGATE_COMMON_DIRECTORY_TIMED_READ_H

#include <lber.h>
#include <stdbool.h>

#include "invitegate/deadline.h"

/*
 * Reads that end by *deadline, whatever the peer does. libldap counts its own timeouts anew for
 * each piece that arrives of a TLS handshake: a peer that sends it byte by byte would hold a call
 * for ever. *deadline is read at each read and has to live as long as the connection. False:
 * liblber refuses, for want of memory.
 */
bool timed_read_install(Sockbuf *connection, const inv_deadline *deadline);

#endif
