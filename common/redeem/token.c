/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "redemption.h"

/*
 * The token by itself. Who has the name is asked only once it is known to be good: with a bad one
 * the only question with the name in it is whether this very token made an account of that name,
 * and for all but those who made it the answer is no. And whatever a token is bad for, the same is
 * asked, as far as that goes of entries that are there and of entries that are not.
 */

/* No token has it. */
#define NOBODYS_ID "ffffffffffffffffffffffffffffffffffffffff"

static inv_operation *own_search(const struct redemption *redemption)
{
    return inv_account_own_operation(redemption->call->domain, redemption->invite_id,
                                     redemption->name);
}

static inv_result take_own(struct redemption *redemption, const inv_operation *search)
{
    inv_account_free(&redemption->account);
    return inv_account_from_search(redemption->call, redemption->name, search, &redemption->account,
                                   redemption->verdict);
}

static inv_result ask(struct redemption *redemption)
{
    inv_call *call = redemption->call;
    size_t count = redemption->name != NULL ? 2 : 1;
    inv_operation *flight[2] = {
        inv_invite_read_operation(call->domain, redemption->invite_id, INV_INVITE_TERMS),
        redemption->name != NULL ? own_search(redemption) : NULL,
    };
    inv_result result =
        inv_directory_run(call->directory, flight, count, &call->deadline, redemption->verdict);

    if (result == INV_OK && redemption->name != NULL)
        result = take_own(redemption, flight[1]);
    if (result == INV_OK)
        result =
            inv_invite_from_read(call->domain, flight[0], &redemption->invite, redemption->verdict);
    inv_operation_free(&flight[0]);
    inv_operation_free(&flight[1]);
    return result;
}

/* -------------------------------------------------------------------------- the second question */

enum { ASK_CLAIM, ASK_BALANCE, ASK_BALANCE_TOO, ASK_OWN, ASKED };

/*
 * A check never reads claims: who is redeeming is nobody's business. That some claim stands is
 * enough: whether it may be taken over is for the redeemer to find out, also where the name comes
 * only later (XEP-0445 preauth after a crash).
 */
static inv_operation *claim_search(const char *dn)
{
    static const char *const nothing[] = {NULL};

    return inv_operation_search(dn, INV_SCOPE_BASE, "(&(objectClass=xmppInvite)(inviteClaim=*))",
                                nothing);
}

/*
 * What the first read did not have: an entry that is not there, or one that is. Fewer rules of
 * access stand in front of the container than of an invite, so it is read twice, with more
 * attributes, and has more to compare. It is as bench_timing measures it with the rules of
 * config-examples, to some two microseconds.
 */
#define BALANCE_FILTER                                                                             \
    "(!(|(inviteClaim=*)(inviteUsedBy=*)(inviteUsesLeft=*)(inviteUser=*)(inviteContact=*)"         \
    "(inviteGroup=*)))"

static inv_operation *balance_search(const struct redemption *redemption, bool unknown)
{
    static const char *const attributes[] = {"objectClass",
                                             "ou",
                                             "inviteKeyFingerprint",
                                             "invitePasswordForm",
                                             "inviteClock",
                                             "entryUUID",
                                             "entryCSN",
                                             "creatorsName",
                                             "createTimestamp",
                                             "modifiersName",
                                             "modifyTimestamp",
                                             "structuralObjectClass",
                                             "entryDN",
                                             "hasSubordinates",
                                             "subschemaSubentry",
                                             NULL};
    const inv_domain *domain = redemption->call->domain;
    char *dn = unknown ? strdup(domain->invites) : inv_invite_dn(domain, NOBODYS_ID);
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, BALANCE_FILTER, attributes);

    free(dn);
    return search;
}

static inv_result take_claim(struct redemption *redemption, const inv_operation *search,
                             bool *stands)
{
    *stands = search->entry_count == 1;
    if (inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT))
        return INV_OK; /* deleted meanwhile */
    return inv_operation_result(search, "checking the invite", redemption->verdict);
}

/* The claim of a token that is over, and the account again: reads are not of one moment. */
static inv_result ask_again(struct redemption *redemption, bool *stands)
{
    inv_call *call = redemption->call;
    bool unknown = redemption->invite == NULL;
    size_t count = redemption->name != NULL ? ASKED : ASK_OWN;
    inv_operation *flight[ASKED] = {
        [ASK_CLAIM] = claim_search(unknown ? call->domain->invites : redemption->invite->dn),
        [ASK_BALANCE] = balance_search(redemption, unknown),
        [ASK_BALANCE_TOO] = balance_search(redemption, unknown),
        [ASK_OWN] = redemption->name != NULL ? own_search(redemption) : NULL,
    };
    inv_result result =
        inv_directory_run(call->directory, flight, count, &call->deadline, redemption->verdict);

    if (result == INV_OK)
        result = take_claim(redemption, flight[ASK_CLAIM], stands);
    if (result == INV_OK && redemption->name != NULL)
        result = take_own(redemption, flight[ASK_OWN]);
    for (size_t i = 0; i < ASKED; i++)
        inv_operation_free(&flight[i]);
    return result;
}

/* ----------------------------------------------------------------------------------- the verdict
 */

inv_invite_state redemption_state(const struct redemption *redemption)
{
    return inv_invite_state_accepted(redemption->invite, redemption->accepted_at, time(NULL));
}

bool redemption_was_begun(const struct redemption *redemption)
{
    const inv_account *account = redemption->account;

    if (!inv_account_is_own(account))
        return false;
    if (redemption->invite->type == INV_INVITE_RESET)
        return strcmp(redemption->invite->user, inv_name_local(redemption->name)) == 0 &&
               inv_account_was_reset_by(account, redemption->invite->id);
    return inv_account_is_of(account, redemption->invite->id, redemption->name) &&
           redemption_may_repeat(redemption);
}

/* The account of a reset was there before: only its mark tells, and its name is the holder's. */
static inv_result look_for_reset(struct redemption *redemption, bool *begun)
{
    inv_result result;

    if (redemption->name == NULL || redemption->invite->type != INV_INVITE_RESET ||
        strcmp(redemption->invite->user, inv_name_local(redemption->name)) != 0)
        return INV_OK;
    result = redemption_look(redemption, INV_INVITE_TERMS);

    if (result == INV_OK)
        *begun = redemption_was_begun(redemption);
    return result;
}

/* over: its type fits, its time is past or its uses are. */
static inv_result doubt(struct redemption *redemption, bool over, bool *begun)
{
    inv_verdict kept = *redemption->verdict;
    bool may_finish = over && inv_invite_may_finish(redemption->invite, time(NULL));
    bool stands = false;
    inv_result result = ask_again(redemption, &stands);

    if (result == INV_OK && over)
        *begun = redemption->name != NULL && redemption_was_begun(redemption);
    if (result == INV_OK && over && !*begun)
        result = look_for_reset(redemption, begun);
    if (result != INV_OK && result != INV_BAD_TOKEN)
        return result;
    if (*begun || (stands && may_finish))
        return INV_OK;
    *redemption->verdict = kept;
    return INV_BAD_TOKEN;
}

inv_result redemption_judge_token(struct redemption *redemption, bool *begun)
{
    inv_invite_state state;
    bool over = false;
    inv_result result = ask(redemption);

    *begun = false;
    if (result == INV_OK)
        result = redemption_refuse_type(redemption);
    if (result == INV_OK && redemption->name != NULL && redemption_was_begun(redemption)) {
        *begun = true;
        return INV_OK;
    }
    if (result == INV_OK) {
        state = redemption_state(redemption);
        if (state == INV_INVITE_PENDING)
            return INV_OK;
        over = true;
        result = redemption_bad_token(redemption, inv_invite_state_name(state));
    }
    return result == INV_BAD_TOKEN ? doubt(redemption, over, begun) : result;
}
