/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "command.h"
#include "notes.h"

static const ctl_option options[] = {
    {"dry-run", 0, NULL, false, "only tell what would be done"},
    {NULL, 0, NULL, false, NULL},
};

static inv_result work(ctl_session *session, const inv_repair_visitor *visitor, void *context)
{
    const ctl_notes *notes = context;
    size_t left = 0;

    return inv_repair(&session->call, notes->dry_run, visitor, &left);
}

static void sum_up(const ctl_notes *notes)
{
    size_t mended = notes->count[INV_REPAIR_FINISHED] + notes->count[INV_REPAIR_FREED] +
                    notes->count[INV_REPAIR_REMOVED];

    (void)printf("%zu %s, %zu waiting, %zu left for you to decide\n", mended,
                 notes->dry_run ? "to be mended" : "mended", notes->count[INV_REPAIR_WAITS],
                 notes->count[INV_REPAIR_LEFT]);
}

static int run(const ctl_invocation *invocation)
{
    ctl_notes notes = {.dry_run = ctl_option_given(invocation, "dry-run")};
    int status = ctl_notes_run(invocation, &notes, &notes, work);

    if (status != CTL_EXIT_OK)
        return status;
    if (!invocation->json)
        sum_up(&notes);
    return notes.count[INV_REPAIR_LEFT] > 0 ? CTL_EXIT_REFUSED : CTL_EXIT_OK;
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
    .run = run,
};
