/* SPDX-License-Identifier: BSD-2-Clause */
#include "repair_groups.h"
#include "model/group.h"
#include "redeem/stale_claim.h"

/* Reports only: who is in a group is for its administrator to decide. */
static void tell_orphan(void *context, const inv_group_orphan *orphan)
{
    repair_note(context, INV_REPAIR_LEFT, orphan->group,
                "%s names %s, and no entry has that name: whoever registered it would be in the "
                "group, so nobody can. Take it out (invitectl remove %s@%s), or let a new account "
                "have it (invitectl create --inherit-groups --user %s)",
                orphan->attribute, orphan->local, orphan->local,
                ((const repair *)context)->call->domain->name, orphan->local);
}

inv_result repair_groups(repair *run)
{
    inv_result result;

    repair_progress(run, "groups", 0, 0);
    result = inv_group_each_orphan(run->call, tell_orphan, run);
    repair_renew_deadline(run);
    return result;
}

static inv_result give_owed(const repair *run, const inv_invite *invite, const inv_use *use)
{
    claim_end end = CLAIM_END_GONE;
    inv_result result;

    repair_renew_deadline(run);
    result = claim_give_owed(run->call, invite, use, run->dry_run, &end);
    if (result != INV_OK)
        return repair_entry_result(run, result, invite->dn);
    if (end == CLAIM_END_FINISHED)
        repair_note(run, INV_REPAIR_FINISHED, invite->dn, "what was owed to %s", use->jid);
    if (end == CLAIM_END_STUCK)
        repair_note(
            run, INV_REPAIR_LEFT, invite->dn,
            "%s was promised a group or contact and has it not: %s. Mend that and run repair "
            "again; to end it, take the group out of allowed_groups, or revoke the invite",
            use->jid, run->call->verdict->why);
    return INV_OK;
}

inv_result repair_owed(const repair *run, const inv_invite *invite)
{
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < invite->used_by_count; i++) {
        if (invite->used_by[i].owed != NULL)
            result = give_owed(run, invite, &invite->used_by[i]);
    }
    return result;
}
