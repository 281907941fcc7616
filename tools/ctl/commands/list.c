/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/dn.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "io/output.h"
#include "session.h"

static const ctl_option options[] = {
    {"state", 's', "STATE", false, "pending, used, expired, revoked or all [pending]"},
    {"inviter", 'i', "JID", false, "only invites of this inviter"},
    {NULL, 0, NULL, false, NULL},
};

static const char *const headers[] = {"ID",   "STATE",   "TYPE", "USER", "INVITER",
                                      "LEFT", "EXPIRES", "NOTE", NULL};

#define FILTER_SIZE (INV_INVITE_FILTER_SIZE + 96)

typedef struct listing {
    inv_jid *inviter; /* NULL: of any */
    bool all;
    inv_invite_state state;
    time_t now;
    ctl_table *table; /* NULL with --json */
    bool no_memory;
} listing;

static int parse(const ctl_invocation *invocation, void *state)
{
    const char *text = ctl_option_text(invocation, "state");
    listing *wanted = state;

    wanted->now = time(NULL);
    wanted->state = INV_INVITE_PENDING;
    wanted->all = text != NULL && strcmp(text, "all") == 0;
    if (text == NULL || wanted->all)
        return CTL_EXIT_OK;
    for (; wanted->state <= INV_INVITE_REVOKED; wanted->state++) {
        if (strcmp(text, inv_invite_state_name(wanted->state)) == 0)
            return CTL_EXIT_OK;
    }
    return ctl_usage(invocation, "--state is pending, used, expired, revoked or all, not \"%s\"",
                     text);
}

static inv_result read_inviter(ctl_session *session, void *state)
{
    const char *text = ctl_option_text(session->invocation, "inviter");
    listing *wanted = state;
    inv_result result = ctl_choose_domain(session);

    return result == INV_OK && text != NULL ? ctl_read_jid(session, text, &wanted->inviter)
                                            : result;
}

/* A filter for what the directory can decide of the state; visit judges the rest. */
static void write_state_filter(const listing *wanted, char filter[FILTER_SIZE])
{
    char expired[INV_INVITE_FILTER_SIZE];

    inv_invite_filter_expired(wanted->state == INV_INVITE_EXPIRED, wanted->now, expired);
    filter[0] = '\0';
    if (wanted->all)
        return;
    switch (wanted->state) {
    case INV_INVITE_PENDING:
        (void)snprintf(filter, FILTER_SIZE, "(inviteUsesLeft>=1)%s", expired);
        break;
    case INV_INVITE_EXPIRED: /* also by the end of its account, or (reset) by a changed account */
        (void)snprintf(filter, FILTER_SIZE,
                       "(inviteUsesLeft>=1)(|%s(inviteAccountExpires=*)(inviteType=reset))",
                       expired);
        break;
    case INV_INVITE_USED:
        (void)snprintf(filter, FILTER_SIZE, "(inviteUsesLeft=0)");
        break;
    case INV_INVITE_REVOKED:
        (void)snprintf(filter, FILTER_SIZE, "(inviteUsesLeft<=-1)");
        break;
    }
}

/* The caller frees it; NULL when memory is short. */
static char *make_filter(const listing *wanted)
{
    char state[FILTER_SIZE];
    char *escaped = NULL;
    char *filter = NULL;
    int length;

    write_state_filter(wanted, state);
    if (wanted->inviter != NULL) {
        escaped = inv_filter_escape(inv_jid_text(wanted->inviter));
        if (escaped == NULL)
            return NULL;
    }
    length = asprintf(&filter, "(&(objectClass=xmppInvite)%s%s%s%s)", state,
                      escaped != NULL ? "(inviteInviter=" : "", escaped != NULL ? escaped : "",
                      escaped != NULL ? ")" : "");
    free(escaped);
    return length >= 0 ? filter : NULL;
}

static bool add_row(listing *wanted, const inv_invite *invite)
{
    char expires[INV_TIMESTAMP_SIZE];
    char uses[48];
    const char *cells[] = {invite->id,
                           inv_invite_state_name(inv_invite_state_at(invite, wanted->now)),
                           inv_invite_type_name(invite->type),
                           invite->user,
                           invite->inviter,
                           uses,
                           expires,
                           invite->note};

    ctl_invite_uses(invite, uses);
    ctl_write_time(inv_invite_end(invite), expires);
    return ctl_table_add(wanted->table, cells);
}

static bool visit(void *context, const inv_invite *invite)
{
    listing *wanted = context;

    if (!wanted->all && inv_invite_state_at(invite, wanted->now) != wanted->state)
        return true;
    wanted->no_memory = wanted->table != NULL
                            ? !add_row(wanted, invite)
                            : !ctl_json_print(ctl_invite_json(invite, wanted->now));
    return !wanted->no_memory;
}

static inv_result run(ctl_session *session, void *state)
{
    const bool json = session->invocation->json;
    listing *wanted = state;
    char *filter = make_filter(wanted);
    inv_result result;

    if (!json)
        wanted->table = ctl_table_new(headers);
    if (filter == NULL || (!json && wanted->table == NULL))
        result = inv_verdict_no_memory(&session->verdict);
    else
        result = inv_invite_each(&session->call, filter, visit, wanted);
    if (wanted->no_memory)
        result = inv_verdict_no_memory(&session->verdict);
    free(filter);
    return result;
}

/* Also after an entry that cannot be read: the others are good. */
static int print(const ctl_session *session, void *state)
{
    const listing *wanted = state;

    if (wanted->table != NULL && ctl_table_rows(wanted->table) > 0)
        ctl_table_print(stdout, wanted->table);
    else if (wanted->table != NULL && session->verdict.result == INV_OK)
        ctl_warn("no %s invites in %s", wanted->all ? "such" : inv_invite_state_name(wanted->state),
                 session->domain->name);
    return CTL_EXIT_OK;
}

static void clear(void *state)
{
    listing *wanted = state;

    inv_jid_free(&wanted->inviter);
    ctl_table_free(&wanted->table);
}

const ctl_command ctl_list = {
    .name = "list",
    .arguments = "",
    .summary = "List invites, the newest first.",
    .options = options,
    .long_calls = true,
    .prints_failures = true,
    .state_size = sizeof(listing),
    .parse = parse,
    .read = read_inviter,
    .run = run,
    .print = print,
    .clear = clear,
};
