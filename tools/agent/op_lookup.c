/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/account.h"
#include "operations.h"

/* The operations that only look: exists, roster. */

inv_result agent_exists(agent_task *task)
{
    inv_account *account = NULL;
    inv_name *name = NULL;
    bool several = false;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = inv_account_find(&task->call, name, &account, &several, agent_afresh(task));
    if (result == INV_OK && account == NULL)
        result = inv_verdict_set(&task->verdict, INV_NO_ACCOUNT, "the name is free");
    inv_account_free(&account);
    inv_name_free(&name);
    return result;
}

inv_result agent_roster(agent_task *task)
{
    inv_name *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = agent_answer_roster(task, inv_name_jid(name), agent_afresh(task));
    inv_name_free(&name);
    return result;
}
