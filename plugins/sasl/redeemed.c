/* SPDX-License-Identifier: BSD-2-Clause */
#include "redeemed.h"

#include <stdio.h>
#include <string.h>

#include "invitegate/deadline.h"

#define LATELY_MS 60000

/* As long as any JID is: two parts of at most 1023 bytes, and the '@'. */
static _Thread_local char last_jid[2048];
static _Thread_local inv_deadline last_until;

void inv_sasl_redeemed_set(const char *jid)
{
    (void)snprintf(last_jid, sizeof(last_jid), "%s", jid);
    last_until = inv_deadline_in(LATELY_MS);
}

bool inv_sasl_redeemed_lately(const char *jid)
{
    return last_jid[0] != '\0' && strcmp(last_jid, jid) == 0 && !inv_deadline_passed(&last_until);
}
