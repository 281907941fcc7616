/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "model/account.h"
#include "redemption.h"
#include "stale_claim.h"

/*
 * *own: the account that this invite made takes the place of the holder of the name that was read.
 */
static inv_result look_for_own(struct redemption *redemption, bool *own)
{
    inv_account *account = NULL;
    inv_result result =
        inv_account_find_own(redemption->call, redemption->invite->id, redemption->name, &account);

    *own = account != NULL;
    if (account != NULL) {
        inv_account_free(&redemption->account);
        redemption->account = account;
    }
    return result;
}

/*
 * The claim is for a pair only: of an account with a contact invite, of one that is older than its
 * contact-account invite, or of a JID of another domain with either.
 */
static bool is_contact(const struct redemption *redemption)
{
    const inv_invite *invite = redemption->invite;
    const inv_account *account = redemption->account;

    if (!inv_invite_type_connects(invite->type))
        return false;
    if (strcmp(inv_jid_domain(redemption->name), redemption->call->domain->name) != 0)
        return true;
    return inv_account_is_own(account) &&
           (invite->type == INV_INVITE_CONTACT ||
            (account->created != 0 && account->created <= invite->created));
}

/*
 * Writes what is missing. An inviter that is gone costs only the pair. account_dn NULL: joins no
 * group.
 */
static inv_result connect(struct redemption *redemption, bool own, const char *account_dn,
                          bool *whole)
{
    struct parties parties = {.contacts = NULL};
    inv_result result;

    redemption->registers = own;
    result = redemption_check_parties(redemption, &parties);
    if (result == INV_BAD_TOKEN)
        result = INV_OK;
    if (result == INV_OK)
        *whole = redemption_connect(redemption, &parties, account_dn);
    parties_end(&parties);
    return result;
}

/*
 * The claim becomes a use. A newer claim of the same JID is left to its own attempt, or to a later
 * repair.
 */
static claim_end record(struct redemption *redemption, const inv_use *claim, const char *nonce)
{
    switch (redemption_finish_exactly(redemption, claim->text, nonce)) {
    case FINISH_DONE:
        return CLAIM_END_FINISHED;
    case FINISH_REPOINTED:
        return CLAIM_END_GONE;
    case FINISH_UNKNOWN:
        break;
    }
    return CLAIM_END_STUCK;
}

/*
 * Finishes the claim of an account or pair that exists. Where the account has been deleted since,
 * the use is recorded and nothing is connected; so with an invite that was revoked since, which
 * gives nothing more.
 */
static inv_result finish(struct redemption *redemption, const inv_use *claim, bool own,
                         claim_end *end)
{
    const char *nonce = claim->nonce;
    bool whole = true;
    inv_result result = INV_OK;

    if (redemption->invite->uses_left >= 0 && (own || is_contact(redemption)))
        result = connect(redemption, own, own ? redemption->account->dn : NULL, &whole);
    if (own && inv_account_made_by(redemption->account)[0] != '\0')
        nonce = inv_account_made_by(redemption->account);
    if (result == INV_OK && whole)
        *end = record(redemption, claim, nonce);
    return result;
}

/* The first of the two modifies of a reset leaves its mark in inviteNonce. */
static bool reset_was_done(const struct redemption *redemption)
{
    return inv_account_is_own(redemption->account) &&
           inv_account_was_reset_by(redemption->account, redemption->invite->id);
}

static inv_result end_reset(struct redemption *redemption, const inv_use *claim, bool dry_run,
                            claim_end *end)
{
    const inv_claim dead = {.text = claim->text};
    bool cut_off = false;
    inv_result result;

    if (redemption->account != NULL && redemption->account->several)
        return INV_OK; /* it cannot be told which entry's mark counts */
    if (!reset_was_done(redemption)) {
        *end = CLAIM_END_FREED;
        return dry_run ? INV_OK : inv_claim_give_back(redemption->call, redemption->invite, &dead);
    }
    result = redemption_reset_was_cut_off(redemption, &cut_off);
    if (result != INV_OK)
        return result;
    if (cut_off)
        return inv_verdict_set(redemption->call->verdict, INV_CONFIG,
                               "the reset of %s was cut off, and its SCRAM verifiers prove no "
                               "password: the same link sets one, or make a new reset invite",
                               redemption->account->dn);
    *end = dry_run ? CLAIM_END_FINISHED : record(redemption, claim, claim->nonce);
    return INV_OK;
}

/*
 * *dead: the claim led to nothing, or the account of its name has a use without it. *own: the
 * invite has an account of this name.
 */
static inv_result check_claim(struct redemption *redemption, const inv_use *claim, bool *own,
                              bool *dead)
{
    bool effect = true;
    inv_result result = redemption_has_effect(redemption, claim, &effect);

    *own = false;
    *dead = !effect;
    if (result == INV_OK && effect)
        result = look_for_own(redemption, own);
    if (result != INV_OK || !*own)
        return result;
    redemption->registers = true;
    return redemption_has_use(redemption, dead);
}

static inv_result end_claim(struct redemption *redemption, const inv_use *claim, bool dry_run,
                            claim_end *end)
{
    const inv_claim gone = {.text = claim->text};
    bool own = false;
    bool dead = false;
    inv_result result = check_claim(redemption, claim, &own, &dead);

    if (result != INV_OK)
        return result;
    if (dead || dry_run)
        *end = dead ? CLAIM_END_FREED : CLAIM_END_FINISHED;
    if (dry_run)
        return INV_OK;
    return dead ? inv_claim_give_back(redemption->call, redemption->invite, &gone)
                : finish(redemption, claim, own, end);
}

static const inv_use *find_claim(const inv_invite *invite, const char *text)
{
    for (size_t i = 0; i < invite->claim_count; i++) {
        if (strcmp(invite->claims[i].text, text) == 0)
            return &invite->claims[i];
    }
    return NULL;
}

inv_result claim_end_stale(inv_call *call, const inv_invite *invite, const inv_use *claim,
                           bool dry_run, claim_end *end)
{
    struct redemption redemption;
    const inv_use *found = NULL;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(claim->jid, &name, call->verdict);

    *end = CLAIM_END_STUCK;
    if (result == INV_NAME_INVALID)
        return INV_OK;
    if (result != INV_OK)
        return result;
    redemption_start(&redemption, call, invite->id, name);
    result = redemption_read_state(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
    if (result == INV_OK)
        found = find_claim(redemption.invite, claim->text);
    if (result == INV_OK && found == NULL)
        *end = CLAIM_END_GONE;
    else if (result == INV_OK && redemption.invite->type == INV_INVITE_RESET)
        result = end_reset(&redemption, found, dry_run, end);
    else if (result == INV_OK)
        result = end_claim(&redemption, found, dry_run, end);
    redemption_end(&redemption);
    inv_jid_free(&name);
    return result;
}

/*
 * Writes the value of inviteUsedBy with what is still owed, or without. An unlimited invite keeps a
 * use only while something is owed.
 */
static inv_result rewrite(struct redemption *redemption, const inv_use *use, const char *owed)
{
    inv_call *call = redemption->call;
    inv_operation *change = inv_operation_new_modify(redemption->invite->dn);
    char *text = inv_claim_use_text(use->jid, use->time, use->nonce, owed);
    inv_result result = INV_OK;

    if (text == NULL)
        result = inv_verdict_no_memory(redemption->call->verdict);
    inv_operation_text(change, INV_CHANGE_DELETE, "inviteUsedBy", use->text);
    if (owed != NULL || redemption->invite->uses > 0)
        inv_operation_text(change, INV_CHANGE_ADD, "inviteUsedBy", text);
    if (result == INV_OK)
        result =
            inv_call_perform(call, change, "putting down what is owed", INV_LDAP_NO_SUCH_ATTRIBUTE);
    inv_operation_free(&change);
    free(text);
    return result;
}

/* *found: the account that this very use made exists, and the invite is not revoked. */
static inv_result find_owed_account(struct redemption *redemption, const inv_use *use, bool *found)
{
    inv_result result = look_for_own(redemption, found);

    if (result == INV_OK && *found)
        *found = redemption->invite->uses_left >= 0 &&
                 strcmp(inv_account_made_by(redemption->account), use->nonce) == 0;
    return result;
}

static inv_result give(struct redemption *redemption, const inv_use *use, bool dry_run,
                       claim_end *end)
{
    bool found = false;
    bool whole = false;
    inv_result result = find_owed_account(redemption, use, &found);

    if (result != INV_OK || dry_run)
        return result;
    *end = CLAIM_END_GONE;
    if (!found)
        return rewrite(redemption, use, NULL);
    redemption->only = use->owed;
    result = connect(redemption, true, redemption->account->dn, &whole);
    if (result != INV_OK)
        return result;
    *end = whole && redemption->owed[0] == '\0' ? CLAIM_END_FINISHED : CLAIM_END_STUCK;
    if (*end == CLAIM_END_STUCK)
        (void)inv_verdict_set(redemption->call->verdict, INV_CONFIG, "%s",
                              redemption->owed[0] != '\0' ? redemption->owed_why
                                                          : "a pair cannot be written");
    if (*end == CLAIM_END_FINISHED)
        result = rewrite(redemption, use, NULL);
    else if (whole && strcmp(redemption->owed, use->owed) != 0)
        result = rewrite(redemption, use, redemption->owed);
    return result;
}

inv_result claim_give_owed(inv_call *call, const inv_invite *invite, const inv_use *use,
                           bool dry_run, claim_end *end)
{
    struct redemption redemption;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(use->jid, &name, call->verdict);

    *end = CLAIM_END_STUCK;
    if (result == INV_NAME_INVALID)
        return INV_OK;
    if (result != INV_OK)
        return result;
    (void)inv_verdict_set(call->verdict, INV_OK, "a group that could not be joined");
    redemption_start(&redemption, call, invite->id, name);
    result = redemption_read_state(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
    if (result == INV_OK)
        result = give(&redemption, use, dry_run, end);
    redemption_end(&redemption);
    inv_jid_free(&name);
    return result;
}

inv_result claim_reconnect(inv_call *call, const inv_jid *name)
{
    struct redemption redemption;
    inv_account *account = NULL;
    bool own = false;
    bool whole = true;
    inv_result result = inv_account_find_of_jid(call, name, &account);

    if (result != INV_OK || account == NULL || account->invite_id == NULL ||
        !inv_invite_id_valid(account->invite_id))
        goto cleanup;
    redemption_start(&redemption, call, account->invite_id, name);
    result = redemption_read_state(&redemption, INV_INVITE_TERMS_AND_CLAIMS);
    if (result == INV_OK)
        result = look_for_own(&redemption, &own);
    if (result == INV_OK && own)
        result = connect(&redemption, own, NULL, &whole);
    if (result == INV_BAD_TOKEN)
        result = INV_OK; /* the invite was deleted */
    else if (result == INV_OK && !whole)
        result = inv_verdict_set(call->verdict, INV_DIRECTORY_DOWN,
                                 "the contacts of %s could not be written", inv_jid_text(name));
    redemption_end(&redemption);
cleanup:
    inv_account_free(&account);
    return result;
}
