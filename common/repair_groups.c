/* SPDX-License-Identifier: BSD-2-Clause */
#include "group.h"
#include "repair_run.h"

/* Nothing is taken away: who is in a group is for its administrator to say. */
static void tell_orphan(void *context, const inv_group_orphan *orphan)
{
    repair_note(context, INV_REPAIR_LEFT, orphan->group,
                "%s names %s, and nobody has that name: whoever registered it would be in the "
                "group, so nobody can. Take it out (invitectl remove %s@%s), or let a new account "
                "have it (invitectl create --inherit-groups --user %s)",
                orphan->attribute, orphan->local, orphan->local,
                ((const repair *)context)->call->domain->name, orphan->local);
}

inv_result repair_groups(repair *run)
{
    inv_result result;

    repair_progress(run, "groups", 0, 0);
    result = inv_group_each_orphan(run->call, tell_orphan, run, run->verdict);
    repair_renew_deadline(run);
    return result;
}
