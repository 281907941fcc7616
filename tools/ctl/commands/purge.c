/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/timestamp.h"
#include "notes.h"
#include "session.h"

static const ctl_option options[] = {
    {"older-than", 0, "DURATION", false, "only invites that ended at least so long ago, as 90d"},
    {"dry-run", 0, NULL, false, "only tell what would be deleted"},
    {NULL, 0, NULL, false, NULL},
};

typedef struct purge {
    ctl_notes notes;
    long older_than;
} purge;

static int parse(const ctl_invocation *invocation, void *state)
{
    const char *text = ctl_option_text(invocation, "older-than");
    purge *wanted = state;

    if (text == NULL)
        return ctl_usage(invocation, "purge needs --older-than, as 90d: deleted invites are gone");
    if (!inv_timestamp_parse_duration(text, &wanted->older_than) || wanted->older_than <= 0)
        return ctl_usage(invocation, "--older-than is a duration such as 90d, not \"%s\"", text);
    ctl_notes_start(&wanted->notes, invocation);
    return CTL_EXIT_OK;
}

static inv_result run(ctl_session *session, void *state)
{
    purge *wanted = state;
    ctl_notes *notes = &wanted->notes;
    const inv_repair_visitor visitor = ctl_notes_visitor(notes, session->domain->name);
    size_t purged = 0;
    inv_result result =
        inv_purge(&session->call, wanted->older_than, notes->dry_run, &visitor, &purged);

    ctl_progress_clear(&notes->progress);
    return result;
}

static int print(const ctl_session *session, void *state)
{
    const purge *wanted = state;

    if (!session->invocation->json)
        (void)printf("%zu %s\n", wanted->notes.count[INV_REPAIR_REMOVED],
                     wanted->notes.dry_run ? "to be deleted" : "deleted");
    return CTL_EXIT_OK;
}

const ctl_command ctl_purge = {
    .name = "purge",
    .arguments = "",
    .summary = "Delete invites that ended long ago.",
    .details =
        "Used up, revoked or expired ones without a redemption under way; accounts stay. Works\n"
        "on every configured domain unless -d names one.",
    .options = options,
    .calls = CTL_EACH_DOMAIN,
    .state_size = sizeof(purge),
    .parse = parse,
    .run = run,
    .print = print,
};
