/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_CHANGES_H
#define INVITEGATE_CHANGES_H

#include <stdbool.h>

#include "invitegate/call.h"

/*
 * Pairs that came into a domain's rosters since a moment, from any writer: one indexed query for
 * all users, in place of a roster each. The moment is kept by the caller, as a cookie.
 */

#define INV_CHANGES_COOKIE_SIZE 384

/* owner: bare JID of the domain; contact, group: what is new on its roster. False stops. */
typedef struct inv_changes_visitor {
    bool (*visit)(void *context, const char *owner, const char *contact, const char *group);
    void *context;
} inv_changes_visitor;

/*
 * Visits each pair that was written since cookie was given out: once for each of its two JIDs that
 * is of the call's domain. A pair may be visited again by the next calls; removed pairs are not
 * visited. next: the cookie to go on from, set with INV_OK; where visit returned false, the pairs
 * that it has not seen count as visited too.
 *
 * *restart: nothing was visited and next starts now, because cookie is empty, not one of ours, too
 * old (an hour), the directory's clock was set back, or its providers are others. A caller that
 * reads the rosters after this call has missed nothing.
 *
 * When the last reading of the directory's clock is five minutes old, this writes to the directory
 * to read it again (common/model/clock.h).
 * INV_CONFIG, INV_DIRECTORY_DOWN, INV_TIMEOUT, INV_NO_MEMORY: the old cookie is as good as before.
 */
inv_result inv_changes_since(inv_call *call, const char *cookie, const inv_changes_visitor *visitor,
                             char next[INV_CHANGES_COOKIE_SIZE], bool *restart);

#endif
