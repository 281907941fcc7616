/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/redeem.h"
#include "invitegate/timestamp.h"
#include "op_lookup.h"
#include "op_token.h"
#include "pam.h"

/*
 * The operations that take a token, and what their failures cost: check, register, taken, reset,
 * contact.
 */

typedef inv_result (*token_act)(agent_task *task, const inv_token *token);

static const char *client_address(const agent_task *task)
{
    size_t number = task->operation->address;

    return number != 0 ? task->arguments[number - 1] : "";
}

/*
 * How many people share a token: a class with one invite may be wrong as often as all of them with
 * an invite each. A bad token is charged for one, and its invite is not read.
 */
static unsigned sharers_of(agent_task *task, const inv_token *token, inv_result result)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(&task->call, &verdict);
    inv_invite *invite = NULL;
    unsigned sharers = 1;

    if (result == INV_BAD_TOKEN)
        return 1;
    if (inv_invite_read(&call, inv_token_id(token), INV_INVITE_TERMS, &invite) == INV_OK)
        sharers = invite->uses == 0 || invite->uses > AGENT_SHARERS_MAX ? AGENT_SHARERS_MAX
                                                                        : (unsigned)invite->uses;
    inv_invite_free(&invite);
    return sharers;
}

bool agent_token_may_fail(const agent_task *task, const inv_token *token)
{
    return agent_limits_allow(task->service->limits, AGENT_LIMIT_REGISTRATION_TOKEN,
                              inv_token_id(token), agent_limits_now());
}

void agent_token_failed(agent_task *task, const inv_token *token, inv_result result)
{
    agent_limits_charge(task->service->limits, AGENT_LIMIT_REGISTRATION_TOKEN, inv_token_id(token),
                        sharers_of(task, token, result), agent_limits_now());
}

/*
 * Addresses pay for bad tokens, genuine tokens for every refusal. A genuine token is not refused
 * for its address, so that users behind one NAT do not wait because of a neighbour's bad tokens.
 */
static inv_result limited(agent_task *task, agent_limit by_address, agent_limit by_token,
                          token_act act)
{
    agent_limits *limits = task->service->limits;
    const char *text = task->arguments[0];
    const char *address = client_address(task);
    inv_token *token = NULL;
    inv_result result = inv_token_parse(task->call.keys, task->domain->name, text, strlen(text),
                                        &token, &task->verdict);

    if (result == INV_BAD_TOKEN) {
        if (!agent_limits_allow(limits, by_address, address, agent_limits_now()))
            return inv_verdict_set(&task->verdict, INV_THROTTLED,
                                   "too many bad tokens from this address");
        agent_limits_charge(limits, by_address, address, 1, agent_limits_now());
    }
    if (result != INV_OK)
        return result;
    if (!agent_limits_allow(limits, by_token, inv_token_id(token), agent_limits_now())) {
        result = inv_verdict_set(&task->verdict, INV_THROTTLED, "too many failures of this token");
    } else {
        result = act(task, token);
        if (result > INV_OK)
            agent_limits_charge(limits, by_token, inv_token_id(token),
                                sharers_of(task, token, result), agent_limits_now());
        if (result == INV_BAD_TOKEN)
            agent_limits_charge(limits, by_address, address, 1, agent_limits_now());
    }
    inv_token_free(&token);
    return result;
}

/* ------------------------------------------------------------------------------------- check */

/*
 * Answers with those who would become contacts: a client needs the inviter before anything is
 * redeemed.
 */
static void answer_contacts(agent_task *task, const inv_invite *invite)
{
    const char *group = inv_invite_roster_group(invite, task->domain, task->call.log);

    if (invite->inviter != NULL && !invite->no_pair)
        (void)agent_answer_contact(task->answer, invite->inviter, "", group);
    for (size_t i = 0; invite->contacts[i] != NULL; i++)
        (void)agent_answer_contact(task->answer, invite->contacts[i], "", group);
}

static inv_result check(agent_task *task, const inv_token *token)
{
    inv_invite *invite = NULL;
    inv_acceptance acceptance = {.invite = &invite};
    inv_result result =
        inv_redeem_check(&task->call, token, NULL,
                         INV_ALLOW_REGISTRATION | INV_ALLOW_RESET | INV_ALLOW_CONTACT, &acceptance);

    if (result == INV_OK)
        result = agent_set_text(task, "type=%s\nuser=%s\naccepted_at=%lld",
                                inv_invite_type_name(acceptance.type), acceptance.user,
                                (long long)acceptance.accepted_at);
    if (result == INV_OK && acceptance.type != INV_INVITE_RESET)
        answer_contacts(task, invite);
    inv_invite_free(&invite);
    return result;
}

inv_result agent_check(agent_task *task)
{
    return limited(task, AGENT_LIMIT_CHECK_ADDRESS, AGENT_LIMIT_CHECK_TOKEN, check);
}

/* ------------------------------------------------------------------------------- redemptions */

static time_t accepted_at(const agent_task *task)
{
    time_t moment = 0;

    (void)inv_timestamp_parse_seconds(task->arguments[task->operation->accepted_at - 1], &moment);
    return moment;
}

/* False: the contacts cannot be read, which is logged. The redemption was done all the same. */
static bool answer_approved(agent_task *task, const inv_jid *name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(&task->call, &verdict);

    if (agent_answer_roster(&call, inv_jid_text(name), task->answer) == INV_OK)
        return true;
    inv_log_write(task->call.log, INV_LOG_WARNING, "%s is there, but its contacts are unknown: %s",
                  inv_jid_text(name), verdict.why);
    return false;
}

/*
 * Answers with the account's identity. verdict.account has it where inv_redeem set it; else it is
 * looked up.
 */
static inv_result answer_account(agent_task *task, const inv_jid *name)
{
    static const char unknown[] = "contacts=unknown";
    char *identity = task->verdict.account;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(&task->call, &verdict);
    bool known = identity[0] != '\0' || agent_identify(&call, name, identity) == INV_OK;
    bool approved = answer_approved(task, name);

    return agent_set_text(task, "%s%s%s%s", known ? "account=" : "", known ? identity : "",
                          known && !approved ? "\n" : "", approved ? "" : unknown);
}

static inv_result redeem(agent_task *task, const inv_token *token, const inv_jid *name,
                         inv_allowed_types allowed_types)
{
    const char *text = task->arguments[2];
    inv_secret *password = inv_secret_new(text, strlen(text));
    const inv_redeem_request request = {token, name, password, allowed_types, accepted_at(task)};
    inv_result result;

    if (password == NULL)
        return inv_verdict_no_memory(&task->verdict);
    result = task->domain->pam_service[0] != '\0' ? agent_pam_change(task, &request)
                                                  : inv_redeem(&task->call, &request);
    inv_secret_free(&password);
    return result;
}

/* token NULL: registers without one, where the domain permits that. */
static inv_result do_register(agent_task *task, const inv_token *token)
{
    inv_jid *name = NULL;
    inv_result result = agent_redeem_name(task, task->arguments[1], INV_ALLOW_REGISTRATION, &name);

    if (result == INV_OK)
        result = redeem(task, token, name, INV_ALLOW_REGISTRATION);
    if (result == INV_OK)
        result = answer_account(task, name);
    inv_jid_free(&name);
    return result;
}

/*
 * Without a token only the address keeps a client from making, or asking for, a thousand names: it
 * pays for each verdict.
 */
static inv_result act_without_token(agent_task *task, token_act act)
{
    agent_limits *limits = task->service->limits;
    const char *address = client_address(task);
    inv_result result;

    if (task->domain->invite_only) {
        result = inv_verdict_set(agent_clear_words(task), INV_NOT_ALLOWED,
                                 "no token was given, and invite_only = yes in [domain %s]",
                                 task->domain->name);
        return agent_set_text(task, "Registering here takes an invite.") == INV_OK ? result
                                                                                   : INV_NO_MEMORY;
    }
    if (!agent_limits_take(limits, AGENT_LIMIT_REGISTRATION_ADDRESS, address, agent_limits_now()))
        return inv_verdict_set(agent_clear_words(task), INV_THROTTLED,
                               "too many registrations without a token from this address");
    result = act(task, NULL);
    if (result < INV_OK)
        agent_limits_return(limits, AGENT_LIMIT_REGISTRATION_ADDRESS, address, agent_limits_now());
    return result;
}

/* A first argument of "" is no token, which the domain may permit. */
static inv_result with_or_without_token(agent_task *task, token_act act)
{
    if (task->arguments[0][0] == '\0')
        return act_without_token(task, act);
    return limited(task, AGENT_LIMIT_REGISTRATION_ADDRESS, AGENT_LIMIT_REGISTRATION_TOKEN, act);
}

inv_result agent_register(agent_task *task)
{
    return with_or_without_token(task, do_register);
}

/*
 * The client found an account of that name in a store of its own: judged and charged as a
 * registration that finds the name taken in the directory. Never INV_OK.
 */
static inv_result do_taken(agent_task *task, const inv_token *token)
{
    inv_acceptance acceptance = {.accepted_at = accepted_at(task)};
    inv_jid *name = NULL;
    inv_result result = agent_redeem_name(task, task->arguments[1], INV_ALLOW_REGISTRATION, &name);

    if (result == INV_OK)
        result = inv_redeem_check(&task->call, token, name, INV_ALLOW_REGISTRATION, &acceptance);
    if (result == INV_OK)
        result = inv_verdict_set(&task->verdict, INV_NAME_TAKEN,
                                 "the client has an account of that name in a store of its own");
    inv_jid_free(&name);
    return result;
}

inv_result agent_taken(agent_task *task)
{
    return with_or_without_token(task, do_taken);
}

static inv_result do_reset(agent_task *task, const inv_token *token)
{
    inv_jid *name = NULL;
    inv_result result = agent_redeem_name(task, task->arguments[1], INV_ALLOW_RESET, &name);

    if (result == INV_OK)
        result = redeem(task, token, name, INV_ALLOW_RESET);
    inv_jid_free(&name);
    return result;
}

inv_result agent_reset(agent_task *task)
{
    return limited(task, AGENT_LIMIT_REGISTRATION_ADDRESS, AGENT_LIMIT_REGISTRATION_TOKEN,
                   do_reset);
}

static inv_result do_contact(agent_task *task, const inv_token *token)
{
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(task->arguments[1], &name, agent_clear_words(task));

    if (result == INV_OK)
        result = inv_redeem_contact(&task->call, token, name, 0);
    if (result == INV_OK && !answer_approved(task, name))
        result = agent_set_text(task, "contacts=unknown");
    inv_jid_free(&name);
    return result;
}

inv_result agent_contact(agent_task *task)
{
    return limited(task, AGENT_LIMIT_REGISTRATION_ADDRESS, AGENT_LIMIT_REGISTRATION_TOKEN,
                   do_contact);
}
