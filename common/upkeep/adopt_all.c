/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "adopt_flight.h"
#include "adoption.h"
#include "invitegate/adopt.h"
#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "invitegate/repair.h"
#include "model/owner.h"

/*
 * Whether an entry without xmppJid is looked at. Others outside of people without a name are
 * containers, groups and the like.
 */
static bool is_meant(const adopt_run *run, const inv_entry *entry, owner_kind owner)
{
    const char *dn = inv_entry_dn(entry);
    bool named = false;

    if (owner == OWNER_ANOTHER || inv_dn_equal(dn, run->call->domain->people))
        return false;
    for (size_t i = 0; !named && i < run->keys.count; i++)
        named = inv_entry_count(entry, run->keys.list[i].attribute) > 0;
    return named || owner == OWNER_JID;
}

/* *name: the JID of an account of the domain; NULL: it is of another. */
static inv_result read_jid(const adopt_run *run, const inv_entry *entry, inv_jid **name)
{
    const inv_call *call = run->call;
    const char *text = inv_entry_text(entry, "xmppJid");
    inv_verdict unused = INV_VERDICT_INIT;
    inv_result result = text != NULL ? inv_jid_parse(text, name, &unused) : INV_NAME_INVALID;

    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(call->verdict);
    if (result == INV_OK && !inv_ascii_equal(inv_jid_domain(*name), call->domain->name))
        inv_jid_free(name);
    return INV_OK;
}

static inv_result take_entry(adopt_run *run, const inv_entry *entry)
{
    const inv_call *call = run->call;
    adopt_candidate *one = &run->candidates[run->count];
    inv_result result = INV_OK;

    *one = (adopt_candidate){.entry = entry};
    if (run->order->undo) {
        result = read_jid(run, entry, &one->name);
        if (result != INV_OK || one->name == NULL)
            return result;
    } else {
        one->owner = owner_classify_place(call->config, call->domain->name, inv_entry_dn(entry));
        if (!is_meant(run, entry, one->owner))
            return INV_OK;
    }
    return ++run->count == ADOPT_FLIGHT ? adopt_flight_finish(run) : INV_OK;
}

static inv_result take_page(adopt_run *run, const inv_operation *search)
{
    const inv_adopt_visitor *visitor = run->visitor;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        run->seen++;
        /* the server's number is a guess, and may be from before others were added */
        if (visitor->progress != NULL)
            visitor->progress(visitor->context, run->seen,
                              search->estimate >= run->seen ? search->estimate : 0);
        result = take_entry(run, search->entries[i]);
    }
    /* the entries go with the page */
    return result == INV_OK ? adopt_flight_finish(run) : result;
}

/* No invites and pairs, which may be many. */
#define WITHOUT_JID                                                                                \
    "(&(!(xmppJid=*))(!(objectClass=xmppInvite))(!(objectClass=xmppNameReservation))"              \
    "(!(objectClass=xmppRosterPair)))"

/*
 * A search by a negation finds at least its base, unless an attribute in it is hidden or unknown.
 * In that case it finds no entry, and the run would end without a word about anyone.
 */
static inv_result check_people_are_visible(const adopt_run *run)
{
    if (run->seen > 0 || run->order->undo)
        return INV_OK;
    return inv_verdict_set(run->call->verdict, INV_CONFIG,
                           "nobody below %s shows whether he has an xmppJid: check the schema, and "
                           "the rights of the invitegate identity to xmppJid and objectClass",
                           run->call->domain->name_search_base);
}

static inv_result take_all(adopt_run *run)
{
    const char *attributes[ADOPTION_ATTRIBUTES];
    const inv_domain *domain = run->call->domain;
    inv_operation *search = NULL;
    inv_result result;

    adoption_attributes(domain, &run->keys, attributes);
    search = inv_operation_search(
        domain->name_search_base, INV_SCOPE_SUBTREE,
        run->order->undo ? "(&(objectClass=xmppAccount)(!(inviteId=*)))" : WITHOUT_JID, attributes);
    if (search == NULL)
        return inv_verdict_no_memory(run->call->verdict);
    search->paged = true;
    search->by_page = true;
    do {
        run->call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
        result = inv_call_perform(run->call, search, "looking for people", INV_LDAP_SUCCESS);
        if (result == INV_OK)
            result = take_page(run, search);
    } while (result == INV_OK && inv_operation_has_more(search));
    adopt_flight_clear(run);
    inv_operation_free(&search);
    return result == INV_OK ? check_people_are_visible(run) : result;
}

static inv_result prepare_except(adopt_run *run)
{
    const char *except = run->order->except;

    if (except == NULL)
        return INV_OK;
    if (asprintf(&run->outside, "(!%s)", except) == -1)
        run->outside = NULL;
    return run->outside != NULL ? adoption_check_except(run->call, except)
                                : inv_verdict_no_memory(run->call->verdict);
}

inv_result inv_adopt_all(inv_call *call, const inv_adopt_order *order,
                         const inv_adopt_visitor *visitor)
{
    adopt_run run = {.call = call, .admin = *call, .order = order, .visitor = visitor};
    inv_result result = INV_OK;

    if (order->admin != NULL)
        run.admin.directory = order->admin;
    name_keys_read(call->domain->name_filter, &run.keys);
    if (run.keys.count == 0)
        result =
            inv_verdict_set(call->verdict, INV_CONFIG,
                            "name_filter of [domain %s] compares no attribute but xmppJid with "
                            "the name: adopt each JID by name",
                            call->domain->name);
    adopt_renew(call, 1);
    if (result == INV_OK)
        result = prepare_except(&run);
    if (result == INV_OK && !order->undo)
        result = owner_read_sole(call, &run.sole);
    if (result == INV_OK)
        result = take_all(&run);
    free(run.outside);
    return result;
}
