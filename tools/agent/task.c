/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "task.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/roster.h"

inv_verdict *agent_clear_words(agent_task *task)
{
    return inv_verdict_clear_words(&task->verdict);
}

inv_result agent_set_text(agent_task *task, const char *format, ...)
{
    va_list arguments;
    int written;

    inv_wipe_text(&task->text);
    va_start(arguments, format);
    written = vasprintf(&task->text, format, arguments);
    va_end(arguments);
    if (written >= 0)
        return INV_OK;
    task->text = NULL;
    return inv_verdict_no_memory(&task->verdict);
}

/* *local: the length of the part of user before an '@' and the task's domain. */
static inv_result find_local(agent_task *task, const char *user, size_t *local)
{
    const inv_domain *domain;

    return inv_user_find_domain(task->service->context->config,
                                &(inv_user){user, strlen(user), task->domain->name}, &domain, local,
                                agent_clear_words(task));
}

inv_result agent_redeem_name(agent_task *task, const char *user, inv_allowed_types allowed_types,
                             inv_jid **name)
{
    size_t local;
    inv_result result = find_local(task, user, &local);

    *name = NULL;
    if (result == INV_OK)
        result = inv_redeem_name(task->domain, user, &allowed_types, name, agent_clear_words(task));
    return result;
}

inv_result agent_existing_name(agent_task *task, const char *user, inv_jid **name)
{
    size_t local;
    inv_result result = find_local(task, user, &local);

    *name = NULL;
    if (result == INV_OK)
        result = inv_jid_prepare_existing(task->domain, user, local, name, agent_clear_words(task));
    return result;
}

static bool append_contact(void *context, const char *contact, const char *group)
{
    agent_answer *answer = context;

    (void)agent_answer_contact(answer, contact, "", group != NULL ? group : "");
    return !answer->no_memory;
}

inv_result agent_answer_roster(inv_call *call, const char *jid, agent_answer *answer)
{
    return inv_roster_each(call, jid, append_contact, answer);
}
