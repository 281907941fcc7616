/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "notes.h"

#include "io/output.h"

static const char *const actions[] = {
    [INV_REPAIR_FINISHED] = "finished", [INV_REPAIR_FREED] = "freed",
    [INV_REPAIR_REMOVED] = "removed",   [INV_REPAIR_WAITS] = "waits",
    [INV_REPAIR_LEFT] = "left",
};

static void print_line(const ctl_notes *notes, const inv_repair_note *note)
{
    bool planned = notes->dry_run && note->action <= INV_REPAIR_REMOVED;

    (void)printf("%s%-8s  ", planned ? "to be " : "", actions[note->action]);
    (void)ctl_print_safe(stdout, note->dn);
    (void)fputs(": ", stdout);
    (void)ctl_print_safe(stdout, note->text);
    (void)fputc('\n', stdout);
}

static void tell(void *context, const inv_repair_note *note)
{
    ctl_notes *notes = context;

    notes->count[note->action]++;
    ctl_progress_clear(&notes->progress);
    if (notes->json) {
        json_t *object = json_object();

        ctl_json_text(object, "action", actions[note->action]);
        ctl_json_text(object, "domain", notes->domain);
        ctl_json_text(object, "dn", note->dn);
        ctl_json_text(object, "what", note->text);
        (void)json_object_set_new(object, "dryRun", json_boolean(notes->dry_run));
        (void)ctl_json_print(object);
    } else {
        print_line(notes, note);
    }
    /* a person who watches sees each note as it comes */
    (void)fflush(stdout);
}

static void proceed(void *context, const char *what, size_t done, size_t total)
{
    ctl_notes *notes = context;

    ctl_progress_show(&notes->progress, what, done, total);
}

void ctl_notes_start(ctl_notes *notes, const ctl_invocation *invocation)
{
    notes->json = invocation->json;
    notes->dry_run = ctl_option_given(invocation, "dry-run");
    ctl_progress_start(&notes->progress);
}

inv_repair_visitor ctl_notes_visitor(ctl_notes *notes, const char *domain)
{
    notes->domain = domain;
    return (inv_repair_visitor){.context = notes, .note = tell, .progress = proceed};
}
