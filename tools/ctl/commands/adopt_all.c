/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "adopt_all.h"

#include "invitegate/directory.h"

/* What each outcome is called; DONE is adopting_word. */
static const char *const words[] = {
    [INV_ADOPT_EXCEPTED] = "skipped",
    [INV_ADOPT_SKIPPED] = "skipped",
    [INV_ADOPT_REFUSED] = "refused",
    [INV_ADOPT_DENIED] = "refused",
};

/* Of those who are adopted, a table of a whole site is not read: they are counted. */
static void note(void *context, const inv_adopt_note *note)
{
    adopting *work = context;
    const bool done = note->outcome == INV_ADOPT_DONE;

    work->count[note->outcome]++;
    if (note->outcome == INV_ADOPT_REFUSED)
        adopting_note_status(work, CTL_EXIT_REFUSED);
    if (note->outcome == INV_ADOPT_DENIED)
        adopting_keep_ldif(work, note->change);
    if (!work->session->invocation->json &&
        (note->outcome == INV_ADOPT_DENIED || (done && !work->dry_run)))
        return;
    adopting_tell(work, note->jid, done ? adopting_word(work) : words[note->outcome], note->dn,
                  note->why);
}

static void proceed(void *context, size_t done, size_t total)
{
    adopting *work = context;

    ctl_progress_show(&work->progress, "entries", done, total);
}

inv_result adopt_all(ctl_session *session, void *state)
{
    adopting *work = state;
    const inv_adopt_order order = {
        .undo = work->undo,
        .dry_run = work->dry_run,
        .except = ctl_option_text(session->invocation, "except"),
        .admin = work->admin.directory,
        .admin_dn = ctl_option_text(session->invocation, "bind-dn"),
    };
    const inv_adopt_visitor visitor = {.context = work, .note = note, .progress = proceed};
    inv_result result = inv_adopt_all(&session->call, &order, &visitor);

    ctl_progress_clear(&work->progress);
    return result;
}

void adopt_all_sum_up(const adopting *work, FILE *stream)
{
    (void)fprintf(stream, "%zu %s, %zu skipped, %zu refused", work->count[INV_ADOPT_DONE],
                  adopting_word(work),
                  work->count[INV_ADOPT_EXCEPTED] + work->count[INV_ADOPT_SKIPPED],
                  work->count[INV_ADOPT_REFUSED]);
    if (work->count[INV_ADOPT_DENIED] > 0)
        (void)fprintf(stream, ", %zu left to the LDIF", work->count[INV_ADOPT_DENIED]);
    (void)fputc('\n', stream);
}
