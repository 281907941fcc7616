/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "operations.h"

#include <stdio.h>
#include <string.h>

#include "invitegate/timestamp.h"
#include "op_create.h"
#include "op_login.h"
#include "op_lookup.h"
#include "op_own.h"
#include "op_token.h"

#define FIRST_ARGUMENT 3 /* id, op, domain */

static const agent_operation operations[] = {
    {"ping", 0, 0, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, NULL},
    {"check", 2, 2, 2, 0, false, false, AGENT_SUBJECT_TOKEN, NULL, agent_check},
    {"register", 5, 5, 4, 5, true, false, AGENT_SUBJECT_TOKEN, NULL, agent_register},
    {"taken", 4, 4, 3, 4, false, false, AGENT_SUBJECT_TOKEN, NULL, agent_taken},
    {"reset", 5, 5, 4, 5, true, false, AGENT_SUBJECT_TOKEN, NULL, agent_reset},
    {"contact", 2, 2, 0, 0, true, false, AGENT_SUBJECT_TOKEN, NULL, agent_contact},
    {"exists", 1, 1, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_exists},
    {"roster", 1, 1, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_roster},
    {"accounts", 1, 1, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_accounts},
    {"changed", 1, 1, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_changed},
    {"login", 3, 3, 3, 0, true, true, AGENT_SUBJECT_ADDRESS, NULL, agent_login},
    {"verifiers", 2, 2, 2, 0, false, true, AGENT_SUBJECT_ADDRESS, NULL, agent_verifiers},
    {"mechanisms", 0, 0, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_mechanisms},
    {"is-admin", 1, 1, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, agent_is_admin},
    {"change", 3, 4, 3, 0, true, true, AGENT_SUBJECT_ADDRESS, NULL, agent_change},
    {"leave", 2, 3, 2, 0, true, true, AGENT_SUBJECT_ADDRESS, NULL, agent_leave},
    {"create", 2, AGENT_FIELDS_MAX - FIRST_ARGUMENT, 0, 0, true, false, AGENT_SUBJECT_PERSON,
     agent_create_problem, agent_create},
    {NULL, 0, 0, 0, 0, false, false, AGENT_SUBJECT_CLIENT, NULL, NULL},
};

const agent_operation *agent_operation_of(const agent_frame *frame, const char **problem)
{
    const agent_operation *operation = operations;
    size_t count;
    time_t moment;

    *problem = "unknown operation";
    if (frame->field_count < 2)
        return NULL;
    while (operation->name != NULL && strcmp(operation->name, frame->fields[1]) != 0)
        operation++;
    if (operation->name == NULL)
        return NULL;
    *problem = "the wrong number of arguments";
    if (frame->field_count < FIRST_ARGUMENT)
        return operation->run == NULL ? operation : NULL;
    count = frame->field_count - FIRST_ARGUMENT;
    if (count < operation->least_arguments || count > operation->most_arguments)
        return NULL;
    *problem = "accepted_at is a number of seconds since 1970, or empty";
    if (operation->accepted_at != 0 &&
        !inv_timestamp_parse_seconds(frame->fields[FIRST_ARGUMENT - 1 + operation->accepted_at],
                                     &moment))
        return NULL;
    if (operation->problem != NULL) {
        *problem = operation->problem(frame->fields + FIRST_ARGUMENT, count);
        if (*problem != NULL)
            return NULL;
    }
    return operation;
}

/* ------------------------------------------------------------------------------------- claims */

static const inv_domain *domain_of(const inv_config *config, const char *name)
{
    if (name[0] == '\0' && config->domain_count == 1)
        return &config->domains[0];
    return inv_config_domain(config, name);
}

/* A token is one subject, however its text is wrapped and wherever it comes from. */
static bool claim_token(const agent_service *service, const char *domain_name, const char *text,
                        agent_claim *claim)
{
    const inv_domain *domain = domain_of(service->context->config, domain_name);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    if (domain == NULL || inv_token_parse(service->context->keys, domain->name, text, strlen(text),
                                          &token, &verdict) != INV_OK)
        return false;
    agent_limits_digest(service->limits, 't', inv_token_id(token), claim->subject);
    inv_token_free(&token);
    return true;
}

void agent_claim_of(const agent_service *service, const agent_operation *operation,
                    const agent_frame *frame, uint64_t connection, agent_claim *claim)
{
    const char *const *arguments = frame->fields + FIRST_ARGUMENT;
    const char *address = operation->address != 0 ? arguments[operation->address - 1] : "";
    char number[24];

    *claim = (agent_claim){.has_address = address[0] != '\0'};
    if (claim->has_address)
        agent_limits_digest_address(service->limits, address, claim->address);
    if (operation->subject == AGENT_SUBJECT_PERSON) {
        agent_limits_digest(service->limits, 'p', arguments[0], claim->subject);
        return;
    }
    if (operation->subject == AGENT_SUBJECT_TOKEN &&
        claim_token(service, frame->fields[2], arguments[0], claim))
        return;
    if (operation->subject != AGENT_SUBJECT_CLIENT && claim->has_address) {
        memcpy(claim->subject, claim->address, AGENT_DIGEST_SIZE);
        return;
    }
    (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)connection);
    agent_limits_digest(service->limits, 'c', number, claim->subject);
}

/* ------------------------------------------------------------------------------- one request */

static void log_verdict(const agent_task *task)
{
    inv_origin origin = {
        .domain = task->domain != NULL ? task->domain->name : NULL,
        .service = AGENT_NAME,
        .rhost =
            task->operation->address != 0 ? task->arguments[task->operation->address - 1] : NULL,
    };

    if (task->verdict.result == INV_OK && !task->operation->log_success)
        return;
    if (task->verdict.result == INV_NO_ACCOUNT && !task->operation->log_no_account)
        return; /* exists was answered; it is no refusal */
    inv_log_verdict(task->service->context->log, &task->verdict, &origin);
}

static inv_result find_domain(agent_task *task, const char *name)
{
    const inv_config *config = task->service->context->config;

    task->domain = domain_of(config, name);
    if (task->domain != NULL)
        return INV_OK;
    return inv_verdict_set(&task->verdict, INV_CONFIG,
                           name[0] != '\0' ? "%s: no section [domain %.200s]"
                                           : "%s: a request must name its domain%.200s",
                           config->path, name);
}

void agent_operate(const agent_service *service, const agent_frame *frame, inv_directory *directory,
                   agent_answer *answer)
{
    agent_task task = {
        .service = service,
        .arguments = frame->fields + FIRST_ARGUMENT,
        .argument_count = frame->field_count - FIRST_ARGUMENT,
        .answer = answer,
        .verdict = INV_VERDICT_INIT,
    };
    const char *problem;
    inv_result result;

    task.operation = agent_operation_of(frame, &problem);
    if (task.operation == NULL || task.operation->run == NULL) {
        (void)agent_answer_finish(answer, "BAD_REQUEST", problem);
        return;
    }
    result = find_domain(&task, frame->fields[2]);
    if (result == INV_OK) {
        task.call = inv_call_begin_with(service->context, task.domain, 0, directory, &task.verdict);
        result = task.operation->run(&task);
    }
    task.verdict.result = result;
    log_verdict(&task);
    (void)agent_answer_finish(answer, inv_result_name(result),
                              task.text != NULL                     ? task.text
                              : inv_verdict_has_text(&task.verdict) ? task.verdict.text
                                                                    : NULL);
    inv_wipe_text(&task.text);
}
