/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/roster.h"
#include "io/output.h"

static const ctl_option options[] = {
    {NULL, 0, NULL, false, NULL},
};

static const char *const headers[] = {"JID", "GROUP", NULL};

typedef struct listing {
    ctl_table *table; /* NULL with --json */
    bool no_memory;
} listing;

static bool visit(void *context, const char *contact, const char *group)
{
    const char *cells[] = {contact, group};
    listing *roster = context;

    if (roster->table != NULL) {
        roster->no_memory = !ctl_table_add(roster->table, cells);
    } else {
        json_t *object = json_object();

        ctl_json_text(object, "jid", contact);
        ctl_json_text(object, "group", group);
        roster->no_memory = !ctl_json_print(object);
    }
    return !roster->no_memory;
}

static inv_result list(const ctl_invocation *invocation, ctl_session *session)
{
    listing roster = {.table = NULL};
    inv_name *name = NULL;
    inv_result result = ctl_read_jid(session, invocation->arguments[0], &name);

    if (result == INV_OK)
        result = ctl_session_begin_long(session);
    if (result != INV_OK)
        goto cleanup;
    if (!invocation->json) {
        roster.table = ctl_table_new(headers);
        if (roster.table == NULL) {
            result = inv_verdict_no_memory(&session->verdict);
            goto cleanup;
        }
    }
    result = inv_roster_each(&session->call, inv_name_jid(name), visit, &roster);
    if (roster.no_memory)
        result = inv_verdict_no_memory(&session->verdict);
    if (result == INV_OK && roster.table != NULL && ctl_table_rows(roster.table) > 0)
        ctl_table_print_rows(stdout, roster.table);
    else if (result == INV_OK && roster.table != NULL)
        ctl_warn("%s has no pre-approved contacts", inv_name_jid(name));
cleanup:
    ctl_table_free(&roster.table);
    inv_name_free(&name);
    return result;
}

static int run(const ctl_invocation *invocation)
{
    ctl_session session;
    int status = CTL_EXIT_OK;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_session_choose_domain_of(invocation, invocation->arguments[0], &session) != INV_OK ||
        list(invocation, &session) != INV_OK)
        status = ctl_fail(&session.verdict);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_roster = {
    .name = "roster",
    .arguments = "JID",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "List the pre-approved contacts of a JID, one a line: JID, group.",
    .options = options,
    .run = run,
};
