/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_REDEEMED_H
#define INVITEGATE_SASL_REDEEMED_H

#include <stdbool.h>

/*
 * sasl_setpass(3) goes on to other places after it has had an account made: the mechanisms store
 * the verifiers that they made of TOKEN:PASSWORD. They are dropped, and that is no failure only
 * where the account is a fresh one. Of the process: a host may come with them in another thread.
 * Thread-safe. A forked child remembers what its parent had redeemed.
 */

/* Remembers for a minute that this process has redeemed a token for the JID. */
void inv_sasl_redeemed_set(const char *jid);

/* Whether it did, within a minute. */
bool inv_sasl_redeemed_lately(const char *jid);

/* Frees what is remembered. */
void inv_sasl_redeemed_forget(void);

#endif
