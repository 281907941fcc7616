/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_WIPED_WRITE_H
#define INVITEGATE_COMMON_DIRECTORY_WIPED_WRITE_H

#include <lber.h>
#include <stdbool.h>

/*
 * Puts a layer on top of a connection's others that wipes what was sent where it had been encoded:
 * libldap keeps a request until its answer has come and then only frees it, password and all. It
 * looks at the bytes again only to follow referrals, which is switched off here. False: liblber
 * refuses, for want of memory.
 */
bool wiped_write_install(Sockbuf *connection);

#endif
