/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include <time.h>

#include "invitegate/account.h"
#include "invitegate/redeem.h"

static inv_result verify(inv_pam_service *service, const inv_secret *password)
{
    inv_call call = {0};
    inv_name *name = NULL;
    inv_result result;

    result = inv_pam_service_existing_name(service, &name);
    if (result == INV_NAME_INVALID)
        result = INV_NO_ACCOUNT;
    if (result == INV_OK)
        result = inv_pam_service_call(service, &call);
    if (result == INV_OK)
        result = inv_account_login(&call, name, password);
    inv_pam_service_hang_up(service, &call);
    if (result == INV_OK)
        result = inv_pam_service_settle_user(service, name);
    inv_name_free(&name);
    return result;
}

/*
 * Puts the password into PAM_AUTHTOK without its token, and as it is stored: modules behind that
 * bind with it, such as pam_ldap(5), do not prepare it.
 */
static inv_result strip_token(inv_pam_service *service, const inv_secret *password)
{
    inv_secret *prepared = NULL;
    bool kept = inv_password_prepare(password, &prepared) == INV_OK &&
                pam_set_item(service->pamh, PAM_AUTHTOK, inv_secret_bytes(prepared)) == PAM_SUCCESS;

    inv_secret_free(&prepared);
    return kept ? INV_OK : inv_verdict_no_memory(&service->verdict);
}

/*
 * Logs in to the account that this very token made, with the password behind the token. wrong: that
 * password was tried already, and need not count twice with the directory.
 */
static inv_result log_in(inv_pam_service *service, const inv_name *name, const inv_secret *password,
                         bool wrong)
{
    inv_result result;

    if (inv_secret_length(password) == 0)
        return inv_verdict_set(inv_pam_service_afresh(service), INV_WRONG_PASSWORD,
                               "no password behind the token");
    result = strip_token(service, password);
    if (result != INV_OK)
        return result;
    if (service->options.login && wrong)
        return INV_WRONG_PASSWORD;
    if (service->options.login)
        return verify(service, password);
    /* the next module has to ask for the account that the token made */
    result = inv_pam_service_settle_user(service, name);
    if (result != INV_OK)
        return result;
    return inv_verdict_set(&service->verdict, INV_NOT_OURS,
                           "token stripped, the next module verifies the password");
}

static inv_result register_or_log_in(inv_pam_service *service, const inv_token *token,
                                     const inv_secret *password)
{
    inv_call call = {0};
    inv_name *name = NULL;
    bool made_before = false;
    time_t accepted_at = time(NULL);
    inv_result result;

    result = inv_pam_service_name(service, &name);
    if (result == INV_OK)
        result = inv_pam_service_call(service, &call);
    if (result == INV_OK) {
        result = inv_redeem_login(&call, token, name, password);
        made_before = result == INV_OK || result == INV_WRONG_PASSWORD;
    }
    if (result == INV_NO_ACCOUNT) {
        (void)inv_pam_service_afresh(service);
        result = inv_redeem(&call, token, name, password, INV_ALLOW_REGISTRATION, accepted_at);
    }
    inv_pam_service_hang_up(service, &call);
    if (made_before)
        result = log_in(service, name, password, result == INV_WRONG_PASSWORD);
    else if (result == INV_OK)
        result = strip_token(service, password);
    if (!made_before && result == INV_OK)
        result = inv_pam_service_settle_user(service, name);
    inv_name_free(&name);
    return result;
}

static inv_result judge_combined(inv_pam_service *service, const inv_token *token, const char *text,
                                 size_t length)
{
    inv_secret *password =
        inv_secret_new(text + INV_TOKEN_PASSWORD_OFFSET, length - INV_TOKEN_PASSWORD_OFFSET);
    inv_result result;

    if (password == NULL)
        return inv_verdict_no_memory(&service->verdict);
    result = register_or_log_in(service, token, password);
    inv_secret_free(&password);
    return result;
}

/* Judges a password that has no token to be taken off. */
static inv_result judge_plain(inv_pam_service *service, const inv_secret *password)
{
    if (inv_token_leads(service->handle->context->keys, service->domain->name,
                        inv_secret_bytes(password), inv_secret_length(password)))
        return inv_verdict_set(inv_pam_service_afresh(service), INV_BAD_TOKEN,
                               "a token is no password%s",
                               service->options.registers ? "; TOKEN:PASSWORD registers"
                                                          : ", and the option register is not set");
    if (service->options.login)
        return verify(service, password);
    return inv_verdict_set(inv_pam_service_afresh(service), INV_NOT_OURS,
                           "no token in the password");
}

inv_result inv_pam_login(inv_pam_service *service, const inv_secret *password)
{
    const char *text = inv_secret_bytes(password);
    size_t length = inv_secret_length(password);
    inv_token *token = NULL;
    inv_result result;

    if (length == 0)
        return inv_verdict_set(&service->verdict, INV_WRONG_PASSWORD, "empty password");
    result = inv_pam_service_find_domain(service);
    if (result == INV_NAME_INVALID)
        return service->options.login ? INV_NO_ACCOUNT : INV_NOT_OURS;
    if (result != INV_OK)
        return result;
    if (!service->options.registers)
        return judge_plain(service, password);
    result = inv_token_parse_combined(service->handle->context->keys, service->domain->name, text,
                                      length, &token, inv_pam_service_afresh(service));
    if (result == INV_OK)
        result = judge_combined(service, token, text, length);
    else if (result == INV_NOT_OURS)
        result = judge_plain(service, password);
    inv_token_free(&token);
    return result;
}
