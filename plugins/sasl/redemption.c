/* SPDX-License-Identifier: BSD-2-Clause */
#include "redemption.h"

#include "invitegate/account.h"
#include "invitegate/redeem.h"
#include "redeemed.h"

static inv_result ask_directory(inv_sasl_service *service, const inv_token *token,
                                const inv_jid *name, inv_allowed_types allowed_types,
                                const inv_sasl_offer *offer)
{
    inv_call call = {0};
    inv_result result = inv_sasl_service_call(service, &call);

    if (result == INV_OK)
        result = inv_redeem(&call,
                            &(inv_redeem_request){token, name, offer->password, allowed_types, 0});
    if (result == INV_OK && offer->logs_in)
        result = inv_account_status(&call, name);
    inv_call_end(&call);
    return result;
}

inv_result inv_sasl_redeem(inv_sasl_service *service, const inv_sasl_offer *offer)
{
    inv_allowed_types allowed_types = INV_ALLOW_REGISTRATION | INV_ALLOW_RESET;
    inv_token *token = NULL;
    inv_jid *name = NULL;
    inv_result result =
        inv_token_parse(service->context->keys, service->domain->name, offer->token,
                        offer->token_length, &token, inv_sasl_service_clear_words(service));

    if (result == INV_OK)
        result = inv_redeem_name(service->domain, service->user, &allowed_types, &name,
                                 inv_sasl_service_clear_words(service));
    if (result == INV_OK)
        result = ask_directory(service, token, name, allowed_types, offer);
    if (result == INV_OK)
        inv_sasl_redeemed_set(inv_jid_text(name));
    inv_jid_free(&name);
    inv_token_free(&token);
    return result;
}
