/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "redemption.h"

/* ----------------------------------------------------------------------------------- judging */

/* Whether the pair of the inviter and jid was written with this invite. */
static inv_result is_paired(struct redemption *redemption, const char *jid, bool *paired)
{
    static const char *const attributes[] = {"inviteId", NULL};
    inv_call *call = redemption->call;
    const inv_invite *invite = redemption->invite;
    inv_operation *read = NULL;
    char *dn = NULL;
    inv_result result;

    *paired = false;
    if (invite->inviter == NULL || strcmp(invite->inviter, jid) == 0)
        return INV_OK;
    dn = inv_pair_dn(call->domain, invite->inviter, jid);
    read = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    free(dn);
    result = inv_directory_run(call->directory, &read, 1, &call->deadline, redemption->verdict);
    if (result == INV_OK && !inv_operation_answered(read, INV_LDAP_NO_SUCH_OBJECT)) {
        result = inv_operation_result(read, "reading a pair", redemption->verdict);
        *paired = read->entry_count == 1 && inv_entry_has(read->entries[0], "inviteId", invite->id);
    }
    inv_operation_free(&read);
    return result;
}

inv_result redemption_has_effect(struct redemption *redemption, const inv_use *claim, bool *effect)
{
    inv_verdict *verdict = redemption->verdict;
    inv_name *name = NULL;
    inv_account *account = NULL;
    bool several = false;
    inv_result result = inv_name_parse_jid(claim->jid, &name, verdict);

    *effect = true;
    if (result == INV_NAME_INVALID)
        return INV_OK; /* nothing that was written here: left to repair */
    if (result == INV_OK)
        result = inv_account_find(redemption->call, name, &account, &several, verdict);
    if (result == INV_OK) {
        *effect = account != NULL && inv_account_is_of(account, redemption->invite->id, name);
        if (!*effect)
            result = is_paired(redemption, inv_name_jid(name), effect);
    }
    inv_account_free(&account);
    inv_name_free(&name);
    return result;
}

/*
 * A claim older than claim_grace without an account died with its attempt. modifyTimestamp of the
 * invite is never earlier than any of its claims, so the age is never overestimated.
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
        return inv_verdict_set(redemption->verdict, INV_CONFIG,
                               "%s: modifyTimestamp cannot be read by the invitegate identity",
                               invite->dn);
    result = inv_clock_read(redemption->call, &now, redemption->verdict);
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

inv_result redemption_judge_state(struct redemption *redemption, const inv_use **standing)
{
    const inv_invite *invite = redemption->invite;
    inv_result result;

    *standing = NULL;
    if (invite->uses_left < 0)
        return redemption_bad_token(redemption, "revoked");
    *standing = inv_claim_of(invite, inv_name_jid(redemption->name));
    if (*standing != NULL)
        return INV_OK; /* begun in time: it may be finished after expiry */
    if (redemption->accepted_at > invite->expires)
        return redemption_bad_token(redemption, "expired");
    if (invite->uses_left > 0)
        return INV_OK;
    result = find_dead_claim(redemption, standing);
    if (result == INV_OK && *standing == NULL)
        return redemption_bad_token(
            redemption, invite->claim_count == 0 ? "used" : "held by another attempt under way");
    return result;
}

inv_result redemption_judge_name(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    const char *local = inv_name_local(redemption->name);
    inv_verdict *verdict = redemption->verdict;

    if (invite->user != NULL && strcmp(invite->user, local) != 0)
        return inv_verdict_set(verdict, INV_NAME_RESERVED, "the invite is for another name");
    if (invite->user == NULL && inv_name_is_reserved(redemption->call->domain, redemption->name))
        return inv_verdict_set(verdict, INV_NAME_RESERVED, "%s is one of reserved_names", local);
    if (redemption->account != NULL)
        return inv_verdict_set(verdict, INV_NAME_TAKEN, "held by %s", redemption->account->dn);
    if (redemption->reserved)
        return inv_verdict_set(verdict, INV_NAME_RESERVED, "reserved by another invite");
    return INV_OK;
}

/* ---------------------------------------------------------------------------------- claiming */

/* No answer to the claim: it is read back by its nonce, never taken for a refusal. */
static inv_result recover_claim(struct redemption *redemption, inv_result failure, bool *again)
{
    inv_verdict kept = *redemption->verdict;
    inv_result result = redemption_look(redemption, INV_INVITE_TERMS_AND_CLAIMS);

    if (result == INV_OK) {
        const inv_use *mine = inv_claim_of(redemption->invite, inv_name_jid(redemption->name));

        *again = mine != NULL && strcmp(mine->text, redemption->claim.text) == 0;
        if (*again)
            return INV_OK;
    }
    *redemption->verdict = kept;
    return failure;
}

static inv_result judge_claim(struct redemption *redemption, const inv_operation *claim,
                              bool *again)
{
    if (claim == NULL || inv_operation_answered(claim, INV_LDAP_SUCCESS))
        return INV_OK;
    if (inv_operation_answered(claim, INV_LDAP_NO_SUCH_ATTRIBUTE)) {
        redemption->lost_race = true;
        *again = true;
        return INV_OK;
    }
    if (inv_operation_answered(claim, INV_LDAP_NO_SUCH_OBJECT))
        return redemption_bad_token(redemption, "the invite was deleted meanwhile");
    return inv_operation_result(claim, "claiming the invite", redemption->verdict);
}

/* The flight of the claim and the questions. operations[0] is the claim unless it is NULL. */
static inv_result run_claim(struct redemption *redemption, inv_operation *claim,
                            const struct relations *relations, bool *again)
{
    inv_call *call = redemption->call;
    inv_operation **flight = calloc(relations_count(relations) + 1, sizeof(inv_operation *));
    size_t count = 0;
    inv_result result;

    if (flight == NULL)
        return inv_verdict_no_memory(redemption->verdict);
    if (claim != NULL)
        flight[count++] = claim;
    relations_append(relations, flight, &count);
    result =
        inv_directory_run(call->directory, flight, count, &call->deadline, redemption->verdict);
    free(flight);
    if (result == INV_OK)
        return judge_claim(redemption, claim, again);
    if (claim == NULL || claim->state == INV_OPERATION_UNSENT)
        return result;
    return recover_claim(redemption, result, again);
}

inv_result redemption_claim(struct redemption *redemption, const inv_use *standing,
                            struct relations *relations, bool *again)
{
    const inv_invite *invite = redemption->invite;
    inv_operation *claim = NULL;
    bool limited = invite->uses > 0;
    inv_result result;

    *again = false;
    inv_claim_clear(&redemption->claim);
    result =
        inv_claim_start(inv_name_jid(redemption->name), &redemption->claim, redemption->verdict);
    if (result == INV_OK)
        result = relations_start(relations, redemption->call, invite, redemption->verdict);
    if (result == INV_OK && limited) {
        claim = standing != NULL
                    ? inv_claim_take_over_operation(invite, standing, &redemption->claim)
                    : inv_claim_take_operation(invite, &redemption->claim);
        if (claim == NULL)
            result = inv_verdict_no_memory(redemption->verdict);
    }
    if (result == INV_OK)
        result = run_claim(redemption, claim, relations, again);
    inv_operation_free(&claim);
    if (result == INV_OK && !*again) {
        redemption->fresh_claim = limited && standing == NULL;
        result =
            relations_judge(relations, redemption->call, redemption->invite, redemption->verdict);
        if (result != INV_OK)
            redemption_give_back(redemption);
    }
    return result;
}

void redemption_give_back(struct redemption *redemption)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_account *account = NULL;
    bool several = false;

    /* a claim taken over may belong to an attempt whose add is still on its way: it stands */
    if (!redemption->fresh_claim)
        return;
    if (inv_account_find(redemption->call, redemption->name, &account, &several, &verdict) ==
            INV_OK &&
        (account == NULL ||
         !inv_account_is_of(account, redemption->invite->id, redemption->name)) &&
        inv_claim_give_back(redemption->call, redemption->invite, &redemption->claim, &verdict) ==
            INV_OK)
        redemption->fresh_claim = false;
    else if (verdict.result != INV_OK)
        inv_log_write(redemption->call->log, INV_LOG_WARNING,
                      "invite %s: the use could not be given back now: %s; the same name may try "
                      "again, another after claim_grace",
                      redemption->invite->id, verdict.why);
    inv_account_free(&account);
}

/* --------------------------------------------------------------------------------------- the
 * account */

typedef enum add_outcome {
    ADD_DONE,    /* this attempt made it */
    ADD_SETTLED, /* another attempt with this token and name made it */
    ADD_REFUSED, /* definitely not made: *result tells */
    ADD_UNKNOWN, /* no verdict: the claim stands */
} add_outcome;

static add_outcome judge_refusal(struct redemption *redemption, const inv_operation *add,
                                 inv_result *result)
{
    inv_verdict *verdict = redemption->verdict;
    bool clear = (redemption->call->domain->verifiers & INV_VERIFIER_SERVER) != 0;

    *result = inv_account_find(redemption->call, redemption->name, &redemption->account,
                               &redemption->several, verdict);
    if (*result != INV_OK)
        return ADD_UNKNOWN;
    if (redemption->account != NULL &&
        inv_account_is_of(redemption->account, redemption->invite->id, redemption->name))
        return ADD_SETTLED;
    if (redemption->account != NULL && inv_account_write_is_ambiguous(add))
        *result = inv_verdict_set(verdict, INV_NAME_TAKEN, "held by %s", redemption->account->dn);
    else
        *result = inv_account_write_result(add, clear, verdict);
    return ADD_REFUSED;
}

/* No answer to the add: who made the entry, if it is there, tells its nonce. */
static add_outcome recover_add(struct redemption *redemption, inv_result *result)
{
    inv_verdict kept = *redemption->verdict;
    inv_result found = inv_account_find(redemption->call, redemption->name, &redemption->account,
                                        &redemption->several, redemption->verdict);

    if (found == INV_OK && redemption->account != NULL &&
        inv_account_is_of(redemption->account, redemption->invite->id, redemption->name)) {
        bool mine = redemption->account->nonce != NULL &&
                    strcmp(redemption->account->nonce, redemption->claim.nonce) == 0;

        return mine ? ADD_DONE : ADD_SETTLED;
    }
    *redemption->verdict = kept;
    *result = kept.result;
    return ADD_UNKNOWN;
}

static add_outcome add_account(struct redemption *redemption, inv_result *result)
{
    inv_call *call = redemption->call;
    inv_verifiers *verifiers = NULL;
    inv_operation *add = NULL;
    add_outcome outcome = ADD_REFUSED;

    inv_account_free(&redemption->account);
    *result = inv_verifiers_new(call->domain, redemption->password, &call->deadline, &verifiers,
                                redemption->verdict);
    if (*result != INV_OK)
        goto cleanup;
    add = inv_account_add_operation(call->domain, redemption->name, redemption->invite,
                                    redemption->claim.nonce, verifiers, time(NULL));
    *result = inv_directory_run(call->directory, &add, 1, &call->deadline, redemption->verdict);
    if (*result == INV_OK && inv_operation_answered(add, INV_LDAP_SUCCESS))
        outcome = ADD_DONE;
    else if (*result == INV_OK)
        outcome = judge_refusal(redemption, add, result);
    else if (add != NULL && add->state != INV_OPERATION_UNSENT)
        outcome = recover_add(redemption, result);
cleanup:
    inv_operation_free(&add);
    inv_verifiers_free(&verifiers);
    return outcome;
}

/* --------------------------------------------------------------------------- the whole of it */

/*
 * Somebody waited out claim_grace and gave the use to another name while this attempt hung: what it
 * made goes away again. The nonce is deleted first, by its exact value, so that only an account of
 * this very attempt can be removed.
 */
static inv_result withdraw(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    char *dn = inv_account_dn(call->domain, redemption->name);
    inv_operation *mark = inv_operation_new_modify(dn);
    inv_operation *removal = inv_operation_new_delete(dn);
    inv_result result;

    inv_operation_text(mark, INV_CHANGE_DELETE, "inviteNonce", redemption->claim.nonce);
    result = inv_directory_run(call->directory, &mark, 1, &call->deadline, redemption->verdict);
    if (result == INV_OK && inv_operation_answered(mark, INV_LDAP_SUCCESS)) {
        result =
            inv_directory_run(call->directory, &removal, 1, &call->deadline, redemption->verdict);
        if (result == INV_OK)
            result =
                inv_operation_result(removal, "removing the account again", redemption->verdict);
        if (result == INV_OK)
            redemption_disconnect(redemption);
    }
    if (result != INV_OK)
        inv_log_write(call->log, INV_LOG_ERROR,
                      "invite %s: its use went to another name, but %s could not be removed: %s; "
                      "run invitectl repair",
                      redemption->invite->id, inv_name_jid(redemption->name),
                      redemption->verdict->why);
    inv_operation_free(&mark);
    inv_operation_free(&removal);
    free(dn);
    return redemption_bad_token(redemption, "the use was taken by another name meanwhile");
}

static inv_result complete(struct redemption *redemption, const struct relations *relations)
{
    char *dn = inv_account_dn(redemption->call->domain, redemption->name);
    bool whole = false;

    if (dn == NULL)
        return INV_OK; /* the account is there; resuming or repair does the rest */
    whole = redemption_connect(redemption, relations, dn);
    free(dn);
    if (whole && redemption->invite->uses > 0 &&
        redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce) ==
            FINISH_REPOINTED)
        return withdraw(redemption);
    return INV_OK;
}

/* One attempt on what redemption_look showed. *again: look once more. */
static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct relations relations = {.contacts = NULL};
    const inv_use *standing = NULL;
    inv_result result = redemption_judge_state(redemption, &standing);

    if (result == INV_OK)
        result = redemption_judge_name(redemption);
    if (result == INV_OK)
        result = redemption_claim(redemption, standing, &relations, again);
    if (result != INV_OK || *again)
        goto cleanup;
    switch (add_account(redemption, &result)) {
    case ADD_DONE:
        result = complete(redemption, &relations);
        break;
    case ADD_SETTLED:
        result = redemption_look(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result == INV_OK)
            result = redemption_settle(redemption);
        if (result == INV_OK)
            result = redemption_prove(redemption);
        break;
    case ADD_REFUSED:
        redemption_give_back(redemption);
        break;
    case ADD_UNKNOWN:
        break;
    }
cleanup:
    relations_end(&relations);
    return result;
}

inv_result redemption_register(struct redemption *redemption)
{
    for (;;) {
        bool again = false;
        inv_result result;

        if (redemption->account != NULL && !redemption->several &&
            inv_account_is_of(redemption->account, redemption->invite->id, redemption->name)) {
            result = redemption_settle(redemption);
            return result == INV_OK ? redemption_prove(redemption) : result;
        }
        result = attempt(redemption, &again);
        if (result != INV_OK || !again)
            return result;
        inv_claim_jitter(&redemption->call->deadline);
        result = redemption_look(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result != INV_OK)
            return result;
    }
}
