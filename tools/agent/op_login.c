/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "op_login.h"

#include <stdio.h>
#include <string.h>

#include "invitegate/account_verifiers.h"
#include "invitegate/login.h"
#include "op_token.h"
#include "pam.h"

/*
 * The operations login, verifiers and mechanisms, and what guesses cost. Those of one name from one
 * address draw on one limit, so that a client has no more guesses by changing the mechanism. The
 * limits of the address are larger: a client that repeats an old password must not keep its
 * neighbours behind one NAT out. No name is limited by itself: a stranger must not keep its holder
 * out. All is paid before the directory is asked, and given back to who was right: of guesses at
 * the same time no more get through.
 */

static const char *client_address(const agent_task *task)
{
    return task->arguments[task->operation->address - 1];
}

static bool is_failure(inv_result result)
{
    return result > INV_OK && result != INV_ACCOUNT_EXPIRED && result != INV_THROTTLED;
}

static inv_result refuse_throttled(agent_task *task, const char *why)
{
    return inv_verdict_set(agent_clear_words(task), INV_THROTTLED, "%s", why);
}

/* ------------------------------------------------------------------------------------- login */

/*
 * Registers through the domain's PAM service, whose modules have to be heard, where the token may
 * register the name. A name that was taken meanwhile is no news for those who log in.
 */
static inv_result log_in_by_service(agent_task *task, inv_login_attempt *attempt)
{
    inv_result result =
        inv_redeem_login(&task->call, attempt->token, attempt->name, attempt->password);

    if (result != INV_NO_ACCOUNT) {
        (void)agent_clear_words(task);
        return inv_login(&task->call, attempt);
    }
    result =
        agent_pam_change(task, &(inv_redeem_request){attempt->token, attempt->name,
                                                     attempt->password, INV_ALLOW_REGISTRATION, 0});
    return result == INV_NAME_TAKEN ? INV_BAD_TOKEN : result;
}

static inv_result ask_directory(agent_task *task, inv_login_attempt *attempt)
{
    inv_result result;

    if (attempt->token == NULL)
        return inv_login(&task->call, attempt);
    if (!agent_token_may_fail(task, attempt->token))
        return refuse_throttled(task, "too many failures of this token");
    if (task->domain->pam_service[0] != '\0' && inv_secret_length(attempt->password) > 0)
        result = log_in_by_service(task, attempt);
    else
        result = inv_login(&task->call, attempt);
    if (is_failure(result))
        agent_token_failed(task, attempt->token, result);
    return result;
}

static inv_result log_in(agent_task *task)
{
    const char *user = task->arguments[0];
    const char *text = task->arguments[1];
    inv_login_attempt attempt = {0};
    inv_secret *password = inv_secret_new(text, strlen(text));
    const inv_login_request request = {
        .user = {user, strlen(user), task->domain->name},
        .password = password,
        .registers = true,
        .logs_in = true,
    };
    inv_result result;

    if (password == NULL)
        return inv_verdict_no_memory(&task->verdict);
    result = inv_login_parse(task->service->context, &request, &attempt, &task->verdict);
    if (result == INV_OK)
        result = ask_directory(task, &attempt);
    if (result == INV_OK && task->verdict.must_change)
        result = agent_set_text(task, "must_change=yes");
    inv_login_attempt_clear(&attempt);
    inv_secret_free(&password);
    return result;
}

/* Who the limits and the log count for: the name as it is prepared, or as it came if it is none. */
static void pair_of(agent_task *task, char pair[AGENT_PAIR_SIZE])
{
    inv_verdict kept = task->verdict;
    inv_jid *name = NULL;
    const char *who = task->arguments[0];

    if (agent_existing_name(task, task->arguments[0], &name) == INV_OK) {
        who = inv_jid_text(name);
        (void)snprintf(kept.user, sizeof(kept.user), "%s", who);
    }
    task->verdict = kept;
    agent_limits_pair(task->service->limits, client_address(task), who, pair);
    inv_jid_free(&name);
}

/* All logins without an address are counted by their names alone. */
static bool take_address(agent_task *task, agent_limit limit)
{
    return client_address(task)[0] == '\0' ||
           agent_limits_take(task->service->limits, limit, client_address(task),
                             agent_limits_now());
}

static void return_address(agent_task *task, agent_limit limit)
{
    if (client_address(task)[0] != '\0')
        agent_limits_return(task->service->limits, limit, client_address(task), agent_limits_now());
}

/* Takes one of what the name has at its address, and one of limit, which is of the address. */
static inv_result pay(agent_task *task, agent_limit limit, char pair[AGENT_PAIR_SIZE])
{
    agent_limits *limits = task->service->limits;

    pair_of(task, pair);
    if (!agent_limits_take(limits, AGENT_LIMIT_LOGIN_PAIR, pair, agent_limits_now()))
        return refuse_throttled(task, "too many requests for this name from this address");
    if (take_address(task, limit))
        return INV_OK;
    agent_limits_return(limits, AGENT_LIMIT_LOGIN_PAIR, pair, agent_limits_now());
    return refuse_throttled(task, "too many requests from this address");
}

static void give_back(agent_task *task, agent_limit limit, const char *pair)
{
    agent_limits_return(task->service->limits, AGENT_LIMIT_LOGIN_PAIR, pair, agent_limits_now());
    return_address(task, limit);
}

inv_result agent_login(agent_task *task)
{
    char pair[AGENT_PAIR_SIZE];
    inv_result result = pay(task, AGENT_LIMIT_LOGIN_ADDRESS, pair);

    if (result != INV_OK)
        return result;
    result = log_in(task);
    if (!is_failure(result))
        give_back(task, AGENT_LIMIT_LOGIN_ADDRESS, pair);
    return result;
}

inv_result agent_paid_by_name(agent_task *task, inv_result (*act)(agent_task *task))
{
    char pair[AGENT_PAIR_SIZE];
    inv_result result = pay(task, AGENT_LIMIT_LOGIN_ADDRESS, pair);

    if (result != INV_OK)
        return result;
    result = act(task);
    if (result < INV_OK)
        give_back(task, AGENT_LIMIT_LOGIN_ADDRESS, pair);
    else if (!is_failure(result))
        return_address(task, AGENT_LIMIT_LOGIN_ADDRESS);
    return result;
}

/* --------------------------------------------------------------------------------- verifiers */

/* A line mechanism=value for each of them. */
static inv_result answer_values(agent_task *task, const inv_account_verifiers *found)
{
    for (size_t i = 0; i < found->count; i++) {
        char *longer = inv_secret_join(task->text != NULL ? task->text : "",
                                       task->text != NULL ? "\n" : "", found->values[i].mechanism,
                                       "=", inv_secret_bytes(found->values[i].value), NULL);

        inv_wipe_text(&task->text);
        task->text = longer;
        if (longer == NULL)
            return inv_verdict_no_memory(&task->verdict);
    }
    return INV_OK;
}

static inv_result answer_state(agent_task *task, const inv_jid *name,
                               const inv_account_verifiers *found)
{
    switch (found->state) {
    case INV_VERIFIERS_FRESH:
        return answer_values(task, found);
    case INV_VERIFIERS_NO_ACCOUNT:
    case INV_VERIFIERS_SEVERAL:
        return INV_NO_ACCOUNT;
    case INV_VERIFIERS_LOCKED:
    case INV_VERIFIERS_EXPIRED:
        return INV_ACCOUNT_EXPIRED;
    case INV_VERIFIERS_NONE:
    case INV_VERIFIERS_STALE:
        break;
    }
    inv_log_write(task->call.log, INV_LOG_INFO, "%s has no SCRAM verifiers: %s", inv_jid_text(name),
                  task->verdict.why);
    return INV_OK;
}

static inv_result find_verifiers(agent_task *task)
{
    inv_account_verifiers found = {.count = 0};
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = inv_account_verifiers_find(&task->call, name, &found);
    if (result == INV_OK)
        result = answer_state(task, name, &found);
    inv_account_verifiers_clear(&found);
    inv_jid_free(&name);
    return result == INV_NAME_INVALID ? INV_NO_ACCOUNT : result;
}

/*
 * The XMPP server proves the password, so each request may be a guess and costs one of the limits
 * of the name and of the address. What it costs does not depend on the answer: a client that finds
 * out how much is left must not learn from it who has an account.
 */
inv_result agent_verifiers(agent_task *task)
{
    char pair[AGENT_PAIR_SIZE];
    inv_result result;

    if (!task->service->context->config->agent.serves_verifiers)
        return inv_verdict_set(&task->verdict, INV_NOT_ALLOWED, "verifiers = no in [agent]");
    if (!agent_limits_allow(task->service->limits, AGENT_LIMIT_LOGIN_ADDRESS, client_address(task),
                            agent_limits_now()))
        return refuse_throttled(task, "too many failed requests from this address");
    result = pay(task, AGENT_LIMIT_VERIFIERS_ADDRESS, pair);
    if (result != INV_OK)
        return result;
    result = find_verifiers(task);
    if (result < INV_OK)
        give_back(task, AGENT_LIMIT_VERIFIERS_ADDRESS, pair);
    return result;
}

/* -------------------------------------------------------------------------------- mechanisms */

/* Without the directory: a server asks while people wait for what they may log in by. */
inv_result agent_mechanisms(agent_task *task)
{
    const bool serves = task->service->context->config->agent.serves_verifiers;
    const unsigned verifiers = serves ? task->domain->verifiers : 0;

    return agent_set_text(task, "mechanisms=PLAIN%s%s%s\niterations=%u",
                          (verifiers & INV_VERIFIER_SCRAM_SHA_1) != 0 ? " SCRAM-SHA-1" : "",
                          (verifiers & INV_VERIFIER_SCRAM_SHA_256) != 0 ? " SCRAM-SHA-256" : "",
                          (verifiers & INV_VERIFIER_SCRAM_SHA_512) != 0 ? " SCRAM-SHA-512" : "",
                          task->domain->scram_iterations);
}
