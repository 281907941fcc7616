/* SPDX-License-Identifier: BSD-2-Clause */
#include "adopt_flight.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "adoption.h"
#include "invitegate/dn.h"

void adopt_flight_clear(adopt_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        adopt_candidate *one = &run->candidates[i];

        inv_jid_free(&one->name);
        inv_operation_free(&one->inside);
        inv_operation_free(&one->outside);
        inv_operation_free(&one->search);
        inv_operation_free(&one->change);
    }
    run->count = 0;
}

static void note(const adopt_run *run, const adopt_candidate *one, inv_adopt_outcome outcome,
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
static void drop(adopt_run *run, size_t index, inv_adopt_outcome outcome, const char *why)
{
    adopt_candidate *one = &run->candidates[index];

    note(run, one, outcome, why);
    one->entry = NULL;
}

/* The other entries go on where it is the entry, not the directory, that an error is about. */
static bool is_of_entry(inv_result result)
{
    return result > INV_OK || result == INV_CONFIG;
}

void adopt_renew(inv_call *call, size_t operations)
{
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms *
                                     (operations > 0 ? (long)operations : 1));
}

/*
 * Runs the operation at that place of each candidate that has one. INV_OK: all were answered,
 * whatever the code.
 */
static inv_result fly(adopt_run *run, inv_call *call, size_t place)
{
    inv_operation *flight[ADOPT_FLIGHT];
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        inv_operation **operation = (inv_operation **)((char *)&run->candidates[i] + place);

        if (run->candidates[i].entry != NULL && *operation != NULL)
            flight[count++] = *operation;
    }
    adopt_renew(call, count);
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
static inv_result check_except(adopt_run *run)
{
    inv_result result = INV_OK;

    if (run->order->except == NULL)
        return INV_OK;
    for (size_t i = 0; i < run->count; i++) {
        adopt_candidate *one = &run->candidates[i];

        one->inside = search_entry(one->entry, run->order->except);
        one->outside = search_entry(one->entry, run->outside);
        if (one->inside == NULL || one->outside == NULL)
            return inv_verdict_no_memory(run->call->verdict);
    }
    result = fly(run, &run->admin, offsetof(adopt_candidate, inside));
    if (result == INV_OK)
        result = fly(run, &run->admin, offsetof(adopt_candidate, outside));
    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        const adopt_candidate *one = &run->candidates[i];

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
 * Names the candidate by the first value of the key that is a name of the domain; why it is none,
 * of the last one that is not, is in words. *any: there is a value at all.
 */
static inv_result name_by(const adopt_run *run, adopt_candidate *one, const name_key *key,
                          inv_verdict *words, bool *any)
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
            result = inv_jid_prepare(domain, local, strlen(local), &one->name, words);
        *any = *any || local != NULL;
        free(local);
    }
    return result;
}

/* Whoever resets the password of an identity that invitegate writes as has its rights. */
static bool is_identity(const adopt_run *run, const char *dn)
{
    const char *const own = run->call->config->directory.bind_dn;
    const char *const admin = run->order->admin_dn;

    return (own != NULL && own[0] != '\0' && inv_dn_equal(dn, own)) ||
           (admin != NULL && inv_dn_equal(dn, admin));
}

static inv_result find_name(adopt_run *run, size_t index)
{
    adopt_candidate *one = &run->candidates[index];
    const bool is_own = one->owner == OWNER_JID || (one->owner == OWNER_ELSEWHERE && run->sole);
    inv_verdict words = INV_VERDICT_INIT;
    inv_result result = INV_NAME_INVALID;
    bool any = false;

    for (size_t i = 0; result == INV_NAME_INVALID && i < run->keys.count; i++)
        result = name_by(run, one, &run->keys.list[i], &words, &any);
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
static inv_result check_holder(adopt_run *run, size_t index)
{
    adopt_candidate *one = &run->candidates[index];
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

static inv_result plan_adoptions(adopt_run *run)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        adopt_candidate *one = &run->candidates[i];

        if (one->entry != NULL)
            result = find_name(run, i);
        if (result == INV_OK && one->entry != NULL) {
            one->search = adoption_search(run->call->domain, &run->keys, one->name);
            if (one->search == NULL)
                result = inv_verdict_no_memory(run->call->verdict);
        }
    }
    if (result == INV_OK)
        result = fly(run, run->call, offsetof(adopt_candidate, search));
    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        if (run->candidates[i].entry != NULL)
            result = check_holder(run, i);
    }
    return result;
}

static inv_result plan_undoing(adopt_run *run)
{
    inv_verdict *verdict = run->call->verdict;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < run->count; i++) {
        adopt_candidate *one = &run->candidates[i];

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
static inv_result note_change(adopt_run *run, size_t index)
{
    const adopt_candidate *one = &run->candidates[index];
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

static inv_result change_entries(adopt_run *run)
{
    inv_result result = INV_OK;

    if (!run->order->dry_run)
        result = fly(run, &run->admin, offsetof(adopt_candidate, change));
    for (size_t i = 0; i < run->count; i++) {
        const adopt_candidate *one = &run->candidates[i];
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

inv_result adopt_flight_finish(adopt_run *run)
{
    inv_result result = check_except(run);

    if (result == INV_OK)
        result = run->order->undo ? plan_undoing(run) : plan_adoptions(run);
    if (result == INV_OK)
        result = change_entries(run);
    adopt_flight_clear(run);
    return result;
}
