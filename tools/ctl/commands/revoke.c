/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/invite.h"
#include "io/output.h"

/* The commands revoke and restore. */

static const ctl_option options[] = {
    {NULL, 0, NULL, false, NULL},
};

static int refuse(const ctl_invocation *invocation, const ctl_session *session)
{
    if (invocation->json && session->verdict.result > INV_OK)
        (void)ctl_json_print(ctl_verdict_json(
            &session->verdict, session->domain != NULL ? session->domain->name : NULL));
    return ctl_fail(&session->verdict);
}

/* Prints the claims as well: redemptions that were begun before may still end well. */
static void print_done(const char *id, const char *done, const inv_invite *invite)
{
    (void)printf("%s %s\n", id, done);
    if (invite == NULL || invite->claim_count == 0)
        return;
    (void)printf("%zu use%s under way:\n", invite->claim_count,
                 invite->claim_count == 1 ? " is" : "s are");
    for (size_t i = 0; i < invite->claim_count; i++) {
        (void)ctl_print_safe(stdout, invite->claims[i].jid);
        (void)putchar('\n');
    }
}

static json_t *describe(const ctl_session *session, const inv_invite *invite)
{
    json_t *object = ctl_verdict_json(&session->verdict, session->domain->name);

    if (invite != NULL)
        ctl_json_claims(object, invite);
    return object;
}

static int change(const ctl_invocation *invocation, const char *done,
                  inv_result (*apply)(inv_call *call, const char *id))
{
    char id[INV_INVITE_ID_LENGTH + 1];
    inv_verdict looking = INV_VERDICT_INIT;
    inv_invite *invite = NULL;
    ctl_session session;
    inv_call aside;
    int status = CTL_EXIT_OK;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_read_id(invocation, &session, invocation->arguments[0], id) != INV_OK ||
        ctl_session_begin(&session) != INV_OK) {
        status = refuse(invocation, &session);
        goto cleanup;
    }
    session.verdict.result = apply(&session.call, id);
    /* after the change: claims may still go, but none comes once the invite is revoked */
    aside = inv_call_aside(&session.call, &looking);
    if (session.verdict.result == INV_OK)
        (void)inv_invite_read_any(&aside, id, &invite);
    memcpy(session.verdict.invite_id, id, sizeof(id));
    if (session.verdict.result == INV_OK)
        (void)inv_verdict_set(&session.verdict, INV_OK, "%s", done); /* for the log */
    status = ctl_session_log(&session);
    if (status != CTL_EXIT_OK)
        status = refuse(invocation, &session);
    else if (!invocation->json)
        print_done(id, done, invite);
    else if (!ctl_json_print(describe(&session, invite)))
        status = CTL_EXIT_TEMPORARY;
cleanup:
    inv_invite_free(&invite);
    ctl_session_close(&session);
    return status;
}

static int revoke(const ctl_invocation *invocation)
{
    return change(invocation, "revoked", inv_invite_revoke);
}

static int restore(const ctl_invocation *invocation)
{
    return change(invocation, "restored", inv_invite_restore);
}

const ctl_command ctl_revoke = {
    .name = "revoke",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Make an invite invalid; restore takes it back.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = options,
    .run = revoke,
};

const ctl_command ctl_restore = {
    .name = "restore",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Make a revoked invite valid again, with the uses it had left.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = options,
    .run = restore,
};
