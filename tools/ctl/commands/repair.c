/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "notes.h"
#include "session.h"

static const ctl_option options[] = {
    {"dry-run", 0, NULL, false, "only tell what would be done"},
    {NULL, 0, NULL, false, NULL},
};

static int parse(const ctl_invocation *invocation, void *state)
{
    ctl_notes_start(state, invocation);
    return CTL_EXIT_OK;
}

static inv_result run(ctl_session *session, void *state)
{
    ctl_notes *notes = state;
    const inv_repair_visitor visitor = ctl_notes_visitor(notes, session->domain->name);
    size_t left = 0;
    inv_result result = inv_repair(&session->call, notes->dry_run, &visitor, &left);

    ctl_progress_clear(&notes->progress);
    return result;
}

static void sum_up(const ctl_notes *notes)
{
    size_t mended = notes->count[INV_REPAIR_FINISHED] + notes->count[INV_REPAIR_FREED] +
                    notes->count[INV_REPAIR_REMOVED];

    (void)printf("%zu %s, %zu waiting, %zu left for you to decide\n", mended,
                 notes->dry_run ? "to be mended" : "mended", notes->count[INV_REPAIR_WAITS],
                 notes->count[INV_REPAIR_LEFT]);
}

static int print(const ctl_session *session, void *state)
{
    const ctl_notes *notes = state;

    if (!session->invocation->json)
        sum_up(notes);
    return notes->count[INV_REPAIR_LEFT] > 0 ? CTL_EXIT_REFUSED : CTL_EXIT_OK;
}

const ctl_command ctl_repair = {
    .name = "repair",
    .arguments = "",
    .summary = "Finish or free what crashes left, report what an admin has to decide.",
    .details =
        "May run at any time, beside redemptions, and again: nothing younger than claim_grace\n"
        "is touched. Exit status: 0 clean or mended, 1 findings are left. Works on every\n"
        "configured domain unless -d names one.",
    .options = options,
    .calls = CTL_EACH_DOMAIN,
    .state_size = sizeof(ctl_notes),
    .parse = parse,
    .run = run,
    .print = print,
};
