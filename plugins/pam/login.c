/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include <string.h>

#include "invitegate/login.h"

/* Begins the call only now: what is refused offline costs no connection. */
static inv_result ask_directory(inv_pam_service *service, inv_login_attempt *attempt)
{
    inv_call call = {0};
    inv_result result = inv_pam_service_call(service, &call);

    if (result == INV_OK)
        result = inv_login(&call, attempt);
    inv_pam_service_end_call(service, &call);
    return result;
}

/*
 * Modules behind find the password in PAM_AUTHTOK without its token, and as it is stored: those
 * that bind with it, such as pam_ldap(5), do not prepare it. They have to ask for the account of
 * the prepared name.
 */
static inv_result hand_on(inv_pam_service *service, const inv_login_attempt *attempt,
                          inv_result result)
{
    bool stripped = attempt->stored != NULL;
    inv_result set = INV_OK;

    if (stripped &&
        pam_set_item(service->pamh, PAM_AUTHTOK, inv_secret_bytes(attempt->stored)) != PAM_SUCCESS)
        return inv_verdict_no_memory(&service->verdict);
    if (result == INV_OK || (result == INV_NOT_OURS && stripped))
        set = inv_pam_service_set_user(service, attempt->name);
    return set == INV_OK ? result : set;
}

inv_result inv_pam_login(inv_pam_service *service, const inv_secret *password)
{
    const inv_login_request request = {
        .user = {service->user, strlen(service->user), service->options.domain},
        .password = password,
        .registers = service->options.registers,
        .logs_in = service->options.login,
    };
    inv_login_attempt attempt = {0};
    inv_result result =
        inv_login_parse(service->handle->context, &request, &attempt, &service->verdict);

    if (attempt.domain != NULL) {
        service->domain = attempt.domain;
        service->local_length = attempt.local_length;
    }
    if (result == INV_OK)
        result = ask_directory(service, &attempt);
    result = hand_on(service, &attempt, result);
    inv_login_attempt_clear(&attempt);
    return result;
}
