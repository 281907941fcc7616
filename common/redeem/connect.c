/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "model/pair.h"
#include "redemption.h"

/* Pairs and group memberships. */

/* Operations that are sent together; grows as needed. */
struct flight {
    inv_operation **operations;
    size_t count;
    bool no_memory;
};

static void flight_append(struct flight *flight, inv_operation *operation)
{
    inv_operation **grown = NULL;

    if (operation != NULL)
        grown = reallocarray(flight->operations, flight->count + 1, sizeof(*grown));
    if (grown == NULL) {
        inv_operation_free(&operation);
        flight->no_memory = true;
        return;
    }
    flight->operations = grown;
    grown[flight->count++] = operation;
}

static void flight_end(struct flight *flight)
{
    for (size_t i = 0; i < flight->count; i++)
        inv_operation_free(&flight->operations[i]);
    free(flight->operations);
}

/*
 * *seen: the pair of jid and contact that redemption_read_state found, or NULL. False: memory is
 * short.
 */
static bool find_pair(const struct redemption *redemption, const char *jid, const char *contact,
                      const inv_entry **seen)
{
    const inv_operation *pairs = redemption->pairs;
    char *dn;

    *seen = NULL;
    if (pairs == NULL || pairs->entry_count == 0)
        return true;
    dn = inv_pair_dn(redemption->call->domain, jid, contact);
    if (dn == NULL)
        return false;
    for (size_t i = 0; *seen == NULL && i < pairs->entry_count; i++) {
        if (inv_dn_equal(inv_entry_dn(pairs->entries[i]), dn))
            *seen = pairs->entries[i];
    }
    free(dn);
    return true;
}

static const char *group_of(const struct redemption *redemption)
{
    return inv_invite_roster_group(redemption->invite, redemption->call->domain,
                                   redemption->call->log);
}

static const inv_domain *domain_of(const inv_call *call, const char *jid)
{
    const char *name = inv_jid_text_domain(jid);

    return name != NULL ? inv_config_domain(call->config, name) : NULL;
}

size_t redemption_pair_containers(const inv_call *call, const char *jid, const char *contact,
                                  const inv_domain *containers[2])
{
    const inv_domain *other = domain_of(call, contact);
    size_t count = 0;

    containers[0] = domain_of(call, jid);
    if (containers[0] != NULL)
        count++;
    if (other != NULL && other != containers[0])
        containers[count++] = other;
    if (count == 0)
        containers[count++] = call->domain;
    return count;
}

/*
 * The pair in one container. Where a pair of an earlier holder was found it is taken over; and
 * added as well, because a pair of two domains may be in one container and not in the other.
 */
static void append_pair(struct redemption *redemption, struct flight *flight,
                        const inv_domain *container, const char *contact)
{
    const char *jid = inv_jid_text(redemption->name);
    const char *invite_id = redemption->invite->id;
    const inv_entry *seen = NULL;

    if (!find_pair(redemption, jid, contact, &seen)) {
        flight->no_memory = true;
        return;
    }
    if (seen != NULL && redemption->registers && !inv_entry_has(seen, "inviteId", invite_id)) {
        char *dn = inv_pair_dn(container, jid, contact);

        flight_append(flight, inv_pair_adopt_operation(dn, group_of(redemption), invite_id));
        free(dn);
    }
    flight_append(flight,
                  inv_pair_add_operation(container, jid, contact, group_of(redemption), invite_id));
}

static void append_pairs(struct redemption *redemption, struct flight *flight,
                         const struct parties *parties)
{
    for (size_t i = 0; i < parties->contact_count; i++) {
        const party *contact = &parties->contacts[i];
        const inv_domain *containers[2];
        size_t count;

        if (!contact->usable || inv_jid_equal(contact->name, redemption->name))
            continue;
        count = redemption_pair_containers(redemption->call, inv_jid_text(redemption->name),
                                           contact->jid, containers);
        for (size_t j = 0; j < count; j++)
            append_pair(redemption, flight, containers[j], contact->jid);
    }
}

/*
 * Whether connecting may still be going on: there is a claim, or (no claim is taken) the account is
 * new.
 */
static bool is_under_way(const struct redemption *redemption)
{
    return inv_claim_of(redemption->invite, inv_jid_text(redemption->name)) != NULL ||
           redemption_is_new(redemption->account);
}

/*
 * A pair of an earlier holder of the name. While the name has no account, every pair is. Once it
 * has one (another attempt made it), only pairs that are older than the account are, and not for
 * ever: an account that was restored from a backup looks younger than its pairs.
 */
static bool is_stale(const struct redemption *redemption, const inv_entry *pair)
{
    const char *text = inv_entry_text(pair, "createTimestamp");
    time_t created = 0;

    if (inv_entry_has(pair, "inviteId", redemption->invite->id))
        return false;
    if (redemption->account == NULL)
        return true;
    return is_under_way(redemption) && text != NULL &&
           inv_timestamp_parse_generalized(text, &created) &&
           created < redemption->account->created;
}

static bool is_wanted(const struct parties *parties, const char *contact)
{
    for (size_t i = 0; i < parties->contact_count; i++) {
        if (parties->contacts[i].usable && inv_ascii_equal(parties->contacts[i].jid, contact))
            return true;
    }
    return false;
}

/*
 * Appends the removal of a pair that was found, and to elsewhere that of its copy in the other
 * domain's container.
 */
static void append_removal(struct redemption *redemption, struct flight *flight,
                           struct flight *elsewhere, const inv_entry *pair)
{
    const char *jid = inv_jid_text(redemption->name);
    const char *contact = inv_pair_contact(pair, jid);
    const inv_domain *other = contact != NULL ? domain_of(redemption->call, contact) : NULL;

    flight_append(flight, inv_operation_new_delete(inv_entry_dn(pair)));
    if (other != NULL && other != redemption->call->domain) {
        char *dn = inv_pair_dn(other, jid, contact);

        flight_append(elsewhere, inv_operation_new_delete(dn));
        free(dn);
    }
}

/* Pairs of an earlier holder go, but for contacts that the invite gives anyway. */
static void append_stale(struct redemption *redemption, struct flight *flight,
                         struct flight *elsewhere, const struct parties *parties)
{
    const inv_operation *pairs = redemption->pairs;

    for (size_t i = 0; redemption->registers && pairs != NULL && i < pairs->entry_count; i++) {
        const inv_entry *pair = pairs->entries[i];
        const char *contact = inv_pair_contact(pair, inv_jid_text(redemption->name));

        if (is_stale(redemption, pair) && (contact == NULL || !is_wanted(parties, contact)))
            append_removal(redemption, flight, elsewhere, pair);
    }
}

/* ------------------------------------------------------------------------------- what is owed */

#define ITEM_DIGITS 8

/* The name of a group in inviteUsedBy: the beginning of SHA-256 of its DN in lower case. */
static bool write_item(const char *dn, char item[ITEM_DIGITS + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *lower = strdup(dn);
    bool made = false;

    for (char *p = lower; p != NULL && *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    if (lower != NULL)
        made = EVP_Digest(lower, strlen(lower), digest, NULL, EVP_sha256(), NULL) == 1;
    free(lower);
    if (made)
        inv_hex_write(digest, ITEM_DIGITS / 2, item);
    else
        ERR_clear_error();
    return made;
}

/*
 * What is owed may be some groups alone: then no pair is written, since it may have been taken away
 * since.
 */
static bool is_for_groups_only(const struct redemption *redemption)
{
    return redemption->only != NULL && strcmp(redemption->only, INV_USE_OWED_ALL) != 0;
}

static bool is_asked_for(const struct redemption *redemption, const char *dn)
{
    char item[ITEM_DIGITS + 1];

    return !is_for_groups_only(redemption) || !write_item(dn, item) ||
           strstr(redemption->only, item) != NULL;
}

/* Puts down a group that the invite promises and the account is not in. */
static void owe(struct redemption *redemption, const char *dn, const char *why)
{
    size_t length = strlen(redemption->owed);
    char item[ITEM_DIGITS + 1];

    if (!is_asked_for(redemption, dn))
        return;
    (void)snprintf(redemption->owed_why, sizeof(redemption->owed_why), "%s %s", dn, why);
    if (!write_item(dn, item) || strstr(redemption->owed, item) != NULL)
        return;
    if (length + sizeof(item) + 1 < sizeof(redemption->owed))
        (void)snprintf(redemption->owed + length, sizeof(redemption->owed) - length, "%s%s",
                       length > 0 ? "," : "", item);
}

/* Puts down the groups whose reads showed a fault; what the writes say comes behind it. */
static void owe_faults(struct redemption *redemption, const struct parties *parties,
                       const char *account_dn)
{
    redemption->owed[0] = '\0';
    for (size_t i = 0; account_dn != NULL && i < parties->group_count; i++) {
        if (parties->groups[i].fault != NULL)
            owe(redemption, parties->groups[i].dn, parties->groups[i].fault);
    }
}

/* The account joins the groups (ADD), or leaves them again (DELETE). */
static void append_groups(struct redemption *redemption, struct flight *flight,
                          const struct parties *parties, inv_change_kind kind,
                          const char *account_dn)
{
    for (size_t i = 0; account_dn != NULL && i < parties->group_count; i++) {
        const party_group *group = &parties->groups[i];
        inv_operation *change;

        if (!is_asked_for(redemption, group->dn))
            continue;
        /* an operation for each: where one attribute refuses the value, the others still take it */
        for (size_t j = 0; j < group->attribute_count; j++) {
            const char *attribute = group->attributes[j];

            change = inv_operation_new_modify(group->dn);
            inv_operation_text(change, kind, attribute,
                               inv_group_attribute_holds_dn(attribute)
                                   ? account_dn
                                   : inv_jid_local(redemption->name));
            flight_append(flight, change);
        }
    }
}

static bool is_membership(const inv_operation *operation)
{
    return operation->kind == INV_OPERATION_MODIFY &&
           !inv_ascii_equal(operation->changes[0].attribute, "rosterGroup");
}

/* 20 and 68: exists already; 32: is gone already, or is added in the same flight. */
static bool is_fine(const inv_operation *operation)
{
    return inv_operation_answered(operation, INV_LDAP_SUCCESS) ||
           inv_operation_answered(operation, INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS) ||
           inv_operation_answered(operation, INV_LDAP_ENTRY_ALREADY_EXISTS) ||
           (operation->kind != INV_OPERATION_ADD && !is_membership(operation) &&
            inv_operation_answered(operation, INV_LDAP_NO_SUCH_OBJECT));
}

/* True when everything is in place. All of it may be repeated at any time. */
static bool run_flight(struct redemption *redemption, struct flight *flight)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    bool whole = !flight->no_memory;

    if (!whole)
        redemption->connect_failure = INV_NO_MEMORY;
    if (flight->count == 0)
        return whole;
    if (inv_call_run(&call, flight->operations, flight->count) != INV_OK) {
        inv_log_write(call.log, INV_LOG_WARNING, "invite %s: contacts of %s not written: %s",
                      redemption->invite->id, inv_jid_text(redemption->name), verdict.why);
        redemption->connect_failure = verdict.result;
        return false;
    }
    for (size_t i = 0; i < flight->count; i++) {
        if (is_fine(flight->operations[i]))
            continue;
        /*
         * a group may be gone for good, so it is owed; a pair can be written once the directory or
         * its rights are in order
         */
        if (inv_operation_result(flight->operations[i], "connecting the account", &verdict) ==
                INV_CONFIG &&
            is_membership(flight->operations[i])) {
            owe(redemption, flight->operations[i]->dn, verdict.why);
        } else {
            redemption->connect_failure = verdict.result;
            whole = false;
        }
        inv_log_write(call.log, INV_LOG_WARNING, "invite %s: %s", redemption->invite->id,
                      verdict.why);
    }
    return whole;
}

bool redemption_connect(struct redemption *redemption, const struct parties *parties,
                        const char *account_dn)
{
    bool whole = false;

    /* once more on a new connection: all of it may be repeated */
    for (int tries = 0; tries < 2 && !whole; tries++) {
        struct flight flight = {.operations = NULL};
        struct flight elsewhere = {.operations = NULL};

        owe_faults(redemption, parties, account_dn);
        if (!is_for_groups_only(redemption)) {
            append_stale(redemption, &flight, &elsewhere, parties);
            append_pairs(redemption, &flight, parties);
        }
        append_groups(redemption, &flight, parties, INV_CHANGE_ADD, account_dn);
        /*
         * first, and alone: as long as the pair in this container is there, a crash leaves a trace
         * of its copy
         */
        whole = run_flight(redemption, &elsewhere) && run_flight(redemption, &flight);
        flight_end(&elsewhere);
        flight_end(&flight);
    }
    return whole;
}

/* 16 and 32: the account is not in that group. */
static bool has_left(const inv_operation *operation)
{
    return inv_operation_answered(operation, INV_LDAP_SUCCESS) ||
           inv_operation_answered(operation, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
           inv_operation_answered(operation, INV_LDAP_NO_SUCH_OBJECT);
}

inv_result redemption_leave(struct redemption *redemption, const struct parties *parties,
                            const char *account_dn)
{
    inv_call *call = redemption->call;
    struct flight flight = {.operations = NULL};
    inv_result result = INV_OK;

    append_groups(redemption, &flight, parties, INV_CHANGE_DELETE, account_dn);
    if (flight.no_memory)
        result = inv_verdict_no_memory(redemption->call->verdict);
    else if (flight.count > 0)
        result = inv_call_run(call, flight.operations, flight.count);
    for (size_t i = 0; result == INV_OK && i < flight.count; i++) {
        if (!has_left(flight.operations[i]))
            result = inv_operation_result(flight.operations[i], "leaving a group",
                                          redemption->call->verdict);
    }
    flight_end(&flight);
    return result;
}

/* Appends the removal of the pairs that this invite wrote into the container of domain. */
static bool append_withdrawal(const struct redemption *redemption, inv_call *call,
                              const inv_domain *domain, struct flight *flight)
{
    inv_operation *search = inv_pair_search_operation(domain, inv_jid_text(redemption->name));
    bool found = false;

    if (search != NULL)
        search->paged = true;
    found = inv_call_perform(call, search, "looking for pairs", INV_LDAP_SUCCESS) == INV_OK;
    for (size_t i = 0; found && i < search->entry_count; i++) {
        const inv_entry *pair = search->entries[i];

        if (inv_entry_has(pair, "inviteId", redemption->invite->id))
            flight_append(flight, inv_operation_new_delete(inv_entry_dn(pair)));
    }
    inv_operation_free(&search);
    return found;
}

void redemption_disconnect(struct redemption *redemption)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    struct flight flight = {.operations = NULL};
    struct flight elsewhere = {.operations = NULL};
    bool found = true;

    /*
     * a pair stands in the containers of the redeemer's and of the contact's domain, and either may
     * be another than the invite's
     */
    for (size_t i = 0; found && i < call.config->domain_count; i++) {
        const inv_domain *domain = &call.config->domains[i];

        found = append_withdrawal(redemption, &call, domain,
                                  domain == call.domain ? &flight : &elsewhere);
    }
    if (!found)
        inv_log_write(call.log, INV_LOG_WARNING, "invite %s: the pairs of %s stay: %s",
                      redemption->invite->id, inv_jid_text(redemption->name), verdict.why);
    if (found && run_flight(redemption, &elsewhere))
        (void)run_flight(redemption, &flight);
    flight_end(&elsewhere);
    flight_end(&flight);
}

bool redemption_has_stale_pairs(const struct redemption *redemption)
{
    if (redemption->invite->uses != 0)
        return false;
    for (size_t i = 0; i < redemption->pairs->entry_count; i++) {
        if (is_stale(redemption, redemption->pairs->entries[i]))
            return true;
    }
    return false;
}
