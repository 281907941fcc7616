/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>

#include "io/output.h"
#include "session.h"

/* The one way from a command line to an exit status, for every command. */

static inv_result open_context(ctl_session *session)
{
    const ctl_invocation *invocation = session->invocation;

    if (invocation->command->without_keys)
        return inv_context_open_without_keys(invocation->config_path, NULL, &session->context,
                                             &session->verdict);
    return inv_context_open(invocation->config_path, NULL, &session->context, &session->verdict);
}

static inv_result read_arguments(ctl_session *session, void *state)
{
    const ctl_command *command = session->invocation->command;

    if (command->read != NULL)
        return command->read(session, state);
    return command->calls == CTL_ONE_CALL ? ctl_choose_domain(session)
                                          : ctl_choose_given_domain(session);
}

static inv_result run_command(ctl_session *session, void *state)
{
    const ctl_invocation *invocation = session->invocation;
    const ctl_command *command = invocation->command;
    inv_result result = INV_OK;

    if (command->calls == CTL_ONE_CALL)
        result = ctl_session_begin(session);
    if (result != INV_OK)
        return result;
    session->ran = true;
    if (command->calls == CTL_EACH_DOMAIN)
        return ctl_each_domain(session, invocation->domain != NULL ? session->domain : NULL,
                               command->run, state);
    return command->run(session, state);
}

/* Logs and prints the outcome, and returns the exit status. */
static int conclude(const ctl_session *session, void *state)
{
    const ctl_command *command = session->invocation->command;
    const inv_result result = session->verdict.result;
    int status = CTL_EXIT_OK;

    if (command->logging != CTL_LOG_NOTHING &&
        (command->logging == CTL_LOG_ALL ? session->context != NULL : session->ran))
        ctl_session_log(session);
    if (session->ran && (result == INV_OK || command->prints_failures))
        status = command->print(session, state);
    if (session->invocation->json && result > INV_OK && command->refusal != NULL)
        (void)ctl_json_print(command->refusal(session));
    return result == INV_OK ? status : ctl_fail(&session->verdict);
}

static int run_parsed(const ctl_invocation *invocation, void *state)
{
    ctl_session session = {.invocation = invocation, .verdict = INV_VERDICT_INIT};
    const ctl_command *command = invocation->command;
    const bool alone = command->stands_alone != NULL && command->stands_alone(state);
    inv_result result = alone ? INV_OK : open_context(&session);
    int status;

    if (result == INV_OK && !alone)
        result = read_arguments(&session, state);
    if (result == INV_OK)
        result = run_command(&session, state);
    session.verdict.result = result;
    status = conclude(&session, state);
    ctl_session_close(&session);
    return status;
}

int ctl_run_within(const ctl_invocation *invocation, inv_context **context)
{
    const ctl_command *command = invocation->command;
    ctl_session session = {
        .invocation = invocation, .verdict = INV_VERDICT_INIT, .context = *context};
    void *state = calloc(1, command->state_size + 1);
    inv_result result;
    int status;

    *context = NULL;
    if (state == NULL)
        result = inv_verdict_no_memory(&session.verdict);
    else
        result = ctl_choose_given_domain(&session);
    if (result == INV_OK)
        result = run_command(&session, state);
    session.verdict.result = result;
    status = conclude(&session, state);
    ctl_session_close(&session);
    if (state != NULL && command->clear != NULL)
        command->clear(state);
    free(state);
    return status;
}

int ctl_run(const ctl_invocation *invocation)
{
    const ctl_command *command = invocation->command;
    void *state = calloc(1, command->state_size + 1);
    int status = CTL_EXIT_OK;

    if (state == NULL) {
        ctl_warn("out of memory");
        return CTL_EXIT_TEMPORARY;
    }
    if (command->parse != NULL)
        status = command->parse(invocation, state);
    if (status == CTL_EXIT_OK)
        status = run_parsed(invocation, state);
    if (command->clear != NULL)
        command->clear(state);
    free(state);
    return status;
}
