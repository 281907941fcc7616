/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/accounts.h"
#include "invitegate/changes.h"
#include "invitegate/timestamp.h"
#include "op_lookup.h"

/* The operations that only read: exists, is-admin, roster, accounts, changed. */

inv_result agent_exists(agent_task *task)
{
    inv_account *account = NULL;
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = inv_account_find(&task->call, name, &account);
    if (result == INV_OK && account == NULL)
        result = inv_verdict_set(&task->verdict, INV_NO_ACCOUNT, "the name is free");
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}

inv_result agent_is_admin(agent_task *task)
{
    bool is_admin = false;
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    if (result == INV_OK)
        result = inv_account_is_admin(&task->call, name, &is_admin);
    if (result == INV_OK)
        result = agent_set_text(task, "admin=%s", is_admin ? "yes" : "no");
    inv_jid_free(&name);
    return result;
}

inv_result agent_identify(inv_call *call, const inv_jid *name,
                          char identity[INV_ACCOUNT_IDENTITY_SIZE])
{
    inv_account *account = NULL;
    inv_result result = inv_account_find_of_jid(call, name, &account);

    identity[0] = '\0';
    if (result == INV_OK && account != NULL && !inv_account_identity(account, identity))
        result = inv_verdict_no_memory(call->verdict);
    inv_account_free(&account);
    return result;
}

/* The text of roster: the account's identity, and when it expires, if it does. */
static inv_result describe_holder(agent_task *task, const inv_account *account)
{
    char identity[INV_ACCOUNT_IDENTITY_SIZE] = "";

    if (account != NULL && !inv_account_identity(account, identity))
        return inv_verdict_no_memory(agent_clear_words(task));
    if (account == NULL || account->expires == INV_NEVER)
        return agent_set_text(task, "account=%s", identity);
    return agent_set_text(task, "account=%s\nexpires=%lld", identity, (long long)account->expires);
}

inv_result agent_roster(agent_task *task)
{
    inv_account *account = NULL;
    inv_jid *name = NULL;
    inv_result result = agent_existing_name(task, task->arguments[0], &name);

    /* the account first: if it is made anew in between, the next call shows that */
    if (result == INV_OK)
        result = inv_account_find_of_jid(&task->call, name, &account);
    if (result == INV_OK)
        result = agent_answer_roster(&task->call, inv_jid_text(name), task->answer);
    if (result == INV_OK)
        result = describe_holder(task, account);
    inv_account_free(&account);
    inv_jid_free(&name);
    return result;
}

/* ---------------------------------------------------------------------------------- accounts */

/* Those names of users, one a line, that can be prepared; names has room for all. */
static inv_result parse_users(agent_task *task, const char *users, inv_jid **names, size_t *count)
{
    inv_result result = INV_OK;

    while (*users != '\0' && result == INV_OK) {
        size_t length = strcspn(users, "\n");
        char *user = strndup(users, length);

        if (user == NULL)
            return inv_verdict_no_memory(agent_clear_words(task));
        result = agent_existing_name(task, user, &names[*count]);
        free(user);
        if (result == INV_OK)
            (*count)++;
        if (result == INV_NAME_INVALID)
            result = INV_OK;
        users += length + (users[length] == '\n' ? 1 : 0);
    }
    return result;
}

static bool append_account(void *context, const inv_account *account)
{
    agent_task *task = context;
    char identity[INV_ACCOUNT_IDENTITY_SIZE] = "";
    char expires[24] = "";
    size_t local = account->jid != NULL ? strcspn(account->jid, "@") : 0;
    char *user = local > 0 ? strndup(account->jid, local) : NULL;

    if (user == NULL)
        return local == 0;
    if (account->expires != INV_NEVER)
        (void)snprintf(expires, sizeof(expires), "%lld", (long long)account->expires);
    if (!inv_account_identity(account, identity))
        task->answer->no_memory = true;
    else
        (void)agent_answer_contact(task->answer, user, identity, expires);
    free(user);
    return !task->answer->no_memory;
}

inv_result agent_accounts(agent_task *task)
{
    const char *users = task->arguments[0];
    inv_jid **names = calloc(strlen(users) / 2 + 1, sizeof(*names)); /* 2 bytes a name, at least */
    size_t count = 0;
    inv_result result;

    if (names == NULL)
        return inv_verdict_no_memory(agent_clear_words(task));
    result = parse_users(task, users, names, &count);
    if (result == INV_OK)
        result = inv_accounts_each(&task->call, (const inv_jid *const *)names, count,
                                   append_account, task);
    while (count > 0)
        inv_jid_free(&names[--count]);
    free(names);
    return result;
}

/* ----------------------------------------------------------------------------------- changed */

static bool append_change(void *context, const char *owner, const char *contact, const char *group)
{
    agent_answer *answer = context;

    (void)agent_answer_contact(answer, owner, contact, group);
    return !answer->no_memory;
}

inv_result agent_changed(agent_task *task)
{
    char next[INV_CHANGES_COOKIE_SIZE] = "";
    bool restart = false;
    inv_result result =
        inv_changes_since(&task->call, task->arguments[0],
                          &(inv_changes_visitor){append_change, task->answer}, next, &restart);

    if (result != INV_OK)
        return result;
    return agent_set_text(task, "cookie=%s%s", next, restart ? "\nrestart=yes" : "");
}
