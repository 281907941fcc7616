/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "command.h"
#include "invitegate/invite.h"
#include "io/output.h"

static const ctl_option options[] = {
    {NULL, 0, NULL, false, NULL},
};

static int run(const ctl_invocation *invocation)
{
    char id[INV_INVITE_ID_LENGTH + 1];
    inv_invite *invite = NULL;
    ctl_session session;
    int status = CTL_EXIT_OK;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_read_id(invocation, &session, invocation->arguments[0], id) != INV_OK ||
        ctl_session_begin(&session) != INV_OK ||
        inv_invite_read(&session.call, id, INV_INVITE_ALL, &invite) != INV_OK ||
        inv_invite_judge_account(&session.call, invite) != INV_OK)
        status = ctl_fail(&session.verdict);
    else if (!invocation->json)
        ctl_invite_print(stdout, invite, time(NULL));
    else if (!ctl_json_print(ctl_invite_json(invite, time(NULL))))
        status = CTL_EXIT_TEMPORARY;
    inv_invite_free(&invite);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_show = {
    .name = "show",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Show one invite: its terms, its state, who used it.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = options,
    .run = run,
};
