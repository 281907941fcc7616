/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/invite.h"
#include "io/output.h"
#include "session.h"

static inv_result run(ctl_session *session, void *state)
{
    inv_invite **invite = state;
    inv_result result = inv_invite_read(&session->call, session->id, INV_INVITE_ALL, invite);

    return result == INV_OK ? inv_invite_check_account(&session->call, *invite) : result;
}

static int print(const ctl_session *session, void *state)
{
    inv_invite *const *invite = state;

    if (session->invocation->json)
        return ctl_json_print(ctl_invite_json(*invite, time(NULL))) ? CTL_EXIT_OK
                                                                    : CTL_EXIT_TEMPORARY;
    ctl_invite_print(stdout, *invite, time(NULL));
    return CTL_EXIT_OK;
}

static void clear(void *state)
{
    inv_invite_free(state);
}

const ctl_command ctl_show = {
    .name = "show",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Show one invite: its terms, its state, who used it.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = ctl_no_options,
    .state_size = sizeof(inv_invite *),
    .read = ctl_argument_id,
    .run = run,
    .print = print,
    .clear = clear,
};
