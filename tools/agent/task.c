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
    task->verdict.why[0] = '\0';
    task->verdict.text[0] = '\0';
    return &task->verdict;
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

static inv_result note_user(agent_task *task, const inv_name *name, inv_result result)
{
    if (result == INV_OK)
        (void)snprintf(task->verdict.user, sizeof(task->verdict.user), "%s", inv_name_jid(name));
    return result;
}

/* *local: the length of the part of user before an '@' and the task's domain. */
static inv_result find_local(agent_task *task, const char *user, size_t *local)
{
    const inv_domain *domain;

    return inv_name_find_domain(task->service->context->config, user, strlen(user),
                                task->domain->name, &domain, local, agent_clear_words(task));
}

inv_result agent_new_name(agent_task *task, const char *user, inv_name **name)
{
    size_t local;
    inv_result result = find_local(task, user, &local);

    *name = NULL;
    if (result == INV_OK)
        result = inv_name_prepare(task->domain, user, local, name, agent_clear_words(task));
    return note_user(task, *name, result);
}

inv_result agent_existing_name(agent_task *task, const char *user, inv_name **name)
{
    char *jid = NULL;
    size_t local;
    inv_result result = find_local(task, user, &local);

    *name = NULL;
    if (result != INV_OK)
        return result;
    if (asprintf(&jid, "%.*s@%s", (int)local, user, task->domain->name) < 0)
        return inv_verdict_no_memory(&task->verdict);
    result = inv_name_parse_jid(jid, name, agent_clear_words(task));
    free(jid);
    return note_user(task, *name, result);
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
