/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "invitegate/dn.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "io/output.h"

static const ctl_option options[] = {
    {"state", 's', "STATE", false, "pending, used, expired, revoked or all [pending]"},
    {"inviter", 'i', "JID", false, "only invites of this inviter"},
    {NULL, 0, NULL, false, NULL},
};

static const char *const headers[] = {"ID",   "STATE",   "TYPE", "USER", "INVITER",
                                      "LEFT", "EXPIRES", "NOTE", NULL};

#define FILTER_SIZE (INV_INVITE_FILTER_SIZE + 96)

typedef struct listing {
    bool all;
    inv_invite_state state;
    time_t now;
    ctl_table *table; /* NULL with --json */
    bool no_memory;
} listing;

static bool parse_state(const ctl_invocation *invocation, listing *wanted)
{
    const char *text = ctl_option_text(invocation, "state");

    wanted->state = INV_INVITE_PENDING;
    if (text == NULL)
        return true;
    wanted->all = strcmp(text, "all") == 0;
    if (wanted->all)
        return true;
    for (inv_invite_state state = INV_INVITE_PENDING; state <= INV_INVITE_REVOKED; state++) {
        if (strcmp(text, inv_invite_state_name(state)) == 0) {
            wanted->state = state;
            return true;
        }
    }
    ctl_usage(invocation, "--state is pending, used, expired, revoked or all, not \"%s\"", text);
    return false;
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
static char *make_filter(const listing *wanted, const inv_name *inviter)
{
    char state[FILTER_SIZE];
    char *escaped = NULL;
    char *filter = NULL;
    int length;

    write_state_filter(wanted, state);
    if (inviter != NULL) {
        escaped = inv_filter_escape(inv_name_jid(inviter));
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

static inv_result list(const ctl_invocation *invocation, ctl_session *session, listing *wanted)
{
    const char *inviter_text = ctl_option_text(invocation, "inviter");
    inv_name *inviter = NULL;
    char *filter = NULL;
    inv_result result = INV_OK;

    if (inviter_text != NULL)
        result = ctl_read_jid(session, inviter_text, &inviter);
    if (result == INV_OK)
        result = ctl_session_begin_long(session);
    if (result != INV_OK)
        goto cleanup;
    filter = make_filter(wanted, inviter);
    if (!invocation->json)
        wanted->table = ctl_table_new(headers);
    if (filter == NULL || (!invocation->json && wanted->table == NULL)) {
        result = inv_verdict_no_memory(&session->verdict);
        goto cleanup;
    }
    result = inv_invite_each(&session->call, filter, visit, wanted);
    if (wanted->no_memory)
        result = inv_verdict_no_memory(&session->verdict);
    /* also after an entry that cannot be read: the others are good */
    if (wanted->table != NULL && ctl_table_rows(wanted->table) > 0)
        ctl_table_print(stdout, wanted->table);
    else if (wanted->table != NULL && result == INV_OK)
        ctl_warn("no %s invites in %s", wanted->all ? "such" : inv_invite_state_name(wanted->state),
                 session->domain->name);
cleanup:
    free(filter);
    inv_name_free(&inviter);
    ctl_table_free(&wanted->table);
    return result;
}

static int run(const ctl_invocation *invocation)
{
    listing wanted = {.now = time(NULL)};
    ctl_session session;
    int status = CTL_EXIT_OK;

    if (!parse_state(invocation, &wanted))
        return CTL_EXIT_USAGE;
    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_session_choose_domain(invocation, &session) != INV_OK ||
        list(invocation, &session, &wanted) != INV_OK)
        status = ctl_fail(&session.verdict);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_list = {
    .name = "list",
    .arguments = "",
    .summary = "List invites, the newest first.",
    .options = options,
    .run = run,
};
