/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "invitegate/redeem.h"
#include "io/output.h"
#include "session.h"

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

static int print(const ctl_session *session, void *state)
{
    const inv_acceptance *acceptance = state;
    const char *user = acceptance->user[0] != '\0' ? acceptance->user : NULL;
    json_t *object;

    if (!session->invocation->json) {
        (void)printf("%s: would %s in %s", inv_token_id(session->token), purpose(acceptance->type),
                     session->domain->name);
        if (user != NULL) {
            (void)fputs(", only for ", stdout);
            (void)ctl_print_safe(stdout, user);
        }
        (void)putchar('\n');
        return CTL_EXIT_OK;
    }
    object = json_object();
    ctl_json_text(object, "result", inv_result_name(INV_OK));
    ctl_json_text(object, "invite", inv_token_id(session->token));
    ctl_json_text(object, "user", user);
    ctl_json_text(object, "domain", session->domain->name);
    ctl_json_text(object, "type", inv_invite_type_name(acceptance->type));
    ctl_json_text(object, "why", NULL);
    return ctl_json_print(object) ? CTL_EXIT_OK : CTL_EXIT_TEMPORARY;
}

static json_t *refusal(const ctl_session *session)
{
    json_t *object = ctl_session_json(session);

    ctl_json_text(object, "type", NULL);
    return object;
}

static inv_result run(ctl_session *session, void *state)
{
    return inv_redeem_check(&session->call, session->token, NULL,
                            INV_ALLOW_REGISTRATION | INV_ALLOW_RESET | INV_ALLOW_CONTACT, state);
}

const ctl_command ctl_check = {
    .name = "check",
    .arguments = "TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Tell whether a token would redeem now; nothing is used up.",
    .details = "TOKEN may be a pasted URI, or - for the first line of standard input.",
    .options = ctl_no_options,
    .state_size = sizeof(inv_acceptance),
    .read = ctl_argument_token,
    .run = run,
    .print = print,
    .refusal = refusal,
};
