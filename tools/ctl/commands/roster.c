/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/roster.h"
#include "io/output.h"
#include "session.h"

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

static inv_result run(ctl_session *session, void *state)
{
    listing *roster = state;
    inv_result result;

    if (!session->invocation->json) {
        roster->table = ctl_table_new(headers);
        if (roster->table == NULL)
            return inv_verdict_no_memory(&session->verdict);
    }
    result = inv_roster_each(&session->call, inv_jid_text(session->name), visit, roster);
    return roster->no_memory ? inv_verdict_no_memory(&session->verdict) : result;
}

static int print(const ctl_session *session, void *state)
{
    const listing *roster = state;

    if (roster->table != NULL && ctl_table_rows(roster->table) > 0)
        ctl_table_print_rows(stdout, roster->table);
    else if (roster->table != NULL)
        ctl_warn("%s has no pre-approved contacts", inv_jid_text(session->name));
    return CTL_EXIT_OK;
}

static void clear(void *state)
{
    listing *roster = state;

    ctl_table_free(&roster->table);
}

const ctl_command ctl_roster = {
    .name = "roster",
    .arguments = "JID",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "List the pre-approved contacts of a JID, one a line: JID, group.",
    .options = ctl_no_options,
    .long_calls = true,
    .state_size = sizeof(listing),
    .read = ctl_argument_jid,
    .run = run,
    .print = print,
    .clear = clear,
};
