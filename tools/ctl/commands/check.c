/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "command.h"
#include "invitegate/redeem.h"
#include "io/output.h"

static const ctl_option options[] = {
    {NULL, 0, NULL, false, NULL},
};

static const char *purpose(inv_invite_type type)
{
    switch (type) {
    case INV_INVITE_ACCOUNT:
        return "register an account";
    case INV_INVITE_CONTACT:
        return "make an existing account a contact of the inviter";
    case INV_INVITE_CONTACT_ACCOUNT:
        return "register an account, or make an existing one a contact of the inviter";
    case INV_INVITE_RESET:
        break;
    }
    return "set a new password";
}

static bool print_acceptance(const ctl_invocation *invocation, const ctl_session *session,
                             const inv_token *token, const inv_acceptance *acceptance)
{
    json_t *object;

    if (!invocation->json) {
        (void)printf("%s: would %s in %s", inv_token_id(token), purpose(acceptance->type),
                     session->domain->name);
        if (acceptance->user[0] != '\0') {
            (void)fputs(", only for ", stdout);
            (void)ctl_print_safe(stdout, acceptance->user);
        }
        (void)putchar('\n');
        return true;
    }
    object = json_object();
    ctl_json_text(object, "result", inv_result_name(INV_OK));
    ctl_json_text(object, "invite", inv_token_id(token));
    ctl_json_text(object, "user", acceptance->user[0] != '\0' ? acceptance->user : NULL);
    ctl_json_text(object, "domain", session->domain->name);
    ctl_json_text(object, "type", inv_invite_type_name(acceptance->type));
    ctl_json_text(object, "why", NULL);
    return ctl_json_print(object);
}

static int refuse(const ctl_invocation *invocation, const ctl_session *session)
{
    if (invocation->json && session->verdict.result > INV_OK) {
        json_t *object = ctl_verdict_json(&session->verdict,
                                          session->domain != NULL ? session->domain->name : NULL);

        ctl_json_text(object, "type", NULL);
        (void)ctl_json_print(object);
    }
    return ctl_fail(&session->verdict);
}

static int run(const ctl_invocation *invocation)
{
    inv_acceptance acceptance = {.accepted_at = 0};
    inv_token *token = NULL;
    ctl_session session;
    int status = CTL_EXIT_OK;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_read_token(invocation, &session, invocation->arguments[0], &token) != INV_OK ||
        ctl_session_begin(&session) != INV_OK ||
        inv_redeem_check(&session.call, token, NULL,
                         INV_ALLOW_REGISTRATION | INV_ALLOW_RESET | INV_ALLOW_CONTACT,
                         &acceptance) != INV_OK)
        status = refuse(invocation, &session);
    else if (!print_acceptance(invocation, &session, token, &acceptance))
        status = CTL_EXIT_TEMPORARY;
    inv_token_free(&token);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_check = {
    .name = "check",
    .arguments = "TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Tell whether a token would redeem now; nothing is used up.",
    .details = "TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = options,
    .run = run,
};
