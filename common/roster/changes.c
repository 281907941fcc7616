/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "invitegate/pair.h"
#include "invitegate/timestamp.h"
#include "model/clock.h"
#include "model/pair.h"
#include "replicas.h"

/*
 * Seconds that are asked for again: a write is stamped when it begins and visible when it is done,
 * and other providers' writes have the stamps of their clocks. (Pairs that arrive still later are
 * noticed by replicas.h.)
 */
#define OVERLAP 30

#define CLOCK_HOLDS 300  /* seconds that a reading of the directory's clock is good for */
#define AGE_MAX     3600 /* of a cookie, in seconds: reading the rosters is cheaper then */

/* The attribute that is compared. OpenLDAP indexes entryCSN for replication; 389 DS has none. */
typedef enum stamp_kind { STAMP_CSN = 'c', STAMP_TIME = 't' } stamp_kind;

/*
 * A moment by the directory's clock. That clock is read rarely, because that is a write, and in
 * between counted on by this host's uptime, which an administrator cannot set. After a reboot too
 * little is counted, never too much: a moment too early only visits some pairs again.
 */
typedef struct moment {
    stamp_kind kind;
    int64_t from;  /* pairs before this are known, OVERLAP apart */
    int64_t clock; /* the directory's clock when it was read last */
    int64_t uptime;
    replicas replicas;
} moment;

static int64_t read_uptime(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

/* ------------------------------------------------------------------------------------ cookies */

static void write_cookie(const moment *at, char cookie[INV_CHANGES_COOKIE_SIZE])
{
    char providers[REPLICAS_MAX * REPLICAS_TEXT_SIZE];

    replicas_write(&at->replicas, providers);
    (void)snprintf(cookie, INV_CHANGES_COOKIE_SIZE, "%c.%" PRId64 ".%" PRId64 ".%" PRId64 "%s",
                   (char)at->kind, at->from, at->clock, at->uptime, providers);
}

/* Reads ".NUMBER" and moves behind it. */
static bool take_number(const char **text, int64_t *number)
{
    if (**text != '.')
        return false;
    (*text)++;
    return replicas_take_number(text, number);
}

static bool read_cookie(const char *cookie, moment *at)
{
    const char *rest = cookie + 1;

    if (cookie[0] != STAMP_CSN && cookie[0] != STAMP_TIME)
        return false;
    at->kind = (stamp_kind)cookie[0];
    return take_number(&rest, &at->from) && take_number(&rest, &at->clock) &&
           take_number(&rest, &at->uptime) && replicas_parse(rest, &at->replicas);
}

/* ---------------------------------------------------------------------------------- the clock */

static inv_result read_kind(inv_call *call, stamp_kind *kind)
{
    static const char *const attributes[] = {"entryCSN", NULL};
    inv_operation *read =
        inv_operation_search(call->domain->rosters, INV_SCOPE_BASE, NULL, attributes);
    inv_result result =
        inv_call_perform(call, read, "reading the rosters' container", INV_LDAP_SUCCESS);
    if (result == INV_OK)
        *kind = read->entry_count == 1 && inv_entry_text(read->entries[0], "entryCSN") != NULL
                    ? STAMP_CSN
                    : STAMP_TIME;
    inv_operation_free(&read);
    return result;
}

/* The present moment: counted on from old, or read anew (old may be NULL). */
static inv_result find_now(inv_call *call, const moment *old, moment *now)
{
    int64_t uptime = read_uptime();
    time_t clock = 0;
    inv_result result;

    if (old != NULL && uptime >= old->uptime && uptime - old->uptime < CLOCK_HOLDS) {
        *now = *old;
        now->from = old->clock + (uptime - old->uptime);
        return INV_OK;
    }
    result = read_kind(call, &now->kind);
    if (result == INV_OK)
        result = inv_clock_read(call, &clock);
    now->uptime = read_uptime(); /* after the clock: too little is counted on from here */
    now->clock = clock;
    now->from = clock;
    return result;
}

/* Whether every pair that can be new between old and now was written at *from or later. */
static bool leads_to(const moment *old, const moment *now, int64_t *from)
{
    *from = old->from - OVERLAP;
    return old->kind == now->kind && old->from <= now->from + OVERLAP / 2 &&
           replicas_follow(&old->replicas, &now->replicas, from) &&
           now->from - *from <= AGE_MAX + OVERLAP;
}

/* ---------------------------------------------------------------------------------- the pairs */

static inv_operation *search_from(const inv_domain *domain, stamp_kind kind, int64_t from)
{
    static const char *const attributes[] = {"xmppContactJid", "rosterGroup", NULL};
    char text[INV_TIMESTAMP_SIZE];
    char *filter = NULL;
    inv_operation *search = NULL;
    int written;

    inv_timestamp_write_generalized((time_t)(from > 0 ? from : 0), text);
    if (kind == STAMP_CSN) {
        text[strcspn(text, "Z")] = '\0';
        written = asprintf(
            &filter, "(&(entryCSN>=%s.000000Z#000000#000#000000)(objectClass=xmppRosterPair))",
            text);
    } else {
        written = asprintf(&filter, "(&(modifyTimestamp>=%s)(objectClass=xmppRosterPair))", text);
    }
    if (written != -1)
        search = inv_operation_search(domain->rosters, INV_SCOPE_ONE, filter, attributes);
    if (search != NULL)
        search->paged = true;
    if (written != -1)
        free(filter);
    return search;
}

/* Visits both sides of a pair, as far as they are of this domain. */
static bool visit_pair(const inv_call *call, const inv_entry *pair,
                       const inv_changes_visitor *visitor)
{
    const char *group;

    if (!inv_pair_is_fit(call, pair))
        return true;
    group = inv_pair_group(call, pair);
    for (size_t i = 0; i < 2; i++) {
        const char *owner = inv_entry_value(pair, "xmppContactJid", i, NULL);
        const char *contact = inv_entry_value(pair, "xmppContactJid", 1 - i, NULL);

        if (inv_jid_text_is_of(owner, call->domain) &&
            !visitor->visit(visitor->context, owner, contact, group))
            return false;
    }
    return true;
}

static inv_result visit_from(inv_call *call, stamp_kind kind, int64_t from,
                             const inv_changes_visitor *visitor)
{
    inv_operation *search = search_from(call->domain, kind, from);
    inv_result result = inv_call_perform(call, search, "reading new pairs", INV_LDAP_SUCCESS);

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        if (!visit_pair(call, search->entries[i], visitor))
            break;
    }
    inv_operation_free(&search);
    return result;
}

inv_result inv_changes_since(inv_call *call, const char *cookie, const inv_changes_visitor *visitor,
                             char next[INV_CHANGES_COOKIE_SIZE], bool *restart)
{
    moment old = {.kind = STAMP_CSN};
    moment now = {.kind = STAMP_CSN};
    bool readable = read_cookie(cookie, &old);
    int64_t from = 0;
    inv_result result = find_now(call, readable ? &old : NULL, &now);

    *restart = false;
    /*
     * before the pairs: a pair that arrives in between is visited now, and again by the next call
     */
    if (result == INV_OK)
        result = replicas_read(call, call->domain->rosters, &now.replicas);
    if (result != INV_OK)
        return result;
    *restart = !readable || !leads_to(&old, &now, &from);
    if (!*restart)
        result = visit_from(call, now.kind, from, visitor);
    if (result == INV_OK)
        write_cookie(&now, next);
    return result;
}
