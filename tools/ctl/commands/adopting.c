/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "adopting.h"

#include "io/ldif.h"

void adopting_note_status(adopting *work, int status)
{
    if (status > work->status)
        work->status = status;
}

const char *adopting_word(const adopting *work)
{
    if (work->dry_run)
        return work->undo ? "would be undone" : "would be adopted";
    return work->undo ? "undone" : "adopted";
}

void adopting_tell(adopting *work, const char *jid, const char *result, const char *dn,
                   const char *why)
{
    const char *const cells[] = {jid, result, dn, why};
    json_t *object;

    if (!work->session->invocation->json) {
        work->printed = ctl_table_add(work->table, cells) && work->printed;
        return;
    }
    object = json_object();
    ctl_json_text(object, "jid", jid);
    ctl_json_text(object, "result", result);
    ctl_json_text(object, "dn", dn);
    ctl_json_text(object, "why", why);
    work->printed = ctl_json_print(object) && work->printed;
}

void adopting_keep_ldif(adopting *work, const inv_operation *change)
{
    adopting_note_status(work, CTL_EXIT_CONFIG);
    if (work->ldif_stream == NULL || !ctl_ldif_print(work->ldif_stream, change))
        work->printed = false;
}
