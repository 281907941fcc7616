/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "redemption.h"

/*
 * A reset never creates, and its account must be the one the invite was made for: a name that was
 * given to somebody new since is not theirs to reset.
 */
static inv_result judge_account(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    bool may = false;
    inv_result result;

    if (strcmp(invite->user, inv_name_local(redemption->name)) != 0)
        return inv_verdict_set(redemption->verdict, INV_NAME_RESERVED,
                               "the invite is for another name");
    if (redemption->account == NULL || redemption->several ||
        redemption->account->created > invite->created)
        return redemption_bad_token(redemption, "the account to reset is gone");
    result =
        inv_account_may_reset(redemption->call, redemption->account->dn, &may, redemption->verdict);
    if (result == INV_OK && !may)
        return inv_verdict_set(redemption->verdict, INV_NOT_ALLOWED,
                               "%s is not among the accounts that reset_filter lets in",
                               redemption->account->dn);
    return result;
}

/*
 * Was this very reset done before? The account then carries the nonce of the standing claim or of
 * the finished use.
 */
static inv_result was_done(struct redemption *redemption, const inv_use *standing, bool *done)
{
    const char *nonce = redemption->account->nonce;
    inv_invite *whole = NULL;
    inv_result result;

    *done = false;
    if (nonce == NULL)
        return INV_OK;
    if (standing != NULL) {
        *done = strcmp(standing->nonce, nonce) == 0;
        return INV_OK;
    }
    if (redemption->invite->uses_left != 0)
        return INV_OK;
    result = inv_invite_read(redemption->call, redemption->invite->id, INV_INVITE_ALL, &whole,
                             redemption->verdict);
    for (size_t i = 0; result == INV_OK && i < whole->used_by_count; i++)
        *done = *done || strcmp(whole->used_by[i].nonce, nonce) == 0;
    inv_invite_free(&whole);
    return result;
}

typedef enum reset_outcome {
    RESET_DONE,
    RESET_OVERTAKEN,
    RESET_REFUSED,
    RESET_UNKNOWN
} reset_outcome;

/* No answer: whether the password was set is told by the account's nonce. */
static reset_outcome recover(struct redemption *redemption, inv_result *result)
{
    inv_verdict kept = *redemption->verdict;
    bool mine = false;

    inv_account_free(&redemption->account);
    mine = inv_account_find(redemption->call, redemption->name, &redemption->account,
                            &redemption->several, redemption->verdict) == INV_OK &&
           redemption->account != NULL && redemption->account->nonce != NULL &&
           strcmp(redemption->account->nonce, redemption->claim.nonce) == 0;
    if (mine)
        return RESET_DONE;
    *redemption->verdict = kept;
    *result = kept.result;
    return RESET_UNKNOWN;
}

static reset_outcome judge_answer(struct redemption *redemption, const inv_operation *change,
                                  inv_result *result)
{
    bool clear = (redemption->call->domain->verifiers & INV_VERIFIER_SERVER) != 0;

    if (inv_operation_answered(change, INV_LDAP_SUCCESS))
        return RESET_DONE;
    /* 16, or 20 or 19 for a second value: the nonce is not the one that was seen */
    if (inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
        inv_operation_answered(change, INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS) ||
        inv_account_write_is_ambiguous(change))
        return RESET_OVERTAKEN;
    if (inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT))
        *result = redemption_bad_token(redemption, "the account to reset is gone");
    else
        *result = inv_account_write_result(change, clear, redemption->verdict);
    return RESET_REFUSED;
}

static reset_outcome set_password(struct redemption *redemption, inv_result *result)
{
    inv_call *call = redemption->call;
    inv_verifiers *verifiers = NULL;
    inv_operation *change = NULL;
    reset_outcome outcome = RESET_REFUSED;

    *result = inv_verifiers_new(call->domain, redemption->password, &call->deadline, &verifiers,
                                redemption->verdict);
    if (*result == INV_OK) {
        change = inv_account_reset_operation(call->domain, redemption->name, redemption->account,
                                             redemption->claim.nonce, verifiers);
        *result =
            inv_directory_run(call->directory, &change, 1, &call->deadline, redemption->verdict);
        if (*result == INV_OK)
            outcome = judge_answer(redemption, change, result);
        else if (change != NULL && change->state != INV_OPERATION_UNSENT)
            outcome = recover(redemption, result);
    }
    inv_operation_free(&change);
    inv_verifiers_free(&verifiers);
    return outcome;
}

/* The password was set by this token, by this attempt or another: finish, then let it decide. */
static inv_result settle(struct redemption *redemption, const inv_use *standing)
{
    if (standing != NULL)
        (void)redemption_finish(redemption, standing->text, redemption->account->nonce);
    return redemption_prove(redemption);
}

/* Another attempt with this token set its password between look and write. */
static inv_result overtaken(struct redemption *redemption)
{
    inv_result result = redemption_look(redemption, INV_INVITE_TERMS_AND_CLAIMS);

    if (result != INV_OK)
        return result;
    if (redemption->account == NULL || redemption->account->nonce == NULL)
        return redemption_bad_token(redemption, "the account to reset is gone");
    return settle(redemption, inv_claim_of(redemption->invite, inv_name_jid(redemption->name)));
}

static inv_result give_back(struct redemption *redemption, inv_result result)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    if (redemption->fresh_claim && inv_claim_give_back(redemption->call, redemption->invite,
                                                       &redemption->claim, &verdict) != INV_OK)
        inv_log_write(redemption->call->log, INV_LOG_WARNING,
                      "invite %s: the use could not be given back now: %s", redemption->invite->id,
                      verdict.why);
    return result;
}

static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct relations relations = {.contacts = NULL};
    const inv_use *standing = NULL;
    bool done = false;
    inv_result result = judge_account(redemption);

    if (result == INV_OK)
        result = was_done(redemption,
                          inv_claim_of(redemption->invite, inv_name_jid(redemption->name)), &done);
    if (result == INV_OK && done)
        return settle(redemption, inv_claim_of(redemption->invite, inv_name_jid(redemption->name)));
    if (result == INV_OK)
        result = redemption_judge_state(redemption, &standing);
    if (result == INV_OK)
        result = redemption_claim(redemption, standing, &relations, again);
    relations_end(&relations);
    if (result != INV_OK || *again)
        return result;
    switch (set_password(redemption, &result)) {
    case RESET_DONE:
        (void)redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce);
        return INV_OK;
    case RESET_OVERTAKEN:
        return overtaken(redemption);
    case RESET_REFUSED:
        return give_back(redemption, result);
    case RESET_UNKNOWN:
        break;
    }
    return result;
}

inv_result redemption_reset(struct redemption *redemption)
{
    for (;;) {
        bool again = false;
        inv_result result = attempt(redemption, &again);

        if (result != INV_OK || !again)
            return result;
        inv_claim_jitter(&redemption->call->deadline);
        result = redemption_look(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result != INV_OK)
            return result;
    }
}
