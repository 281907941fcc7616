/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "invitegate/adopt.h"
#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "invitegate/repair.h"
#include "model/owner.h"

#define FLIGHT 20 /* entries that are looked at and changed together */

/* An entry that may be adopted, or undone, and the operations that decide it. */
typedef struct candidate {
    const inv_entry *entry;
    owner_kind owner;
    inv_jid *name;
    inv_operation *inside;  /* the entry by the filter of except, */
    inv_operation *outside; /* and by its negation */
    inv_operation *search;  /* who holds the name */
    inv_operation *change;
} candidate;

struct adopting {
    inv_call *call;
    inv_call admin; /* the same, with the directory that takes the changes */
    const inv_adopt_order *order;
    const inv_adopt_visitor *visitor;
    char *outside; /* the negation of order->except; NULL without it */
    name_keys keys;
    bool sole;
    candidate candidates[FLIGHT];
    size_t count;
    size_t seen;
};

static void clear_candidates(struct adopting *run)
{
    for (size_t i = 0; i < run->count; i++) {
        candidate *one = &run->candidates[i];

        inv_jid_free(&one->name);
        inv_operation_free(&one->inside);
        inv_operation_free(&one->outside);
        inv_operation_free(&one->search);
        inv_operation_free(&one->change);
    }
    run->count = 0;
}

static void note(const struct adopting *run, const candidate *one, inv_adopt_outcome outcome,
                 const char *why)
{
    const inv_adopt_note told = {
        .outcome = outcome,
        .jid = one->name != NULL ? inv_jid_text(one->name) : NULL,
        .dn = inv_entry_dn(one->entry),
        .why = why,
        .change = outcome == INV_ADOPT_DENIED ? one->change : NULL,
    };

    run->visitor->note(run->visitor->context, &told);
}

/* Notes it, and leaves it out of the steps that follow. */
static void drop(struct adopting *run, size_t index, inv_adopt_outcome outcome, const char *why)
{
    candidate *one = &run->candidates[index];

    note(run, one, outcome, why);
    one->entry = NULL;
}

/* The other entries go on where it is the entry, not the directory, that an error is about. */
static bool is_of_entry(inv_result result)
{
    return result > INV_OK || result == INV_CONFIG;
}

static void renew(inv_call *call, size_t operations)
{
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms *
                                     (operations > 0 ? (long)operations : 1));
}

/*
 * Runs the operation at that place of each candidate that has one. INV_OK: all were answered,
 * whatever the code.
 */
static inv_result fly(struct adopting *run, inv_call *call, size_t place)
{
    inv_operation *flight[FLIGHT];
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        inv_operation **operation = (inv_operation **)((char *)&run->candidates[i] + place);

        if (run->candidates[i].entry != NULL && *operation != NULL)
            flight[count++] = *operation;
    }
    renew(call, count);
    return count > 0 ? inv_call_run(call, flight, count) : INV_OK;
}

/* ------------------------------------------------------------------------------------- except */

/* The entry itself, if the filter lets it in. */
static inv_operation *search_entry(const inv_entry *entry, const char *filter)
{
    static const char *const nothing[] = {NULL};

    return inv_operation_search(inv_entry_dn(entry), INV_SCOPE_BASE, filter, nothing);
}

static bool is_found(const inv_operation *search)
{
    return inv_operation_answered(search, INV_LDAP_SUCCESS) && search->entry_count == 1;
}

/*
 * A filter about an attribute that is hidden or unknown is neither true nor false (RFC 4511
 * 4.5.1.7), and neither is its negation. So who is not excepted has to be found by the negation.
 */
static inv_result check_except(struct adopting *run)
{
    inv_result result = INV_OK;

    if (run->order->except == NULL)
        return INV_OK;
    for (size_t i = 0; i < run->count; i++) {
        candidate *one = &run->candidates[i];

        one->inside = search_entry(one->entry, run->order->except);
        one->outside = search_entry(one->entry, run->outside);
        if (one->inside == NULL || one->outside == NULL)
            return inv_verdict_no_memory(run->call->verdict);
    }
    result = fly(run, &run->admin, offsetof(candidate, inside));
    if (result == INV_OK)
        result = fly(run, &run->admin, offsetof(candidate, outside));
    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        const candidate *one = &run->candidates[i];

        if (is_found(one->inside))
            drop(run, i, INV_ADOPT_EXCEPTED, "excepted by the filter");
        else if (!is_found(one->outside))
            drop(run, i, INV_ADOPT_REFUSED,
                 "the directory does not tell whether the filter of --except lets it in: check the "
                 "attributes in it, and who may see them");
    }
    return result;
}

/* -------------------------------------------------------------------------------------- names */

/*
 * *name: the first value of the key that is a name of the domain; why it is none, of the last one
 * that is not, is in words. *any: there is a value at all.
 */
static inv_result name_by(const struct adopting *run, const candidate *one, const name_key *key,
                          inv_jid **name, inv_verdict *words, bool *any)
{
    const inv_domain *domain = run->call->domain;
    inv_result result = INV_NAME_INVALID;

    for (size_t i = 0;
         result == INV_NAME_INVALID && i < inv_entry_count(one->entry, key->attribute); i++) {
        size_t length = 0;
        const char *value = inv_entry_value(one->entry, key->attribute, i, &length);
        char *local = NULL;

        if (strlen(value) == length && !name_key_local(key, domain->name, value, &local))
            return INV_NO_MEMORY;
        if (local != NULL)
            result = inv_jid_prepare(domain, local, strlen(local), name, words);
        *any = *any || local != NULL;
        free(local);
    }
    return result;
}

/* Whoever resets the password of an identity that invitegate writes as has its rights. */
static bool is_identity(const struct adopting *run, const char *dn)
{
    const char *const own = run->call->config->directory.bind_dn;
    const char *const admin = run->order->admin_dn;

    return (own != NULL && own[0] != '\0' && inv_dn_equal(dn, own)) ||
           (admin != NULL && inv_dn_equal(dn, admin));
}

static inv_result find_name(struct adopting *run, size_t index)
{
    candidate *one = &run->candidates[index];
    const bool is_own = one->owner == OWNER_JID || (one->owner == OWNER_ELSEWHERE && run->sole);
    inv_verdict words = INV_VERDICT_INIT;
    inv_result result = INV_NAME_INVALID;
    bool any = false;

    for (size_t i = 0; result == INV_NAME_INVALID && i < run->keys.count; i++)
        result = name_by(run, one, &run->keys.list[i], &one->name, &words, &any);
    if (result == INV_OK && is_own)
        result = inv_jid_check_reserved(run->call->domain, one->name, &words);
    if (result < INV_OK)
        return inv_verdict_no_memory(run->call->verdict);
    if (!any && one->owner == OWNER_JID)
        drop(run, index, INV_ADOPT_SKIPPED,
             "no person: it has none of the attributes that name_filter compares with a name");
    else if (!any)
        one->entry = NULL;
    else if (!is_own)
        drop(run, index, INV_ADOPT_SKIPPED,
             "of no domain, by the place where it is: adopt its JID by name");
    else if (is_identity(run, inv_entry_dn(one->entry)))
        drop(run, index, INV_ADOPT_SKIPPED,
             "bind_dn or --bind-dn, whose rights go with its password: adopt its JID by name");
    else if (result == INV_NAME_RESERVED)
        drop(run, index, INV_ADOPT_SKIPPED, "one of reserved_names: adopt its JID by name");
    else if (result != INV_OK)
        drop(run, index, INV_ADOPT_REFUSED, words.why);
    return INV_OK;
}

/* The JID's one entry has to be this very one, the way every login looks for it. */
static inv_result check_holder(struct adopting *run, size_t index)
{
    candidate *one = &run->candidates[index];
    inv_verdict *verdict = run->call->verdict;
    const inv_entry *chosen = NULL;
    inv_result result = inv_operation_result(one->search, "looking for the name", verdict);

    if (result != INV_OK)
        return result;
    result = adoption_choose(run->call, one->name, one->search, &chosen);
    if (result == INV_NO_ACCOUNT ||
        (result == INV_OK && !inv_dn_equal(inv_entry_dn(chosen), inv_entry_dn(one->entry))))
        result = inv_verdict_set(verdict, INV_NOT_ALLOWED,
                                 "name_filter does not find it by this name: nobody logs in to it");
    if (result == INV_OK)
        result = adoption_make(run->call, &run->keys, one->name, chosen, &one->change);
    if (result > INV_OK)
        drop(run, index, INV_ADOPT_REFUSED, verdict->why);
    else if (result == INV_OK && one->change == NULL)
        drop(run, index, INV_ADOPT_SKIPPED, "became an account meanwhile");
    return result < INV_OK ? result : INV_OK;
}

static inv_result plan_adoptions(struct adopting *run)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        candidate *one = &run->candidates[i];

        if (one->entry != NULL)
            result = find_name(run, i);
        if (result == INV_OK && one->entry != NULL) {
            one->search = adoption_search(run->call->domain, &run->keys, one->name);
            if (one->search == NULL)
                result = inv_verdict_no_memory(run->call->verdict);
        }
    }
    if (result == INV_OK)
        result = fly(run, run->call, offsetof(candidate, search));
    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        if (run->candidates[i].entry != NULL)
            result = check_holder(run, i);
    }
    return result;
}

static inv_result plan_undoing(struct adopting *run)
{
    inv_verdict *verdict = run->call->verdict;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        candidate *one = &run->candidates[i];

        if (one->entry == NULL)
            continue;
        result = adoption_undo(one->entry, &one->change, verdict);
        if (result > INV_OK) {
            drop(run, i, INV_ADOPT_REFUSED, verdict->why);
            result = INV_OK;
        }
    }
    return result;
}

/* ------------------------------------------------------------------------------------ changing */

/* Notes what the directory answered to a change. */
static inv_result note_change(struct adopting *run, size_t index)
{
    const candidate *one = &run->candidates[index];
    const inv_operation *change = one->change;
    const int twice =
        run->order->undo ? INV_LDAP_NO_SUCH_ATTRIBUTE : INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS;
    inv_result result;

    if (inv_operation_answered(change, INV_LDAP_SUCCESS)) {
        note(run, one, INV_ADOPT_DONE, NULL);
        return INV_OK;
    }
    if (inv_operation_answered(change, twice) ||
        inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT)) {
        note(run, one, INV_ADOPT_SKIPPED, "was changed or deleted meanwhile");
        return INV_OK;
    }
    if (inv_operation_answered(change, INV_LDAP_INSUFFICIENT_ACCESS)) {
        const bool by_admin = run->order->admin != NULL;

        note(run, one, by_admin ? INV_ADOPT_REFUSED : INV_ADOPT_DENIED,
             by_admin ? INV_ADOPT_ADMIN_DENIED : "invitegate may not change this entry");
        return INV_OK;
    }
    result = inv_operation_result(change, "changing the entry", run->call->verdict);
    note(run, one, INV_ADOPT_REFUSED, run->call->verdict->why);
    /* a server that takes no writes would refuse all others alike */
    return is_of_entry(result) && !inv_operation_answered(change, INV_LDAP_REFERRAL) ? INV_OK
                                                                                     : result;
}

static inv_result change_entries(struct adopting *run)
{
    inv_result result = INV_OK;

    if (!run->order->dry_run)
        result = fly(run, &run->admin, offsetof(candidate, change));
    for (size_t i = 0; i < run->count; i++) {
        const candidate *one = &run->candidates[i];
        inv_result noted = INV_OK;

        if (one->entry == NULL)
            continue;
        if (run->order->dry_run)
            note(run, one, INV_ADOPT_DONE, NULL);
        else if (one->change->state == INV_OPERATION_ANSWERED)
            noted = note_change(run, i);
        if (result == INV_OK)
            result = noted;
    }
    return result;
}

static inv_result finish_flight(struct adopting *run)
{
    inv_result result = check_except(run);

    if (result == INV_OK)
        result = run->order->undo ? plan_undoing(run) : plan_adoptions(run);
    if (result == INV_OK)
        result = change_entries(run);
    clear_candidates(run);
    return result;
}

/* -------------------------------------------------------------------------------------- pages */

/*
 * Whether an entry without xmppJid is looked at. Others outside of people without a name are
 * containers, groups and the like.
 */
static bool is_meant(const struct adopting *run, const inv_entry *entry, owner_kind owner)
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
static inv_result read_jid(const struct adopting *run, const inv_entry *entry, inv_jid **name)
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

static inv_result take_entry(struct adopting *run, const inv_entry *entry)
{
    const inv_call *call = run->call;
    candidate *one = &run->candidates[run->count];
    inv_result result = INV_OK;

    *one = (candidate){.entry = entry};
    if (run->order->undo) {
        result = read_jid(run, entry, &one->name);
        if (result != INV_OK || one->name == NULL)
            return result;
    } else {
        one->owner = owner_classify_place(call->config, call->domain->name, inv_entry_dn(entry));
        if (!is_meant(run, entry, one->owner))
            return INV_OK;
    }
    return ++run->count == FLIGHT ? finish_flight(run) : INV_OK;
}

static inv_result take_page(struct adopting *run, const inv_operation *search)
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
    return result == INV_OK ? finish_flight(run) : result;
}

/* No invites and pairs, which may be many. */
#define WITHOUT_JID                                                                                \
    "(&(!(xmppJid=*))(!(objectClass=xmppInvite))(!(objectClass=xmppNameReservation))"              \
    "(!(objectClass=xmppRosterPair)))"

/*
 * A search by a negation finds at least its base, unless an attribute in it is hidden or unknown.
 * In that case it finds no entry, and the run would end without a word about anyone.
 */
static inv_result check_sight(const struct adopting *run)
{
    if (run->seen > 0 || run->order->undo)
        return INV_OK;
    return inv_verdict_set(run->call->verdict, INV_CONFIG,
                           "nobody below %s shows whether he has an xmppJid: check the schema, and "
                           "the rights of the invitegate identity to xmppJid and objectClass",
                           run->call->domain->name_search_base);
}

static inv_result take_all(struct adopting *run)
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
    clear_candidates(run);
    inv_operation_free(&search);
    return result == INV_OK ? check_sight(run) : result;
}

static inv_result prepare_except(struct adopting *run)
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
    struct adopting run = {.call = call, .admin = *call, .order = order, .visitor = visitor};
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
    renew(call, 1);
    if (result == INV_OK)
        result = prepare_except(&run);
    if (result == INV_OK && !order->undo)
        result = owner_read_sole(call, &run.sole);
    if (result == INV_OK)
        result = take_all(&run);
    free(run.outside);
    return result;
}
