/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "clock.h"
#include "invitegate/repair.h"

/* The moment an invite ended, now while it is open. Any later change puts it off. */
static time_t ended_at(const inv_invite *invite, time_t now)
{
    time_t end = invite->modified;

    switch (inv_invite_state_at(invite, now)) {
    case INV_INVITE_PENDING:
        return now;
    case INV_INVITE_EXPIRED:
        if (invite->expires > end)
            end = invite->expires;
        break;
    case INV_INVITE_USED:
    case INV_INVITE_REVOKED:
        break;
    }
    return end;
}

/* Only what cannot be used any more may be deleted, by the directory's own rules too. */
static inv_result delete_invite(inv_call *call, const inv_invite *invite, inv_verdict *verdict)
{
    inv_operation *removal = NULL;
    inv_result result = INV_OK;

    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    if (invite->uses_left > 0)
        result = inv_invite_revoke(call, invite->id, verdict);
    if (result != INV_OK)
        return result;
    removal = inv_operation_new_delete(invite->dn);
    result = inv_directory_run(call->directory, &removal, 1, &call->deadline, verdict);
    if (result == INV_OK && !inv_operation_answered(removal, INV_LDAP_NO_SUCH_OBJECT))
        result = inv_operation_result(removal, "deleting the invite", verdict);
    inv_operation_free(&removal);
    return result;
}

static inv_result purge_one(inv_call *call, const inv_invite *invite, time_t before, time_t now,
                            bool dry_run, const inv_repair_visitor *visitor, size_t *purged,
                            inv_verdict *verdict)
{
    inv_repair_note note = {.action = INV_REPAIR_REMOVED, .dn = invite->dn};
    inv_result result = INV_OK;

    if (invite->claim_count > 0 || ended_at(invite, now) >= before)
        return INV_OK;
    note.text = inv_invite_state_name(inv_invite_state_at(invite, now));
    if (!dry_run)
        result = delete_invite(call, invite, verdict);
    if (result == INV_OK) {
        (*purged)++;
        visitor->note(visitor->context, &note);
    }
    return result;
}

inv_result inv_purge(inv_call *call, long older_than, bool dry_run,
                     const inv_repair_visitor *visitor, size_t *purged, inv_verdict *verdict)
{
    inv_operation *search = NULL;
    time_t now = 0;
    inv_result result;

    *purged = 0;
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = inv_clock_read(call, &now, verdict);
    if (result != INV_OK)
        return result;
    search = inv_operation_search(call->domain->invites, INV_SCOPE_ONE, "(objectClass=xmppInvite)",
                                  inv_invite_attributes(INV_INVITE_TERMS_AND_CLAIMS));
    if (search != NULL)
        search->paged = true;
    call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
    result = inv_directory_run(call->directory, &search, 1, &call->deadline, verdict);
    if (result == INV_OK)
        result = inv_operation_result(search, "looking for ended invites", verdict);
    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        inv_invite *invite = NULL;

        if (visitor->progress != NULL)
            visitor->progress(visitor->context, "invites", i, search->entry_count);
        /* one that cannot be read is repair's to report */
        if (inv_invite_from_entry(search->entries[i], &invite, verdict) == INV_OK)
            result =
                purge_one(call, invite, now - older_than, now, dry_run, visitor, purged, verdict);
        inv_invite_free(&invite);
    }
    inv_operation_free(&search);
    return result;
}
