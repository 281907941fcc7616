/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "model/account.h"
#include "model/clock.h"
#include "model/group.h"
#include "model/invite.h"
#include "model/reservation.h"
#include "redemption.h"

/* ----------------------------------------------------------------------------------- judging */

/* Whether the pair of the inviter and jid was written with this invite. */
static inv_result is_paired(struct redemption *redemption, const char *jid, bool *paired)
{
    static const char *const attributes[] = {"inviteId", NULL};
    inv_call *call = redemption->call;
    const inv_invite *invite = redemption->invite;
    const inv_domain *containers[2];
    inv_operation *read = NULL;
    char *dn = NULL;
    inv_result result;

    *paired = false;
    if (invite->inviter == NULL || inv_ascii_equal(invite->inviter, jid))
        return INV_OK;
    (void)redemption_pair_containers(call, jid, invite->inviter, containers);
    dn = inv_pair_dn(containers[0], invite->inviter, jid);
    read = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    free(dn);
    result = inv_call_perform(call, read, "reading a pair", INV_LDAP_NO_SUCH_OBJECT);
    if (result == INV_OK && read->entry_count == 1)
        *paired = inv_entry_has(read->entries[0], "inviteId", invite->id);
    inv_operation_free(&read);
    return result;
}

inv_result redemption_has_effect(struct redemption *redemption, const inv_use *claim, bool *effect)
{
    inv_verdict *verdict = redemption->call->verdict;
    inv_jid *name = NULL;
    inv_account *account = NULL;
    inv_result result = inv_jid_parse(claim->jid, &name, verdict);

    *effect = true;
    if (result == INV_NAME_INVALID)
        return INV_OK; /* not written by invitegate: left for repair to report */
    if (result == INV_OK)
        result = inv_account_find_own(redemption->call, redemption->invite->id, name, &account);
    if (result == INV_OK) {
        *effect = account != NULL;
        if (!*effect)
            result = is_paired(redemption, inv_jid_text(name), effect);
    }
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}

/*
 * *dead: a claim that led to nothing, where the invite has not changed for claim_grace: its attempt
 * died. modifyTimestamp of the invite is never earlier than any of its claims, so the age is never
 * overestimated.
 */
static inv_result find_dead_claim(struct redemption *redemption, const inv_use **dead)
{
    const inv_invite *invite = redemption->invite;
    time_t now = 0;
    inv_result result;

    *dead = NULL;
    if (redemption->lost_race || invite->claim_count == 0)
        return INV_OK; /* a claim made during this very call is younger than any grace */
    if (invite->modified == 0)
        return inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                               "%s: modifyTimestamp cannot be read by the invitegate identity",
                               invite->dn);
    result = inv_clock_read(redemption->call, &now);
    if (result != INV_OK || now <= invite->modified + redemption->call->domain->claim_grace)
        return result;
    for (size_t i = 0; result == INV_OK && *dead == NULL && i < invite->claim_count; i++) {
        bool effect = true;

        result = redemption_has_effect(redemption, &invite->claims[i], &effect);
        if (result == INV_OK && !effect)
            *dead = &invite->claims[i];
    }
    return result;
}

/*
 * The invite is open for this name: it may claim, or has claimed in time and may finish after
 * expiry.
 */
static bool is_open(const struct redemption *redemption, const inv_use *standing)
{
    if (standing != NULL)
        return inv_invite_may_finish(redemption->invite, time(NULL));
    return redemption_state(redemption) == INV_INVITE_PENDING;
}

inv_result redemption_check_state(struct redemption *redemption, const inv_use **standing,
                                  bool *again)
{
    const inv_invite *invite = redemption->invite;
    inv_result result;

    *standing = inv_claim_of(invite, inv_jid_text(redemption->name));
    if (is_open(redemption, *standing))
        return INV_OK;
    *standing = NULL;
    if (!redemption->rechecked) {
        redemption->rechecked = true;
        *again = true;
        return INV_OK;
    }
    if (invite->uses_left < 0)
        return redemption_bad_token(redemption, "revoked");
    if (!inv_invite_may_finish(invite, time(NULL)) || redemption->accepted_at > invite->expires)
        return redemption_bad_token(redemption, "expired");
    result = find_dead_claim(redemption, standing);
    if (result == INV_OK && *standing == NULL)
        return redemption_bad_token(
            redemption, invite->claim_count == 0 ? "used" : "held by another attempt under way");
    return result;
}

/* Asks the directory who holds the name, so only for a token that is valid. */
static inv_result refuse_reserved(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    const inv_entry *reservation = NULL;
    bool held = false;
    inv_result result =
        reservation_from_read(call->domain, redemption->reservation, &reservation, call->verdict);

    if (result != INV_OK || reservation == NULL)
        return result;
    result = inv_reservation_holds(call, reservation, redemption->invite_id, &held);
    if (result == INV_OK && held)
        result =
            inv_verdict_set(redemption->call->verdict, INV_NAME_RESERVED,
                            "%s is reserved by another invite", inv_jid_local(redemption->name));
    return result;
}

/*
 * A free name that a group names: an earlier holder of the name was in that group, and a new
 * account would be. Only an invite for this very name that an administrator made with
 * --inherit-groups may register it.
 */
static inv_result refuse_named(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    char *group = NULL;
    char *dn = NULL;
    inv_result result;

    if (invite->inherit_groups && invite->user != NULL)
        return INV_OK;
    dn = inv_account_dn(redemption->call->domain, redemption->name);
    if (dn == NULL || redemption->groups[INV_GROUP_READ_GROUPS] == NULL)
        result = inv_verdict_no_memory(redemption->call->verdict);
    else
        result = inv_group_from_reads(redemption->call, redemption->name, dn, redemption->groups,
                                      &group);
    if (result == INV_OK && group != NULL)
        result = inv_verdict_set(redemption->call->verdict, INV_NAME_RESERVED,
                                 "no entry has the name, but the group %s names it: take it out "
                                 "(invitectl remove), or make an invite with --inherit-groups",
                                 group);
    free(group);
    free(dn);
    return result;
}

/* Asks the front end. The time that takes is not the directory's: the deadline moves with it. */
static inv_result ask_elsewhere(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    long left;
    inv_result result;

    if (call->claimed_elsewhere == NULL || redemption->elsewhere_asked)
        return INV_OK;
    left = inv_deadline_left(&call->deadline);
    result = call->claimed_elsewhere(call->elsewhere, redemption->name, redemption->call->verdict);
    call->deadline = inv_deadline_in(left);
    redemption->elsewhere_asked = result == INV_OK;
    return result;
}

inv_result redemption_check_name(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    const char *local = inv_jid_local(redemption->name);
    inv_verdict *verdict = redemption->call->verdict;
    inv_result result = INV_OK;

    if (invite->user != NULL && strcmp(invite->user, local) != 0)
        return redemption_refuse_other_name(redemption);
    if (invite->user == NULL)
        result = inv_jid_check_reserved(redemption->call->domain, redemption->name, verdict);
    if (result != INV_OK)
        return result;
    if (redemption->account != NULL)
        return redemption_taken(redemption);
    result = refuse_reserved(redemption);
    if (result == INV_OK)
        result = refuse_named(redemption);
    return result == INV_OK ? ask_elsewhere(redemption) : result;
}

/* ---------------------------------------------------------------------------------- claiming */

/* The outcome of the claim is not known: it is read back by its nonce. *again: it was found. */
static inv_result recover_claim(struct redemption *redemption, inv_result failure, bool *again)
{
    inv_verdict kept = *redemption->call->verdict;
    inv_result result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);

    if (result == INV_OK) {
        const inv_use *mine = inv_claim_of(redemption->invite, inv_jid_text(redemption->name));

        *again = mine != NULL && strcmp(mine->text, redemption->claim.text) == 0;
        if (*again)
            return INV_OK;
    }
    *redemption->call->verdict = kept;
    return failure;
}

static inv_result check_claim(struct redemption *redemption, const inv_operation *claim,
                              bool *again)
{
    if (claim == NULL || inv_operation_answered(claim, INV_LDAP_SUCCESS))
        return INV_OK;
    if (inv_operation_answered(claim, INV_LDAP_NO_SUCH_ATTRIBUTE)) {
        redemption->lost_race = true;
        inv_claim_jitter(&redemption->call->deadline);
        *again = true;
        return INV_OK;
    }
    if (inv_operation_answered(claim, INV_LDAP_NO_SUCH_OBJECT))
        return redemption_bad_token(redemption, "the invite was deleted meanwhile");
    return inv_operation_result(claim, "claiming the invite", redemption->call->verdict);
}

/*
 * Sends claim (NULL: an unlimited invite needs none) and the searches for the parties in one
 * flight.
 */
static inv_result run_claim(struct redemption *redemption, inv_operation *claim,
                            const struct parties *parties, bool *again)
{
    inv_call *call = redemption->call;
    inv_operation **flight = calloc(parties_count(parties) + 1, sizeof(inv_operation *));
    size_t count = 0;
    inv_result result;

    if (flight == NULL)
        return inv_verdict_no_memory(redemption->call->verdict);
    if (claim != NULL)
        flight[count++] = claim;
    parties_append(parties, flight, &count);
    result = inv_call_run(call, flight, count);
    free(flight);
    if (result == INV_OK && (claim == NULL || inv_operation_decided(claim)))
        return check_claim(redemption, claim, again);
    if (claim == NULL || claim->state == INV_OPERATION_UNSENT)
        return result;
    if (result == INV_OK)
        result = inv_operation_result(claim, "claiming the invite", redemption->call->verdict);
    return recover_claim(redemption, result, again);
}

inv_result redemption_claim(struct redemption *redemption, const inv_use *standing,
                            struct parties *parties, bool *again)
{
    const inv_invite *invite = redemption->invite;
    inv_operation *claim = NULL;
    bool limited = invite->uses > 0;
    inv_result result;

    *again = false;
    inv_claim_clear(&redemption->claim);
    result = inv_claim_start(inv_jid_text(redemption->name), &redemption->claim,
                             redemption->call->verdict);
    if (result == INV_OK)
        result = parties_start(parties, redemption->call, invite);
    if (result == INV_OK && limited) {
        claim = standing != NULL
                    ? inv_claim_take_over_operation(invite, standing, &redemption->claim)
                    : inv_claim_take_operation(invite, &redemption->claim);
        if (claim == NULL)
            result = inv_verdict_no_memory(redemption->call->verdict);
        inv_provider_ask(claim);
    }
    if (result == INV_OK)
        result = run_claim(redemption, claim, parties, again);
    if (result == INV_OK && !*again) {
        redemption->fresh_claim = limited && standing == NULL;
        if (claim != NULL)
            result = redemption_check_provider(redemption, claim);
        if (result == INV_OK)
            result = parties_check(parties, redemption->call, redemption->invite);
        if (result != INV_OK)
            redemption_give_back(redemption);
    }
    inv_operation_free(&claim);
    return result;
}

void redemption_give_back(struct redemption *redemption)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    inv_account *account = NULL;

    /*
     * a claim taken over may belong to an attempt whose add is still on its way: that claim stays
     */
    if (!redemption->fresh_claim)
        return;
    if (inv_account_find_own(&call, redemption->invite->id, redemption->name, &account) == INV_OK &&
        account == NULL &&
        inv_claim_give_back(&call, redemption->invite, &redemption->claim) == INV_OK)
        redemption->fresh_claim = false;
    else if (verdict.result != INV_OK)
        inv_log_write(call.log, INV_LOG_WARNING,
                      "invite %s: the use could not be given back now: %s; the same name may try "
                      "again, another after claim_grace",
                      redemption->invite->id, verdict.why);
    inv_account_free(&account);
}
