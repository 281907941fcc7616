/* SPDX-License-Identifier: BSD-2-Clause */
#include "registration.h"

#include <security/pam_modules.h>
#include <string.h>

#include "invitegate/redeem.h"
#include "invitegate/timestamp.h"

/* The types of invite that a password change takes. */
static inv_allowed_types types_with(const inv_token *token)
{
    return token != NULL ? INV_ALLOW_REGISTRATION | INV_ALLOW_RESET : INV_ALLOW_REGISTRATION;
}

/* The name, and the types of invite it may be used with. */
static inv_result find_name(inv_pam_service *service, const inv_token *token, inv_jid **name,
                            inv_allowed_types *allowed_types)
{
    *allowed_types = types_with(token);
    return inv_redeem_name(service->domain, service->user, allowed_types, name,
                           inv_pam_service_clear_words(service));
}

inv_result inv_pam_registration_token(inv_pam_service *service, const inv_secret *text,
                                      inv_token **token)
{
    inv_result result = inv_pam_service_find_domain(service);

    if (result != INV_OK)
        return result;
    if (inv_secret_length(text) == 0 && !service->domain->invite_only)
        return INV_OK;
    if (inv_secret_length(text) == 0)
        return inv_verdict_set(inv_pam_service_clear_words(service), INV_BAD_TOKEN,
                               "no token was given, and invite_only = yes");
    return inv_token_parse(service->handle->context->keys, service->domain->name,
                           inv_secret_bytes(text), inv_secret_length(text), token,
                           inv_pam_service_clear_words(service));
}

/*
 * When the host accepted the token, as XMPP servers do before, or 0; inv_redeem_check limits how
 * long ago.
 */
static time_t accepted_by_host(const inv_pam_service *service)
{
    const char *text = pam_getenv(service->pamh, "INVITEGATE_ACCEPTED_AT");
    time_t moment = 0;

    if (text != NULL)
        (void)inv_timestamp_parse_seconds(text, &moment);
    return moment;
}

inv_result inv_pam_registration_check(inv_pam_service *service, const inv_token *token)
{
    inv_acceptance acceptance = {.accepted_at = accepted_by_host(service)};
    inv_call call = {0};
    inv_jid *name = NULL;
    inv_allowed_types allowed_types = 0;
    inv_result result;

    result = find_name(service, token, &name, &allowed_types);
    if (result == INV_OK)
        result = inv_pam_service_call(service, &call);
    if (result == INV_OK) {
        result = inv_redeem_check(&call, token, name, allowed_types, &acceptance);
        result = inv_redeem_blame_name(types_with(token), allowed_types, result, call.verdict);
    }
    if (result == INV_OK && token != NULL)
        inv_pam_handle_accept(service->handle, service->user, token, acceptance.accepted_at);
    inv_pam_service_end_call(service, &call);
    inv_jid_free(&name);
    return result;
}

inv_result inv_pam_registration_do(inv_pam_service *service, const inv_token *token,
                                   const inv_secret *password)
{
    inv_call call = {0};
    inv_jid *name = NULL;
    inv_allowed_types allowed_types = 0;
    time_t accepted_at = 0;
    inv_result result;

    if (token != NULL)
        accepted_at = inv_pam_handle_accepted(service->handle, service->user, token);
    result = find_name(service, token, &name, &allowed_types);
    if (result == INV_OK)
        result = inv_pam_service_call(service, &call);
    if (result == INV_OK) {
        result = inv_redeem(
            &call, &(inv_redeem_request){token, name, password, allowed_types, accepted_at});
        result = inv_redeem_blame_name(types_with(token), allowed_types, result, call.verdict);
    }
    inv_pam_service_end_call(service, &call);
    if (result == INV_OK)
        result = inv_pam_service_set_user(service, name);
    inv_jid_free(&name);
    return result;
}
