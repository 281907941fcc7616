/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "model/account.h"
#include "model/account_refusal.h"
#include "model/reservation.h"
#include "redemption.h"

/* ------------------------------------------------------------------------------- the account */

typedef enum add_outcome {
    ADD_DONE,    /* this attempt made it */
    ADD_SETTLED, /* another attempt with this token and name made the account */
    ADD_REFUSED, /* definitely not made: *result says why */
    ADD_UNKNOWN, /* no verdict: the claim stays */
} add_outcome;

static add_outcome check_refusal(struct redemption *redemption, const inv_operation *add,
                                 inv_result *result)
{
    inv_verdict *verdict = redemption->call->verdict;

    *result = inv_account_find(redemption->call, redemption->name, &redemption->account);
    if (*result != INV_OK)
        return ADD_UNKNOWN;
    if (redemption->account != NULL &&
        inv_account_is_of(redemption->account, redemption->invite->id, redemption->name))
        return ADD_SETTLED;
    if (redemption->account != NULL && inv_account_write_is_ambiguous(add))
        *result = inv_account_refuse_taken(redemption->account, verdict);
    else
        *result = inv_account_check_refusal(redemption->call, redemption->name, add);
    return ADD_REFUSED;
}

/*
 * The outcome of the add is not known. The account is looked for; its nonce tells which attempt
 * made it.
 */
static add_outcome recover_add(struct redemption *redemption, const inv_operation *add,
                               inv_result *result)
{
    inv_verdict looking = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &looking);

    if (*result == INV_OK)
        *result = inv_operation_result(add, "adding the account", redemption->call->verdict);
    if (inv_account_find(&call, redemption->name, &redemption->account) == INV_OK &&
        redemption->account != NULL &&
        inv_account_is_of(redemption->account, redemption->invite->id, redemption->name)) {
        bool mine = redemption->account->nonce != NULL &&
                    strcmp(redemption->account->nonce, redemption->claim.nonce) == 0;

        return mine ? ADD_DONE : ADD_SETTLED;
    }
    return ADD_UNKNOWN;
}

/* No entry of the name has the nonce of this attempt any more. */
static bool is_gone(const inv_operation *mark)
{
    return inv_operation_answered(mark, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
           inv_operation_answered(mark, INV_LDAP_NO_SUCH_OBJECT);
}

/*
 * Removes the account and pairs that this attempt made. The nonce is deleted first, by its exact
 * value, so that only an account of this very attempt can be removed. because: for the log.
 */
static void remove_made(struct redemption *redemption, const struct parties *parties,
                        const char *because)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    char *dn = inv_account_dn(call.domain, redemption->name);
    inv_operation *mark = inv_operation_new_modify(dn);
    inv_operation *removal = inv_operation_new_delete(dn);
    inv_result result;

    inv_operation_text(mark, INV_CHANGE_DELETE, "inviteNonce", redemption->claim.nonce);
    result = inv_call_run(&call, &mark, 1);
    if (result == INV_OK && !is_gone(mark))
        result = inv_operation_result(mark, "removing the account again", &verdict);
    if (result == INV_OK && inv_operation_answered(mark, INV_LDAP_SUCCESS)) {
        /*
         * The account leaves its groups first, while it still keeps the name from others. A group
         * that does not let it go stops nothing: the name is reserved as long as a group names it,
         * and repair reports that.
         */
        if (parties != NULL && redemption_leave(redemption, parties, dn) != INV_OK)
            inv_log_write(call.log, INV_LOG_WARNING,
                          "invite %s: %s, which is removed again, stays named by a group: %s",
                          redemption->invite->id, inv_jid_text(redemption->name),
                          redemption->call->verdict->why);
        result = inv_call_perform(&call, removal, "removing the account again", INV_LDAP_SUCCESS);
        if (result == INV_OK)
            redemption_disconnect(redemption);
    }
    if (result != INV_OK)
        inv_log_write(call.log, INV_LOG_ERROR,
                      "invite %s: %s, but %s could not be removed: %s; run invitectl repair",
                      redemption->invite->id, because, inv_jid_text(redemption->name), verdict.why);
    inv_operation_free(&mark);
    inv_operation_free(&removal);
    free(dn);
}

/* Of a redemption with a claim the server was judged by the claim. */
static add_outcome check_add(struct redemption *redemption, const inv_operation *add,
                             inv_result *result)
{
    if (redemption->invite->uses == 0)
        *result = redemption_check_provider(redemption, add);
    if (*result == INV_OK)
        return ADD_DONE;
    remove_made(redemption, NULL, "another server decides");
    return ADD_REFUSED;
}

static add_outcome add_account(struct redemption *redemption, inv_result *result)
{
    inv_call *call = redemption->call;
    const inv_account_origin origin = {redemption->invite, redemption->claim.nonce, time(NULL)};
    inv_verifiers *verifiers = NULL;
    inv_operation *add = NULL;
    add_outcome outcome = ADD_REFUSED;

    inv_account_free(&redemption->account);
    *result = inv_verifiers_new(call->domain, redemption->password, &call->deadline, &verifiers,
                                redemption->call->verdict);
    if (*result != INV_OK)
        goto cleanup;
    add = inv_account_add_operation(call->domain, redemption->name, &origin, verifiers);
    if (redemption->invite->uses == 0)
        inv_provider_ask(add);
    *result = inv_call_run(call, &add, 1);
    if (*result == INV_OK && inv_operation_answered(add, INV_LDAP_SUCCESS))
        outcome = check_add(redemption, add, result);
    else if (*result == INV_OK && inv_operation_decided(add))
        outcome = check_refusal(redemption, add, result);
    else if (add != NULL && add->state != INV_OPERATION_UNSENT)
        outcome = recover_add(redemption, add, result);
cleanup:
    inv_operation_free(&add);
    inv_verifiers_free(&verifiers);
    return outcome;
}

/* --------------------------------------------------------------------------- the whole of it */

/*
 * Reserves the name again: the flight that was to finish the use deleted the reservation, and the
 * invite may be open again.
 */
static void reserve_again(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);

    if (invite->user != NULL && reservation_take(&call, invite->user, invite->id) != INV_OK)
        inv_log_write(call.log, INV_LOG_WARNING,
                      "invite %s: %s is not reserved for it any more: %s", invite->id, invite->user,
                      verdict.why);
}

/* Another attempt waited out claim_grace and took the use for another name, while this one hung. */
static inv_result withdraw(struct redemption *redemption, const struct parties *parties)
{
    remove_made(redemption, parties, "its use went to another name");
    reserve_again(redemption);
    return redemption_bad_token(redemption, "the use was taken by another name meanwhile");
}

static inv_result complete(struct redemption *redemption, const struct parties *parties)
{
    char *dn = inv_account_dn(redemption->call->domain, redemption->name);
    bool stale = redemption_has_stale_pairs(redemption);
    bool whole = false;

    redemption->connect_failure = INV_NO_MEMORY;
    if (dn != NULL)
        whole = redemption_connect(redemption, parties, dn);
    free(dn);
    if (redemption->invite->uses == 0 && !redemption->open &&
        (!whole || redemption->owed[0] != '\0'))
        redemption_record_owed(redemption, whole);
    /* no claim keeps this in mind: the front end has to try again */
    if (!whole && stale)
        return redemption_refuse_stale_pairs(redemption);
    if (whole && redemption->invite->uses > 0 &&
        redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce) ==
            FINISH_REPOINTED)
        return withdraw(redemption, parties);
    return INV_OK;
}

/*
 * The account was made with a use of another attempt, so the fresh use of this one is one too many:
 * it is given back, or one person would cost the invite two uses.
 */
static inv_result give_back_surplus(struct redemption *redemption)
{
    const char *jid = inv_jid_text(redemption->name);
    const char *made_by = inv_account_made_by(redemption->account);
    inv_invite *whole = NULL;
    bool surplus = false;
    inv_result result =
        inv_invite_read(redemption->call, redemption->invite->id, INV_INVITE_ALL, &whole);

    if (result != INV_OK)
        return result;
    for (size_t i = 0; i < whole->claim_count && !surplus; i++)
        surplus = inv_ascii_equal(whole->claims[i].jid, jid) &&
                  strcmp(whole->claims[i].text, redemption->claim.text) != 0;
    for (size_t i = 0; i < whole->used_by_count && !surplus; i++)
        surplus = made_by[0] != '\0' && strcmp(whole->used_by[i].nonce, made_by) == 0;
    if (surplus)
        result = inv_claim_give_back(redemption->call, redemption->invite, &redemption->claim);
    inv_invite_free(&whole);
    return result;
}

/* Another attempt with this token made the account: its password decides. */
static inv_result adopt_existing(struct redemption *redemption)
{
    inv_result result = INV_OK;

    if (redemption->fresh_claim)
        result = give_back_surplus(redemption);
    if (result == INV_OK)
        result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);
    /* read again: another account may have got the name in between */
    if (result == INV_OK &&
        (!inv_account_is_own(redemption->account) ||
         !inv_account_is_of(redemption->account, redemption->invite->id, redemption->name)))
        return redemption->open
                   ? inv_verdict_set(redemption->call->verdict, INV_NAME_TAKEN,
                                     "the account was removed, or the name taken, meanwhile")
                   : redemption_bad_token(redemption, "the account was removed meanwhile");
    return result == INV_OK ? redemption_resume(redemption) : result;
}

/*
 * The verdict says why a name is refused only for a valid token; for that the inviter has to exist,
 * too.
 */
static inv_result refuse_name(struct redemption *redemption, inv_result refusal)
{
    inv_verdict kept = *redemption->call->verdict;
    struct parties parties = {.contacts = NULL};
    inv_result result = redemption_check_parties(redemption, &parties);

    parties_end(&parties);
    if (result != INV_OK)
        return result;
    *redemption->call->verdict = kept;
    return refusal;
}

/* One attempt on what redemption_read_state found. *again: read and try once more. */
static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct parties parties = {.contacts = NULL};
    const inv_use *standing = NULL;
    inv_result result = redemption_check_state(redemption, &standing, again);

    if (result == INV_OK && !*again) {
        result = redemption_check_name(redemption);
        if (result == INV_NAME_TAKEN || result == INV_NAME_RESERVED)
            result = refuse_name(redemption, result);
    }
    if (result == INV_OK && !*again)
        result = redemption_claim(redemption, standing, &parties, again);
    if (result != INV_OK || *again)
        goto cleanup;
    switch (add_account(redemption, &result)) {
    case ADD_DONE:
        result = complete(redemption, &parties);
        break;
    case ADD_SETTLED:
        result = adopt_existing(redemption);
        break;
    case ADD_REFUSED:
        redemption_give_back(redemption);
        break;
    case ADD_UNKNOWN:
        break;
    }
cleanup:
    parties_end(&parties);
    return result;
}

inv_result redemption_register(struct redemption *redemption)
{
    for (;;) {
        bool again = false;
        inv_result result;

        if (inv_account_is_own(redemption->account) &&
            inv_account_is_of(redemption->account, redemption->invite->id, redemption->name))
            return redemption_resume(redemption);
        result = attempt(redemption, &again);
        if (result != INV_OK || !again)
            return result;
        result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result != INV_OK)
            return result;
    }
}
