/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/invite.h"
#include "io/output.h"
#include "session.h"

/* The commands revoke and restore. */

typedef struct change {
    const char *done; /* what happened to the invite, in a word */
    inv_invite *invite;
} change;

static inv_result apply(ctl_session *session, change *made,
                        inv_result (*how)(inv_call *call, const char *id))
{
    inv_verdict unused = INV_VERDICT_INIT;
    inv_call aside = inv_call_aside(&session->call, &unused);
    inv_result result = how(&session->call, session->id);

    memcpy(session->verdict.invite_id, session->id, sizeof(session->id));
    if (result != INV_OK)
        return result;
    /* after the change: claims may still go, but none comes once the invite is revoked */
    (void)inv_invite_read_any(&aside, session->id, &made->invite);
    return inv_verdict_set(&session->verdict, INV_OK, "%s", made->done); /* for the log */
}

static inv_result revoke(ctl_session *session, void *state)
{
    change *made = state;

    made->done = "revoked";
    return apply(session, made, inv_invite_revoke);
}

static inv_result restore(ctl_session *session, void *state)
{
    change *made = state;

    made->done = "restored";
    return apply(session, made, inv_invite_restore);
}

/* Prints the claims as well: redemptions that were begun before may still end well. */
static void print_text(const char *id, const change *made)
{
    const inv_invite *invite = made->invite;

    (void)printf("%s %s\n", id, made->done);
    if (invite == NULL || invite->claim_count == 0)
        return;
    (void)printf("%zu use%s under way:\n", invite->claim_count,
                 invite->claim_count == 1 ? " is" : "s are");
    for (size_t i = 0; i < invite->claim_count; i++) {
        (void)ctl_print_safe(stdout, invite->claims[i].jid);
        (void)putchar('\n');
    }
}

static int print(const ctl_session *session, void *state)
{
    const change *made = state;
    json_t *object;

    if (!session->invocation->json) {
        print_text(session->id, made);
        return CTL_EXIT_OK;
    }
    object = ctl_session_json(session);
    if (made->invite != NULL)
        ctl_json_claims(object, made->invite);
    return ctl_json_print(object) ? CTL_EXIT_OK : CTL_EXIT_TEMPORARY;
}

static void clear(void *state)
{
    change *made = state;

    inv_invite_free(&made->invite);
}

const ctl_command ctl_revoke = {
    .name = "revoke",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Make an invite invalid; restore takes it back.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = ctl_no_options,
    .logging = CTL_LOG_RUN,
    .state_size = sizeof(change),
    .read = ctl_argument_id,
    .run = revoke,
    .print = print,
    .refusal = ctl_session_json,
    .clear = clear,
};

const ctl_command ctl_restore = {
    .name = "restore",
    .arguments = "ID|TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Make a revoked invite valid again, with the uses it had left.",
    .details = "A TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = ctl_no_options,
    .logging = CTL_LOG_RUN,
    .state_size = sizeof(change),
    .read = ctl_argument_id,
    .run = restore,
    .print = print,
    .refusal = ctl_session_json,
    .clear = clear,
};
