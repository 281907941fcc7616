/* SPDX-License-Identifier: BSD-2-Clause */
#include "set_password.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "model/account.h"
#include "model/account_login.h"
#include "model/account_refusal.h"
#include "model/account_write.h"

static bool is_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Whether the password was set since the account was read, and by which attempt, told by
 * inviteNonce.
 */
static password_outcome look_for_mark(const struct redemption *redemption, inv_call *call,
                                      const char *mark)
{
    inv_account *account = NULL;
    password_outcome outcome = PASSWORD_UNKNOWN;

    if (inv_account_find_of_jid(call, redemption->name, &account) != INV_OK)
        return PASSWORD_UNKNOWN;
    if (account == NULL || is_same_text(account->nonce, redemption->account->nonce))
        outcome = PASSWORD_REFUSED;
    else
        outcome = is_same_text(account->nonce, mark) ? PASSWORD_SET : PASSWORD_OVERTAKEN;
    inv_account_free(&account);
    return outcome;
}

/* The outcome of the change is not known. */
static password_outcome recover(struct redemption *redemption, const inv_operation *change,
                                const char *mark, inv_result *result)
{
    inv_verdict looking = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &looking);
    password_outcome outcome;

    if (*result == INV_OK)
        *result = inv_operation_result(change, "setting the password", redemption->call->verdict);
    outcome = look_for_mark(redemption, &call, mark);
    /* not set so far, but it may still be on its way */
    return outcome == PASSWORD_REFUSED ? PASSWORD_UNKNOWN : outcome;
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

static password_outcome check_answer(struct redemption *redemption, const inv_operation *change,
                                     const char *mark, inv_result *result)
{
    if (inv_operation_answered(change, INV_LDAP_SUCCESS))
        return PASSWORD_SET;
    if (may_be_overtaken(change)) {
        password_outcome outcome = look_for_mark(redemption, redemption->call, mark);

        *result = redemption->call->verdict->result;
        if (outcome != PASSWORD_REFUSED)
            return outcome;
    }
    if (inv_operation_answered(change, INV_LDAP_NO_SUCH_OBJECT))
        *result = redemption_bad_token(redemption, "the account to reset is gone");
    else
        *result = inv_account_check_refusal(redemption->call, redemption->name, change);
    return PASSWORD_REFUSED;
}

/* ------------------------------------------------------------- which password verifiers are of */

static bool keeps_scram(const inv_domain *domain)
{
    return (domain->verifiers & INV_VERIFIERS_SCRAM) != 0;
}

bool redemption_keeps_only_scram(const inv_domain *domain)
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

inv_result redemption_renew_verifiers(struct redemption *redemption, const inv_account *account)
{
    inv_call *call = redemption->call;
    inv_domain domain = *call->domain;
    inv_verifiers *verifiers = NULL;
    inv_operation *renewal = NULL;
    inv_result result;

    if (!keeps_scram(&domain) || redemption_keeps_only_scram(&domain) || account->nonce == NULL ||
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
        result = redemption_renew_verifiers(redemption, account);
    inv_account_free(&account);
    return result;
}

/*
 * The second modify of a reset with SCRAM, sent before the use is finished: a crash between the two
 * leaves verifiers that are stale, and a claim that lets the same token set them again.
 */
static password_outcome date_verifiers(struct redemption *redemption, const inv_operation *change,
                                       const char *mark, inv_result *result)
{
    const inv_domain *domain = redemption->call->domain;
    const char *moment =
        change->after != NULL
            ? inv_verifiers_moment(change->after, !redemption_keeps_only_scram(domain))
            : NULL;
    inv_operation *dating = NULL;

    if (!keeps_scram(domain))
        return PASSWORD_SET;
    if (moment != NULL) {
        dating = inv_account_date_operation(redemption->account, mark, moment);
        *result = run_dating(redemption, dating);
        inv_operation_free(&dating);
    } else if (!redemption_keeps_only_scram(domain)) {
        *result = renew_proved(redemption);
    } else if (inv_operation_answered(change, INV_LDAP_SUCCESS)) {
        *result = inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                                  "the directory does not tell when it set the password of %s "
                                  "(post-read control, RFC 4527, pwdChangedTime and "
                                  "modifyTimestamp), and nobody logs in by stale SCRAM verifiers",
                                  redemption->account->dn);
    } else {
        return PASSWORD_UNDATED; /* the answer with the moment is lost */
    }
    if (*result == INV_OK)
        return PASSWORD_SET;
    if (redemption_keeps_only_scram(domain))
        return PASSWORD_UNKNOWN;
    inv_log_write(redemption->call->log, INV_LOG_WARNING,
                  "the password of %s is set, but SCRAM stays off for it until the next reset: %s",
                  redemption->account->dn, redemption->call->verdict->why);
    *result = INV_OK;
    return PASSWORD_SET;
}

/* ----------------------------------------------------------------------------- the first modify */

password_outcome redemption_set_password(struct redemption *redemption, inv_result *result)
{
    inv_call *call = redemption->call;
    char *mark = inv_account_reset_mark(redemption->account, redemption->claim.nonce,
                                        redemption->invite->id);
    inv_verifiers *verifiers = NULL;
    inv_operation *change = NULL;
    password_outcome outcome = PASSWORD_REFUSED;

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
    if (outcome == PASSWORD_SET)
        outcome = date_verifiers(redemption, change, mark, result);
cleanup:
    inv_operation_free(&change);
    inv_verifiers_free(&verifiers);
    free(mark);
    return outcome;
}
