/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/login.h"

#include <time.h>

#include "invitegate/account.h"
#include "invitegate/password.h"
#include "invitegate/redeem.h"

/* ----------------------------------------------------------------------------------- offline */

static inv_result take_password(const inv_login_request *request, size_t offset,
                                inv_login_attempt *attempt, inv_verdict *verdict)
{
    attempt->password = inv_secret_new(inv_secret_bytes(request->password) + offset,
                                       inv_secret_length(request->password) - offset);
    return attempt->password != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

/* INV_NOT_OURS: not the combined form. */
static inv_result parse_combined(const inv_context *context, const inv_login_request *request,
                                 inv_login_attempt *attempt, inv_verdict *verdict)
{
    inv_result result = inv_token_parse_combined(
        context->keys, attempt->domain->name, inv_secret_bytes(request->password),
        inv_secret_length(request->password), &attempt->token, verdict);

    if (result == INV_OK)
        result = take_password(request, INV_TOKEN_PASSWORD_OFFSET, attempt, verdict);
    if (result == INV_OK)
        result = inv_jid_prepare(attempt->domain, request->user.text, attempt->local_length,
                                 &attempt->name, inv_verdict_clear_words(verdict));
    return result;
}

/* A password that has no token to be taken off. */
static inv_result parse_plain(const inv_context *context, const inv_login_request *request,
                              inv_login_attempt *attempt, inv_verdict *verdict)
{
    inv_result result;

    if (inv_token_leads(context->keys, attempt->domain->name, inv_secret_bytes(request->password),
                        inv_secret_length(request->password)))
        return inv_verdict_set(verdict, INV_BAD_TOKEN, "a token is no password%s",
                               request->registers ? "; TOKEN:PASSWORD registers"
                                                  : ", and the option register is not set");
    if (!request->logs_in)
        return inv_verdict_set(verdict, INV_NOT_OURS, "no token in the password");
    result = take_password(request, 0, attempt, verdict);
    if (result == INV_OK)
        result = inv_jid_prepare_existing(attempt->domain, request->user.text,
                                          attempt->local_length, &attempt->name, verdict);
    return result == INV_NAME_INVALID ? INV_NO_ACCOUNT : result;
}

inv_result inv_login_parse(const inv_context *context, const inv_login_request *request,
                           inv_login_attempt *attempt, inv_verdict *verdict)
{
    inv_result result;

    attempt->logs_in = request->logs_in;
    if (inv_secret_length(request->password) == 0)
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD, "empty password");
    result = inv_user_find_domain(context->config, &request->user, &attempt->domain,
                                  &attempt->local_length, inv_verdict_clear_words(verdict));
    if (result == INV_NAME_INVALID)
        result = request->logs_in ? INV_NO_ACCOUNT : INV_NOT_OURS;
    if (result == INV_OK) {
        result =
            request->registers ? parse_combined(context, request, attempt, verdict) : INV_NOT_OURS;
        if (result == INV_NOT_OURS)
            result = parse_plain(context, request, attempt, inv_verdict_clear_words(verdict));
    }
    verdict->result = result;
    return result;
}

/* ------------------------------------------------------------------------------ the directory */

static inv_result keep_stored(inv_call *call, inv_login_attempt *attempt)
{
    return inv_password_prepare(attempt->password, &attempt->stored) == INV_OK
               ? INV_OK
               : inv_verdict_no_memory(call->verdict);
}

/*
 * Logs in to the account that this very token made, with the password behind the token. wrong: that
 * password was tried already, and need not count twice with the directory.
 */
static inv_result log_in(inv_call *call, inv_login_attempt *attempt, bool wrong)
{
    inv_result result;

    if (inv_secret_length(attempt->password) == 0)
        return inv_verdict_set(inv_verdict_clear_words(call->verdict), INV_WRONG_PASSWORD,
                               "no password behind the token");
    result = keep_stored(call, attempt);
    if (result != INV_OK)
        return result;
    if (!attempt->logs_in)
        return inv_verdict_set(call->verdict, INV_NOT_OURS,
                               "token stripped, the next module verifies the password");
    if (wrong)
        return INV_WRONG_PASSWORD;
    (void)inv_verdict_clear_words(call->verdict);
    return inv_account_login(call, attempt->name, attempt->password);
}

static inv_result register_or_log_in(inv_call *call, inv_login_attempt *attempt)
{
    time_t accepted_at = time(NULL);
    inv_result result = inv_redeem_login(call, attempt->token, attempt->name, attempt->password);
    bool made_before = result == INV_OK || result == INV_WRONG_PASSWORD;

    if (made_before)
        return log_in(call, attempt, result == INV_WRONG_PASSWORD);
    if (result != INV_NO_ACCOUNT)
        return result;
    (void)inv_verdict_clear_words(call->verdict);
    result =
        inv_redeem(call, &(inv_redeem_request){attempt->token, attempt->name, attempt->password,
                                               INV_ALLOW_REGISTRATION, accepted_at});
    attempt->registered = result == INV_OK;
    return result == INV_OK ? keep_stored(call, attempt) : result;
}

inv_result inv_login(inv_call *call, inv_login_attempt *attempt)
{
    inv_result result = attempt->token != NULL
                            ? register_or_log_in(call, attempt)
                            : inv_account_login(call, attempt->name, attempt->password);

    call->verdict->result = result;
    return result;
}

void inv_login_attempt_clear(inv_login_attempt *attempt)
{
    inv_jid_free(&attempt->name);
    inv_token_free(&attempt->token);
    inv_secret_free(&attempt->password);
    inv_secret_free(&attempt->stored);
    *attempt = (inv_login_attempt){0};
}
