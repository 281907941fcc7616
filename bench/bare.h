/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_BARE_H
#define INVITEGATE_BENCH_BARE_H

/*
 * A registration by libldap alone: the same reads, writes and flights as inv_redeem makes for an
 * account with one contact, and no thought given to any answer but its code.
 */
void *bare_connect(const char *uri);
void bare_register(void *connection, const char *invite_id, const char *local, const char *nonce);
void bare_close(void *connection);

#endif
