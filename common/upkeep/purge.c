/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "invitegate/directory.h"
#include "invitegate/repair.h"
#include "model/clock.h"
#include "model/invite.h"

/* The moment the invite ended; now while it is open. Any later change of the entry puts it off. */
static time_t ended_at(const inv_invite *invite, time_t now)
{
    time_t end = invite->modified;

    switch (inv_invite_state_at(invite, now)) {
    case INV_INVITE_PENDING:
        return now;
    case INV_INVITE_EXPIRED:
        if (inv_invite_end(invite) > end)
            end = inv_invite_end(invite);
        break;
    case INV_INVITE_USED:
    case INV_INVITE_REVOKED:
        break;
    }
    return end;
}

/*
 * The invite ended before that moment, has no claim and owes nothing: once it is revoked, this does
 * not change any more.
 */
static bool is_over(const inv_invite *invite, time_t before, time_t now)
{
    return invite->claim_count == 0 && !inv_invite_owes(invite) && ended_at(invite, now) < before;
}

static inv_result delete_entry(inv_call *call, const char *dn)
{
    inv_operation *removal = inv_operation_new_delete(dn);
    inv_result result =
        inv_call_perform(call, removal, "deleting the invite", INV_LDAP_NO_SUCH_OBJECT);
    inv_operation_free(&removal);
    return result;
}

/*
 * The list may be old by now, so the invite is read again. One that could still be claimed is
 * revoked first, which ends the claiming, and is read once more. *gone: it was deleted.
 */
static inv_result delete_invite(inv_call *call, const char *id, time_t before, time_t now,
                                bool *gone)
{
    inv_invite *invite = NULL;
    bool was_open = false;
    inv_result result;

    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = inv_invite_read(call, id, INV_INVITE_ALL, &invite);
    if (result != INV_OK || !is_over(invite, before, now))
        goto cleanup;
    was_open = invite->uses_left > 0;
    if (was_open) {
        result = inv_invite_revoke(call, id);
        inv_invite_free(&invite);
        if (result == INV_OK)
            result = inv_invite_read(call, id, INV_INVITE_ALL, &invite);
        if (result != INV_OK || invite->uses_left >= 0 || invite->claim_count > 0)
            goto cleanup;
    }
    result = delete_entry(call, invite->dn);
    *gone = result == INV_OK;
cleanup:
    inv_invite_free(&invite);
    return result == INV_BAD_TOKEN ? INV_OK : result; /* deleted meanwhile */
}

struct purge {
    inv_call *call;
    time_t before;
    time_t now;
    bool dry_run;
    const inv_repair_visitor *visitor;
    size_t *purged;
    size_t seen;
    bool stuck; /* an invite could not be deleted */
};

static inv_result purge_one(struct purge *run, const inv_invite *invite)
{
    inv_repair_note note = {.action = INV_REPAIR_REMOVED, .dn = invite->dn};
    bool gone = run->dry_run;
    inv_result result = INV_OK;

    if (!is_over(invite, run->before, run->now))
        return INV_OK;
    note.text = inv_invite_state_name(inv_invite_state_at(invite, run->now));
    if (!run->dry_run)
        result = delete_invite(run->call, invite->id, run->before, run->now, &gone);
    if (result == INV_CONFIG) {
        note.action = INV_REPAIR_LEFT;
        note.text = run->call->verdict->why;
        run->stuck = true;
        result = INV_OK;
    }
    if (gone)
        (*run->purged)++;
    if (gone || note.action == INV_REPAIR_LEFT)
        run->visitor->note(run->visitor->context, &note);
    return result;
}

static inv_result purge_entry(struct purge *run, const inv_entry *entry)
{
    inv_invite *invite = NULL;
    inv_result result = inv_invite_from_entry(entry, &invite, run->call->verdict);

    if (result == INV_OK)
        result = purge_one(run, invite);
    else if (result == INV_CONFIG)
        result = INV_OK; /* repair reports invites that cannot be read */
    inv_invite_free(&invite);
    return result;
}

static inv_result purge_page(struct purge *run, const inv_operation *search)
{
    const inv_repair_visitor *visitor = run->visitor;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < search->entry_count; i++) {
        run->seen++;
        /* the server's number is a guess, and may be from before others were added */
        if (visitor->progress != NULL)
            visitor->progress(visitor->context, "invites", run->seen,
                              search->estimate >= run->seen ? search->estimate : 0);
        result = purge_entry(run, search->entries[i]);
    }
    return result;
}

/* A page at a time: there may be more invites than memory. */
static inv_result purge_all(struct purge *run, inv_operation *search)
{
    inv_call *call = run->call;
    inv_result result;

    do {
        call->deadline = inv_deadline_in(INV_REPAIR_SEARCH_MILLISECONDS);
        result = inv_call_perform(call, search, "looking for ended invites", INV_LDAP_SUCCESS);
        if (result == INV_OK)
            result = purge_page(run, search);
    } while (result == INV_OK && inv_operation_has_more(search));
    if (result == INV_OK && run->stuck)
        result = inv_verdict_set(run->call->verdict, INV_CONFIG,
                                 "some invites could not be deleted; check the rights of the "
                                 "invitegate identity");
    return result;
}

inv_result inv_purge(inv_call *call, long older_than, bool dry_run,
                     const inv_repair_visitor *visitor, size_t *purged)
{
    struct purge run = {.call = call, .dry_run = dry_run, .visitor = visitor, .purged = purged};
    inv_operation *search = NULL;
    inv_result result;

    *purged = 0;
    if (visitor->progress != NULL)
        visitor->progress(visitor->context, "invites", 0, 0);
    call->deadline = inv_deadline_in(call->config->directory.timeout_ms);
    result = inv_clock_read(call, &run.now);
    if (result != INV_OK)
        return result;
    run.before = run.now - older_than;
    search = inv_operation_search(call->domain->invites, INV_SCOPE_ONE, "(objectClass=xmppInvite)",
                                  inv_invite_attributes(INV_INVITE_ALL));
    if (search == NULL)
        return inv_verdict_no_memory(call->verdict);
    search->paged = true;
    search->by_page = true;
    result = purge_all(&run, search);
    inv_operation_free(&search);
    return result;
}
