/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "model/account.h"
#include "redemption.h"

/*
 * The redeemer must have an account if the domain is configured; of other domains only their own
 * servers know the accounts.
 */
inv_result redemption_check_redeemer(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    const inv_domain *domain = inv_config_domain(call->config, inv_jid_domain(redemption->name));
    const inv_invite *invite = redemption->invite;

    if (invite->inviter != NULL && inv_ascii_equal(invite->inviter, inv_jid_text(redemption->name)))
        return inv_verdict_set(redemption->call->verdict, INV_NOT_ALLOWED,
                               "the inviter cannot redeem the invite");
    if (invite->user != NULL &&
        (domain != call->domain || strcmp(invite->user, inv_jid_local(redemption->name)) != 0))
        return redemption_refuse_other_name(redemption);
    if (domain != NULL && !inv_account_is_active(redemption->account, time(NULL)))
        return inv_verdict_set(redemption->call->verdict, INV_NOT_ALLOWED, "%s has no account",
                               inv_jid_text(redemption->name));
    return INV_OK;
}

/*
 * *done: this JID has a finished use, so the same again is INV_OK. An unlimited invite records no
 * uses: its pairs are written once more.
 */
static inv_result was_done(struct redemption *redemption, bool *done)
{
    const char *jid = inv_jid_text(redemption->name);
    inv_invite *whole = NULL;
    inv_result result;

    *done = false;
    if (redemption->invite->uses == 0 || inv_claim_of(redemption->invite, jid) != NULL)
        return INV_OK;
    result = inv_invite_read(redemption->call, redemption->invite->id, INV_INVITE_ALL, &whole);
    for (size_t i = 0; result == INV_OK && i < whole->used_by_count; i++)
        *done = *done || inv_ascii_equal(whole->used_by[i].jid, jid);
    inv_invite_free(&whole);
    return result;
}

static inv_result attempt(struct redemption *redemption, bool *again)
{
    struct parties parties = {.contacts = NULL};
    const inv_use *standing = NULL;
    bool done = false;
    inv_result result = was_done(redemption, &done);

    if (result != INV_OK || done)
        return result;
    /* the token first: for one that is not valid, the verdict says no more than that */
    result = redemption_check_state(redemption, &standing, again);
    if (result == INV_OK && !*again)
        result = redemption_check_redeemer(redemption);
    if (result == INV_OK && !*again)
        result = redemption_claim(redemption, standing, &parties, again);
    if (result == INV_OK && !*again) {
        if (!redemption_connect(redemption, &parties, NULL))
            result = inv_verdict_set(redemption->call->verdict, redemption->connect_failure,
                                     "the pairs are not all written; the claim stands, the same "
                                     "JID may try again");
        else if (redemption->invite->uses > 0 &&
                 redemption_finish(redemption, redemption->claim.text, redemption->claim.nonce) ==
                     FINISH_REPOINTED) {
            redemption_disconnect(redemption);
            result = redemption_bad_token(redemption, "the use was taken by another JID meanwhile");
        }
    }
    parties_end(&parties);
    return result;
}

inv_result inv_redeem_contact(inv_call *call, const inv_token *token, const inv_jid *redeemer,
                              time_t accepted_at)
{
    struct redemption redemption;
    bool again = true;
    inv_result result = INV_OK;

    redemption_start(&redemption, call, inv_token_id(token), redeemer);
    redemption.allowed_types = INV_ALLOW_CONTACT;
    redemption_accept_at(&redemption, accepted_at);
    while (result == INV_OK && again) {
        again = false;
        result = redemption_read_state(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
        if (result == INV_OK)
            result = redemption_refuse_type(&redemption);
        if (result == INV_OK)
            result = attempt(&redemption, &again);
    }
    redemption_end(&redemption);
    if (result == INV_OK)
        (void)inv_verdict_set(call->verdict, INV_OK, "redeemed");
    call->verdict->result = result;
    return result;
}
