/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"
#include "model/account.h"
#include "model/account_login.h"
#include "model/invite.h"
#include "redemption.h"

/* --------------------------------------------------------------------------------------- finish */

/*
 * Whether invite has a finished use of this redemption. One name may have had several uses of an
 * invite: its account was deleted and it registered again; or an attempt hung until its claim went
 * to another name, and a later attempt took the name with a use of its own. So the use of an
 * account is recognized by the attempt that made it, which every finisher records
 * (inv_account_made_by). A pair and a reset are the same whichever attempt of the JID was quicker.
 */
static bool used_by(const struct redemption *redemption, const inv_invite *invite,
                    const char *nonce)
{
    const char *jid = inv_jid_text(redemption->name);

    for (size_t i = 0; i < invite->used_by_count; i++) {
        if (inv_ascii_equal(invite->used_by[i].jid, jid) &&
            (!redemption->registers || strcmp(invite->used_by[i].nonce, nonce) == 0))
            return true;
    }
    return false;
}

inv_result redemption_has_use(struct redemption *redemption, bool *has)
{
    const char *made_by = inv_account_made_by(redemption->account);
    inv_invite *whole = NULL;
    inv_result result;

    *has = false;
    if (made_by[0] == '\0')
        return INV_OK; /* unknown after a reset that kept no FIRST */
    result = inv_invite_read(redemption->call, redemption->invite->id, INV_INVITE_ALL, &whole);
    if (result == INV_OK)
        *has = used_by(redemption, whole, made_by);
    inv_invite_free(&whole);
    return result;
}

static inv_operation *reservation_removal(const struct redemption *redemption)
{
    char *dn = inv_reservation_dn(redemption->call->domain, redemption->invite->user);
    inv_operation *removal = inv_operation_new_delete(dn);

    free(dn);
    return removal;
}

finish_outcome redemption_finish_exactly(struct redemption *redemption, const char *claim_text,
                                         const char *nonce)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    inv_operation *flight[2] = {NULL, NULL};
    size_t count = 1;
    finish_outcome outcome = FINISH_UNKNOWN;
    char *use = inv_claim_use_text(inv_jid_text(redemption->name), time(NULL), nonce,
                                   redemption->owed[0] != '\0' ? redemption->owed : NULL);
    inv_result result;

    flight[0] = inv_claim_finish_operation(redemption->invite, claim_text, use);
    free(use);
    if (inv_invite_reserves(redemption->invite))
        flight[count++] = reservation_removal(redemption);
    result = inv_call_run(&call, flight, count);
    if (result == INV_OK && inv_operation_answered(flight[0], INV_LDAP_NO_SUCH_ATTRIBUTE))
        outcome = FINISH_REPOINTED;
    else if (result == INV_OK)
        result = inv_operation_result(flight[0], "finishing the use", &verdict);
    if (result == INV_OK && outcome != FINISH_REPOINTED)
        outcome = FINISH_DONE;
    if (result != INV_OK)
        inv_log_write(call.log, INV_LOG_WARNING, "invite %s: %s; invitectl repair finishes it",
                      redemption->invite->id, verdict.why);
    inv_operation_free(&flight[0]);
    inv_operation_free(&flight[1]);
    return outcome;
}

/*
 * The claim that was to be finished is gone. What the invite has in its place tells why:
 *   - a use that is this attempt's: another attempt of the name has finished it. Done;
 *   - a claim of the same name: another attempt took this one over, or has a use of its own for the
 *     name. Either way it finds this attempt's account, and the first of the two finishes it:
 *     *text;
 *   - neither, whether or not the name has other uses of the invite: the claim went to another
 *     name, or was given back to the invite, or the account of the attempt that took it over is
 *     gone again. There is no use for what this attempt made.
 */
static finish_outcome find_successor(struct redemption *redemption, const char *nonce, char **text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    inv_invite *current = NULL;
    const inv_use *standing = NULL;
    finish_outcome outcome = FINISH_REPOINTED;

    if (inv_invite_read(&call, redemption->invite->id, INV_INVITE_ALL, &current) != INV_OK)
        return FINISH_UNKNOWN;
    standing = inv_claim_of(current, inv_jid_text(redemption->name));
    if (used_by(redemption, current, nonce)) {
        outcome = FINISH_DONE;
    } else if (standing != NULL) {
        *text = strdup(standing->text);
        outcome = FINISH_UNKNOWN;
    }
    inv_invite_free(&current);
    return outcome;
}

finish_outcome redemption_finish(struct redemption *redemption, const char *claim_text,
                                 const char *nonce)
{
    char *text = strdup(claim_text);
    finish_outcome outcome = FINISH_UNKNOWN;

    while (text != NULL) {
        outcome = redemption_finish_exactly(redemption, text, nonce);
        free(text);
        text = NULL;
        if (outcome == FINISH_REPOINTED)
            outcome = find_successor(redemption, nonce, &text);
    }
    return outcome;
}

void redemption_record_owed(struct redemption *redemption, bool whole)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(redemption->call, &verdict);
    char *use =
        inv_claim_use_text(inv_jid_text(redemption->name), time(NULL), redemption->claim.nonce,
                           whole ? redemption->owed : INV_USE_OWED_ALL);
    inv_operation *record = inv_claim_finish_operation(redemption->invite, NULL, use);
    inv_result result =
        inv_call_perform(&call, record, "putting down what is owed", INV_LDAP_SUCCESS);

    if (result != INV_OK)
        inv_log_write(call.log, INV_LOG_ERROR,
                      "invite %s: %s has an account but not all that was promised, and that could "
                      "not be put down: %s",
                      redemption->invite->id, inv_jid_text(redemption->name), verdict.why);
    inv_operation_free(&record);
    free(use);
}

/* -------------------------------------------------------------------------- settle and prove */

bool redemption_owes(const struct redemption *redemption)
{
    return inv_claim_of(redemption->invite, inv_jid_text(redemption->name)) != NULL ||
           redemption_has_stale_pairs(redemption);
}

/*
 * *owes: the claim is this account's own and may still be finished. A surplus claim (the account
 * has its use already) stays until repair finds it dead: its attempt may still be under way. A
 * revoked invite gives nothing more.
 */
static inv_result check_claim(struct redemption *redemption, const inv_use *claim, bool *owes)
{
    bool has = false;
    inv_result result = INV_OK;

    *owes = false;
    if (claim == NULL || redemption->invite->uses_left < 0)
        return INV_OK;
    result = redemption_has_use(redemption, &has);
    *owes = result == INV_OK && !has;
    return result;
}

static void finish_standing(struct redemption *redemption, const inv_use *standing)
{
    const char *made_by = inv_account_made_by(redemption->account);

    (void)redemption_finish(redemption, standing->text,
                            made_by[0] != '\0' ? made_by : standing->nonce);
}

inv_result redemption_finish_leftover(struct redemption *redemption)
{
    const inv_use *standing = inv_claim_of(redemption->invite, inv_jid_text(redemption->name));
    struct parties parties = {.contacts = NULL};
    bool stale = redemption_has_stale_pairs(redemption);
    bool whole = false;
    bool owes = false;
    inv_result result = check_claim(redemption, standing, &owes);

    if (result != INV_OK || (!owes && !stale))
        return result;
    if (owes)
        result = redemption_check_parties(redemption, &parties);
    if (result == INV_BAD_TOKEN)
        result = INV_OK; /* the account exists: an inviter that is gone costs only the pair */
    if (result == INV_OK)
        whole = redemption_connect(redemption, &parties, redemption->account->dn);
    if (result == INV_OK && !whole && stale)
        result = redemption_refuse_stale_pairs(redemption);
    if (whole && owes)
        finish_standing(redemption, standing);
    parties_end(&parties);
    return result;
}

inv_result redemption_verify(struct redemption *redemption)
{
    inv_result result;

    if (!redemption_may_repeat(redemption))
        return redemption_taken(redemption);
    result = inv_account_verify(redemption->call, redemption->account, redemption->password);
    if (result == INV_WRONG_PASSWORD && redemption->open)
        return redemption_taken(redemption);
    if (result == INV_WRONG_PASSWORD)
        return redemption_bad_token(redemption,
                                    "used: made this account, and the password is another");
    return result;
}

inv_result redemption_resume(struct redemption *redemption)
{
    inv_result result = redemption_verify(redemption);

    return result == INV_OK ? redemption_finish_leftover(redemption) : result;
}
