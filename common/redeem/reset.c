/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/freshness.h"

#include "invitegate/directory.h"
#include "model/account.h"
#include "model/account_login.h"
#include "model/account_refusal.h"
#include "model/account_write.h"
#include "redemption.h"

/*
 * A reset never creates an account, and its account must be the one the invite was made for: a name
 * that has a new account since may not be reset by it.
 */
inv_result redemption_check_reset(struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    bool younger = false;
    bool may = false;
    inv_result result = INV_OK;

    if (strcmp(invite->user, inv_jid_local(redemption->name)) != 0)
        return redemption_refuse_other_name(redemption);
    if (inv_account_is_own(redemption->account))
        result = inv_account_is_younger(redemption->account, invite, &younger,
                                        redemption->call->verdict);
    if (result != INV_OK)
        return result;
    if (!inv_account_is_own(redemption->account) || younger)
        return redemption_bad_token(redemption, "the account to reset is gone");
    if (!inv_account_fits_reset(redemption->account, invite))
        return redemption_bad_token(redemption, INV_INVITE_OVERTAKEN);
    /* a password policy would lift the lock together with setting the new password */
    result =
        inv_account_refuse_locked(redemption->account, invite->created, redemption->call->verdict);
    if (result == INV_OK)
        result = inv_account_may_reset(redemption->call, redemption->account->dn, &may);
    if (result == INV_OK && !may)
        return inv_verdict_set(redemption->call->verdict, INV_NOT_ALLOWED,
                               "%s is not among the accounts that reset_filter lets in",
                               redemption->account->dn);
    return result;
}

typedef enum reset_outcome {
    RESET_DONE,
    RESET_OVERTAKEN, /* another reset set the password first: read again with which token */
    RESET_UNDATED,   /* set, but which password the verifiers are of is not recorded: once more */
    RESET_REFUSED,
    RESET_UNKNOWN
} reset_outcome;

static bool is_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Whether the password was set since the account was read, and by which attempt, told by
 * inviteNonce.
 */
static reset_outcome look_for_mark(const struct redemption *redemption, inv_call *call,
                                   const char *mark)
{
    inv_account *account = NULL;
    reset_outcome outcome = RESET_UNKNOWN;

    if (inv_account_find_of_jid(call, redemption->name, &account) != INV_OK)
        return RESET_UNKNOWN;
    if (account == NULL || is_same_text(account->nonce, redemption->account->nonce))
        outcome = RESET_REFUSED;
    else
        outcome = is_same_text(account->nonce, mark) ? RESET_DONE : RESET_OVERTAKEN;
    inv_account_free(&account);
    return outcome;
}

/* The outcome of the change is not known. */
static reset_outcome recover(struct redemption *redemption, const inv_operation *change,
                             const char *mark, inv_result *result)
{
    inv_verdict looking = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &looking);
    reset_outcome outcome;

    if (*result == INV_OK)
        *result = inv_operation_result(change, "setting the password", redemption->call->verdict);
    outcome = look_for_mark(redemption, &call, mark);
    /* not set so far, but it may still be on its way */
    return outcome == RESET_REFUSED ? RESET_UNKNOWN : outcome;
}

/*
 * Codes by which the delete of the old nonce and the add of mark fail when another reset came
 * first: 16, or for a second value 20, 19 or (389 DS) 65. But 19 may also be a password policy
 * without the control, and 65 a class that is missing.
 */
static bool may_be_overtaken(const inv_operation *change)
{
    return inv_operation_answered(change, INV_LDAP_NO_SUCH_ATTRIBUTE) ||
           inv_operation_answered(change, INV_LDAP_ATTRIBUTE_OR_VALUE_EXISTS) ||
           inv_operation_answered(change, INV_LDAP_OBJECT_CLASS_VIOLATION) ||
           inv_account_write_is_ambiguous(change);
}

static reset_outcome check_answer(struct redemption *redemption, const inv_operation *change,
                                  const char *mark, inv_result *result)
{
    if (inv_operation_answered(change, INV_LDAP_SUCCESS))
        return RESET_DONE;
    if (may_be_overtaken(change)) {
        reset_outcome outcome = look_for_mark(redemption, redemption->call, mark);

        *result = redemption->call->verdict->result;
        if (outcome != RESET_REFUSED)
            return outcome;
    }
    if (inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT))
        *result = redemption_bad_token(redemption, "the account to reset is gone");
    else
        *result = inv_account_check_refusal(redemption->call, redemption->name, change);
    return RESET_REFUSED;
}

/* ------------------------------------------------------------- which password verifiers are of */

static bool keeps_scram(const inv_domain *domain)
{
    return (domain->verifiers & INV_VERIFIERS_SCRAM) != 0;
}

static bool keeps_only_scram(const inv_domain *domain)
{
    return keeps_scram(domain) && (domain->verifiers & INV_VERIFIERS_USER_PASSWORD) == 0;
}

static inv_result run_dating(struct redemption *redemption, inv_operation *dating)
{
    /* 16: another reset has set the password since, and dates its own verifiers */
    return inv_call_perform(redemption->call, dating,
                            "recording which password the SCRAM verifiers are of",
                            INV_LDAP_NO_SUCH_ATTRIBUTE);
}

/*
 * Writes new verifiers for the password that was proved by a bind after account was read: those of
 * a reset whose second modify is missing are stale. When this fails, only SCRAM logins fail.
 */
static inv_result renew(struct redemption *redemption, const inv_account *account)
{
    inv_call *call = redemption->call;
    inv_domain domain = *call->domain;
    inv_verifiers *verifiers = NULL;
    inv_operation *renewal = NULL;
    inv_result result;

    if (!keeps_scram(&domain) || keeps_only_scram(&domain) || account->nonce == NULL ||
        account->password_changed_text == NULL)
        return INV_OK;
    domain.verifiers &= INV_VERIFIERS_SCRAM;
    result = inv_verifiers_new(&domain, redemption->password, &call->deadline, &verifiers,
                               redemption->call->verdict);
    if (result == INV_OK) {
        renewal = inv_account_renew_operation(account, verifiers);
        result = run_dating(redemption, renewal);
    }
    inv_operation_free(&renewal);
    inv_verifiers_free(&verifiers);
    return result;
}

/*
 * The answer that told the moment is lost, or the server does not tell it: a bind shows whether the
 * password is set.
 */
static inv_result renew_proved(struct redemption *redemption)
{
    inv_account *account = NULL;
    inv_result result = inv_account_find_of_jid(redemption->call, redemption->name, &account);

    if (account != NULL)
        result = inv_account_verify(redemption->call, account, redemption->password);
    if (account != NULL && result == INV_OK)
        result = renew(redemption, account);
    inv_account_free(&account);
    return result;
}

/*
 * The second modify of a reset with SCRAM, sent before the use is finished: a crash between the two
 * leaves verifiers that are stale, and a claim that lets the same token set them again.
 */
static reset_outcome date_verifiers(struct redemption *redemption, const inv_operation *change,
                                    const char *mark, inv_result *result)
{
    const inv_domain *domain = redemption->call->domain;
    const char *moment = change->after != NULL
                             ? inv_verifiers_moment(change->after, !keeps_only_scram(domain))
                             : NULL;
    inv_operation *dating = NULL;

    if (!keeps_scram(domain))
        return RESET_DONE;
    if (moment != NULL) {
        dating = inv_account_date_operation(redemption->account, mark, moment);
        *result = run_dating(redemption, dating);
        inv_operation_free(&dating);
    } else if (!keeps_only_scram(domain)) {
        *result = renew_proved(redemption);
    } else if (inv_operation_answered(change, INV_LDAP_SUCCESS)) {
        *result = inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                                  "the directory does not tell when it set the password of %s "
                                  "(post-read control, RFC 4527, pwdChangedTime and "
                                  "modifyTimestamp), and nobody logs in by stale SCRAM verifiers",
                                  redemption->account->dn);
    } else {
        return RESET_UNDATED; /* the answer with the moment is lost */
    }
    if (*result == INV_OK)
        return RESET_DONE;
    if (keeps_only_scram(domain))
        return RESET_UNKNOWN;
    inv_log_write(redemption->call->log, INV_LOG_WARNING,
                  "invite %s: the password of %s is set, but SCRAM stays off for it until the next "
                  "reset: %s",
                  redemption->invite->id, redemption->account->dn, redemption->call->verdict->why);
    *result = INV_OK;
    return RESET_DONE;
}

/* ----------------------------------------------------------------------------- the first modify */

static reset_outcome set_password(struct redemption *redemption, inv_result *result)
{
    inv_call *call = redemption->call;
    char *mark = inv_account_reset_mark(redemption->account, redemption->claim.nonce,
                                        redemption->invite->id);
    inv_verifiers *verifiers = NULL;
    inv_operation *change = NULL;
    reset_outcome outcome = RESET_REFUSED;

    if (mark == NULL)
        *result = inv_verdict_no_memory(redemption->call->verdict);
    else
        *result = inv_verifiers_new(call->domain, redemption->password, &call->deadline, &verifiers,
                                    redemption->call->verdict);
    if (*result != INV_OK)
        goto cleanup;
    change = inv_account_reset_operation(call->domain, redemption->name, redemption->account, mark,
                                         verifiers);
    *result = inv_call_run(call, &change, 1);
    if (*result == INV_OK && inv_operation_decided(change))
        outcome = check_answer(redemption, change, mark, result);
    else if (change != NULL && change->state != INV_OPERATION_UNSENT)
        outcome = recover(redemption, change, mark, result);
    if (outcome == RESET_DONE)
        outcome = date_verifiers(redemption, change, mark, result);
cleanup:
    inv_operation_free(&change);
    inv_verifiers_free(&verifiers);
    free(mark);
    return outcome;
}

/*
 * This token has set the password, in this attempt or another: the password is verified, then the
 * use is finished.
 */
static inv_result finish_reset(struct redemption *redemption)
{
    const inv_use *standing = inv_claim_of(redemption->invite, inv_jid_text(redemption->name));
    inv_result result = redemption_verify(redemption);

    if (result != INV_OK || standing == NULL)
        return result;
    if (renew(redemption, redemption->account) != INV_OK)
        inv_log_write(redemption->call->log, INV_LOG_WARNING,
                      "invite %s: SCRAM stays off for %s until the next reset: %s",
                      redemption->invite->id, redemption->account->dn,
                      redemption->call->verdict->why);
    (void)redemption_finish(redemption, standing->text, standing->nonce);
    return INV_OK;
}

inv_result redemption_reset_was_cut_off(struct redemption *redemption, bool *cut_off)
{
    *cut_off = false;
    if (!keeps_only_scram(redemption->call->domain) ||
        inv_claim_of(redemption->invite, inv_jid_text(redemption->name)) == NULL)
        return INV_OK;
    return inv_account_has_stale_verifiers(redemption->call, redemption->account, cut_off);
}

static inv_result give_back(struct redemption *redemption, inv_result result)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);

    if (redemption->fresh_claim &&
        inv_claim_give_back(&call, redemption->invite, &redemption->claim) != INV_OK)
        inv_log_write(call.log, INV_LOG_WARNING,
                      "invite %s: the use could not be given back now: %s", redemption->invite->id,
                      verdict.why);
    return result;
}

static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct parties parties = {.contacts = NULL};
    const inv_use *standing = NULL;
    bool cut_off = false;
    inv_result result = INV_OK;

    if (inv_account_is_own(redemption->account) &&
        inv_account_was_reset_by(redemption->account, redemption->invite->id)) {
        result = redemption_reset_was_cut_off(redemption, &cut_off);
        if (result != INV_OK || !cut_off)
            return result == INV_OK ? finish_reset(redemption) : result;
    }
    /* the token first: for one that is not valid, the verdict says no more than that */
    result = redemption_check_state(redemption, &standing, again);
    if (result == INV_OK && !*again)
        result = redemption_check_reset(redemption);
    if (result == INV_OK && !*again)
        result = redemption_claim(redemption, standing, &parties, again);
    parties_end(&parties);
    if (result != INV_OK || *again)
        return result;
    switch (set_password(redemption, &result)) {
    case RESET_DONE:
        (void)redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce);
        return INV_OK;
    case RESET_OVERTAKEN:
        /*
         * by another invite: this one is expired, and its claim goes. By this invite: the claim is
         * not needed
         */
        (void)give_back(redemption, INV_OK);
        redemption->fresh_claim = false;
        *again = true;
        return INV_OK;
    case RESET_UNDATED:
        /* the claim stays and had its effect: it lets this token set the password anew */
        redemption->fresh_claim = false;
        *again = true;
        return INV_OK;
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
        result = redemption_read_state(redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result != INV_OK)
            return result;
    }
}
