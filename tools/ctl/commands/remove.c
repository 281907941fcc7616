/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/removal.h"
#include "io/output.h"

static const ctl_option options[] = {
    {NULL, 0, NULL, false, NULL},
};

/* Chooses the domain: an account is removed in its own only. */
static inv_result choose(const ctl_invocation *invocation, ctl_session *session, inv_name **name)
{
    const char *at = strrchr(invocation->arguments[0], '@');
    const inv_config *config = session->context->config;
    inv_result result;

    if (invocation->domain == NULL)
        session->domain = ctl_session_find_domain(session, invocation->arguments[0]);
    if (session->domain == NULL && (invocation->domain != NULL || at == NULL)) {
        result = ctl_session_choose_domain(invocation, session);
        if (result != INV_OK)
            return result;
    }
    if (session->domain == NULL)
        return inv_verdict_set(&session->verdict, INV_NAME_INVALID,
                               "%s: %s has no section for that domain", invocation->arguments[0],
                               config->path);
    result = ctl_read_jid(session, invocation->arguments[0], name);
    if (result == INV_OK && inv_config_domain(config, inv_name_domain(*name)) != session->domain)
        result = inv_verdict_set(&session->verdict, INV_NAME_INVALID, "%s is not of the domain %s",
                                 inv_name_jid(*name), session->domain->name);
    return result;
}

static void print_count(const char *between, size_t count, const char *what)
{
    (void)printf("%s%zu %s%s", between, count, what, count == 1 ? "" : "s");
}

static bool print_removal(const ctl_invocation *invocation, const ctl_session *session,
                          const inv_name *name, const inv_removal *removal)
{
    json_t *object;

    if (!invocation->json) {
        (void)ctl_print_safe(stdout, inv_name_jid(name));
        (void)fputs(session->verdict.result == INV_OK ? " removed"
                                                      : " has no account; of that name",
                    stdout);
        print_count(": ", removal->invites, "open invite");
        print_count(" revoked, ", removal->pairs, "contact");
        print_count(", ", removal->groups, "group");
        (void)putchar('\n');
        return true;
    }
    object = ctl_verdict_json(&session->verdict, session->domain->name);
    (void)json_object_set_new(object, "revoked", json_integer((json_int_t)removal->invites));
    (void)json_object_set_new(object, "contacts", json_integer((json_int_t)removal->pairs));
    (void)json_object_set_new(object, "groups", json_integer((json_int_t)removal->groups));
    return ctl_json_print(object);
}

static int remove_account(const ctl_invocation *invocation, ctl_session *session,
                          const inv_name *name)
{
    inv_verdict *verdict = &session->verdict;
    inv_removal removal;
    int status;

    verdict->result = inv_remove(&session->call, name, &removal);
    (void)snprintf(verdict->user, sizeof(verdict->user), "%s", inv_name_jid(name));
    if (verdict->result == INV_OK)
        (void)inv_verdict_set(verdict, INV_OK, "removed"); /* for the log */
    status = ctl_session_log(session);
    if ((invocation->json || verdict->result == INV_OK || verdict->result == INV_NO_ACCOUNT) &&
        !print_removal(invocation, session, name, &removal))
        status = CTL_EXIT_TEMPORARY;
    if (verdict->result != INV_OK)
        status = ctl_fail(verdict);
    return status;
}

static int run(const ctl_invocation *invocation)
{
    ctl_session session;
    inv_name *name = NULL;
    int status;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        choose(invocation, &session, &name) != INV_OK || ctl_session_begin_long(&session) != INV_OK)
        status = ctl_fail(&session.verdict);
    else
        status = remove_account(invocation, &session, name);
    inv_name_free(&name);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_remove = {
    .name = "remove",
    .arguments = "JID",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Remove an account with its contacts, groups and open invites.",
    .details = "Only accounts that an invite made. The use that made it stays used. If it stops\n"
               "half-way, the same command goes on.",
    .options = options,
    .run = run,
};
