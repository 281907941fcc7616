/* SPDX-License-Identifier: BSD-2-Clause */
#include "mend.h"
#include "redemption.h"

/* Brings the standing claim of an account that is there, or of a pair that is there, to its end. */
static inv_result finish(struct redemption *redemption, const inv_use *claim, bool *finished)
{
    const inv_invite *invite = redemption->invite;
    struct relations relations = {.contacts = NULL};
    bool is_account = redemption->account != NULL &&
                      inv_account_is_of(redemption->account, invite->id, redemption->name);
    const char *nonce = is_account && redemption->account->nonce != NULL
                            ? redemption->account->nonce
                            : claim->nonce;
    inv_result result;

    redemption->registers = is_account;
    result = redemption_ask(redemption, &relations);
    if (result == INV_BAD_TOKEN)
        result = INV_OK; /* what is there stays: an inviter who left costs only the pair */
    if (result == INV_OK)
        *finished = redemption_connect(redemption, &relations,
                                       is_account ? redemption->account->dn : NULL) &&
                    redemption_finish(redemption, claim->text, nonce) == FINISH_DONE;
    relations_end(&relations);
    return result;
}

/* A reset leaves its mark on the account. */
static bool reset_was_done(const struct redemption *redemption)
{
    return redemption->invite->type == INV_INVITE_RESET && redemption->account != NULL &&
           inv_account_was_reset_by(redemption->account, redemption->invite->id);
}

static inv_result mend_seen(struct redemption *redemption, bool dry_run, inv_mend *mend)
{
    const inv_use *claim = inv_claim_of(redemption->invite, inv_name_jid(redemption->name));
    bool effect = false;
    bool finished = false;
    inv_result result = INV_OK;

    if (claim == NULL) {
        *mend = INV_MEND_GONE;
        return INV_OK;
    }
    if (redemption->invite->type != INV_INVITE_RESET)
        result = redemption_has_effect(redemption, claim, &effect);
    if (result != INV_OK)
        return result;
    if (reset_was_done(redemption)) {
        finished =
            dry_run || redemption_finish(redemption, claim->text, claim->nonce) == FINISH_DONE;
        *mend = finished ? INV_MEND_FINISHED : INV_MEND_STUCK;
    } else if (effect) {
        finished = dry_run;
        if (!dry_run)
            result = finish(redemption, claim, &finished);
        *mend = finished ? INV_MEND_FINISHED : INV_MEND_STUCK;
    } else {
        const inv_claim dead = {.text = claim->text};

        if (!dry_run)
            result = inv_claim_give_back(redemption->call, redemption->invite, &dead,
                                         redemption->verdict);
        *mend = INV_MEND_FREED;
    }
    return result;
}

inv_result inv_redeem_mend(inv_call *call, const inv_invite *invite, const char *jid, bool dry_run,
                           inv_mend *mend, inv_verdict *verdict)
{
    struct redemption redemption;
    inv_name *name = NULL;
    inv_result result = inv_name_parse_jid(jid, &name, verdict);

    *mend = INV_MEND_STUCK;
    if (result == INV_NAME_INVALID)
        return INV_OK;
    if (result != INV_OK)
        return result;
    redemption_start(&redemption, call, invite->id, name, verdict);
    result = redemption_look(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
    if (result == INV_OK)
        result = mend_seen(&redemption, dry_run, mend);
    redemption_end(&redemption);
    inv_name_free(&name);
    return result;
}
