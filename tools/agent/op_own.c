/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "op_own.h"

#include <string.h>

#include "invitegate/password_change.h"
#include "invitegate/removal.h"
#include "op_login.h"

/* NOT_ALLOWED has words for the person. A name that cannot be is one without an account. */
static inv_result answer(agent_task *task, inv_result result)
{
    if (result == INV_NOT_ALLOWED && agent_set_text(task, "%s", task->verdict.text) != INV_OK)
        return INV_NO_MEMORY;
    return result == INV_NAME_INVALID ? INV_NO_ACCOUNT : result;
}

/* Which account the client has logged the person in to: an argument that may be left out. */
static const char *identity_of(const agent_task *task)
{
    size_t place = task->operation->address;

    return task->argument_count > place ? task->arguments[place] : NULL;
}

static inv_result change(agent_task *task)
{
    const char *text = task->arguments[1];
    inv_secret *password = inv_secret_new(text, strlen(text));
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (password == NULL)
        result = inv_verdict_no_memory(&task->verdict);
    if (result == INV_OK)
        result = inv_password_change(&task->call, name, identity_of(task), password);
    inv_secret_free(&password);
    inv_jid_free(&name);
    return answer(task, result);
}

inv_result agent_change(agent_task *task)
{
    return agent_paid_by_name(task, change);
}

static inv_result leave(agent_task *task)
{
    inv_removal removal = {0};
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = inv_leave(&task->call, name, identity_of(task), &removal);
    if (result == INV_OK)
        inv_log_write(
            task->call.log, INV_LOG_NOTICE,
            "%s has removed their account: %zu contacts, %zu memberships, %zu open invites",
            inv_jid_text(name), removal.pairs, removal.groups, removal.invites);
    inv_jid_free(&name);
    return answer(task, result);
}

inv_result agent_leave(agent_task *task)
{
    return agent_paid_by_name(task, leave);
}
