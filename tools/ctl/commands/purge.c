/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "command.h"
#include "invitegate/timestamp.h"
#include "notes.h"

static const ctl_option options[] = {
    {"older-than", 0, "DURATION", false, "only invites that ended at least so long ago, as 90d"},
    {"dry-run", 0, NULL, false, "only tell what would be deleted"},
    {NULL, 0, NULL, false, NULL},
};

typedef struct purge {
    ctl_notes notes;
    long older_than;
} purge;

static inv_result work(ctl_session *session, const inv_repair_visitor *visitor, void *context)
{
    const purge *wanted = context;
    size_t purged = 0;

    return inv_purge(&session->call, wanted->older_than, wanted->notes.dry_run, visitor, &purged);
}

static int run(const ctl_invocation *invocation)
{
    const char *text = ctl_option_text(invocation, "older-than");
    purge wanted = {.notes = {.dry_run = ctl_option_given(invocation, "dry-run")}};
    int status;

    if (text == NULL)
        return ctl_usage(invocation, "purge needs --older-than, as 90d: deleted invites are gone");
    if (!inv_timestamp_parse_duration(text, &wanted.older_than) || wanted.older_than <= 0)
        return ctl_usage(invocation, "--older-than is a duration such as 90d, not \"%s\"", text);
    status = ctl_notes_run(invocation, &wanted.notes, &wanted, work);
    if (status == CTL_EXIT_OK && !invocation->json)
        (void)printf("%zu %s\n", wanted.notes.count[INV_REPAIR_REMOVED],
                     wanted.notes.dry_run ? "to be deleted" : "deleted");
    return status;
}

const ctl_command ctl_purge = {
    .name = "purge",
    .arguments = "",
    .summary = "Delete invites that ended long ago.",
    .details =
        "Used up, revoked or expired ones without a redemption under way; accounts stay. Works\n"
        "on every configured domain unless -d names one.",
    .options = options,
    .run = run,
};
