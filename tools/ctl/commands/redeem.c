/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/redeem.h"
#include "io/ask.h"
#include "io/output.h"

static const ctl_option options[] = {
    {"user", 'u', "NAME", false, "the account's name, or for a contact invite an existing JID"},
    {NULL, 0, NULL, false, NULL},
};

/* The JID is of a domain that is not configured, so it can only become a contact. */
static bool is_foreign(const ctl_session *session, const char *user)
{
    return strchr(user, '@') != NULL && ctl_session_find_domain(session, user) == NULL;
}

/* What is done with the token: only a name to register has to match name_pattern. */
typedef enum purpose { TO_REGISTER, TO_RESET, TO_CONNECT } purpose;

static inv_result read_user(ctl_session *session, const char *user, purpose wanted, inv_name **name)
{
    const inv_domain *domain;
    inv_result result;
    size_t local;

    if (wanted == TO_CONNECT)
        return ctl_read_jid(session, user, name);
    result = inv_name_find_domain(session->context->config, user, strlen(user),
                                  session->domain->name, &domain, &local, &session->verdict);
    if (result != INV_OK)
        return result;
    return wanted == TO_RESET ? ctl_read_jid(session, user, name)
                              : inv_name_prepare(domain, user, local, name, &session->verdict);
}

static purpose purpose_of(const ctl_session *session, const inv_invite *invite, const char *user)
{
    switch (invite->type) {
    case INV_INVITE_CONTACT:
        return TO_CONNECT;
    case INV_INVITE_CONTACT_ACCOUNT:
        return is_foreign(session, user) ? TO_CONNECT : TO_REGISTER;
    case INV_INVITE_RESET:
        return TO_RESET;
    case INV_INVITE_ACCOUNT:
        break;
    }
    return TO_REGISTER;
}

/*
 * Contact invites pair an existing account; contact-account ones only if its domain is not
 * configured. An unknown token ends here, before a password is asked for.
 */
static inv_result find_purpose(ctl_session *session, const inv_token *token, const char *user,
                               purpose *wanted)
{
    inv_invite *invite = NULL;
    inv_result result = ctl_session_begin(session);

    if (result == INV_OK)
        result = inv_invite_read(&session->call, inv_token_id(token), INV_INVITE_TERMS, &invite);
    if (result == INV_OK)
        *wanted = purpose_of(session, invite, user);
    inv_invite_free(&invite);
    return result;
}

static inv_result redeem(ctl_session *session, const inv_token *token, const inv_name *name,
                         bool contact, bool whole_input)
{
    time_t accepted_at = time(NULL);
    inv_secret *password = NULL;
    inv_result result = INV_OK;

    if (!contact)
        result = ctl_ask_password(whole_input, &password, &session->verdict);
    if (result == INV_OK)
        result = ctl_session_begin(session); /* not counting the time of typing */
    if (result == INV_OK && contact)
        result = inv_redeem_contact(&session->call, token, name, accepted_at);
    else if (result == INV_OK)
        result = inv_redeem(&session->call, token, name, password,
                            INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, accepted_at);
    inv_secret_free(&password);
    return result;
}

static inv_result redeem_argument(const ctl_invocation *invocation, ctl_session *session,
                                  const char *user)
{
    const char *argument = invocation->arguments[0];
    inv_token *token = NULL;
    inv_name *name = NULL;
    purpose wanted = TO_REGISTER;
    inv_result result = ctl_read_token(invocation, session, argument, &token);

    if (result == INV_OK)
        result = find_purpose(session, token, user, &wanted);
    if (result == INV_OK)
        result = read_user(session, user, wanted, &name);
    if (result == INV_OK)
        result = redeem(session, token, name, wanted == TO_CONNECT, strcmp(argument, "-") != 0);
    if (result == INV_OK && !invocation->json) {
        (void)ctl_print_safe(stdout, inv_name_jid(name));
        (void)puts(wanted == TO_CONNECT ? " is now a contact" : " is ready");
    }
    inv_name_free(&name);
    inv_token_free(&token);
    return result;
}

static int run(const ctl_invocation *invocation)
{
    const char *user = ctl_option_text(invocation, "user");
    ctl_session session;
    inv_result result;
    int status;

    if (user == NULL)
        return ctl_usage(invocation, "redeem needs --user NAME");
    result = ctl_session_open(invocation, true, &session);
    if (result == INV_OK) {
        session.verdict.result = result = redeem_argument(invocation, &session, user);
        (void)ctl_session_log(&session);
        if (invocation->json && result >= INV_OK)
            (void)ctl_json_print(ctl_verdict_json(
                &session.verdict, session.domain != NULL ? session.domain->name : NULL));
    }
    status = result == INV_OK ? CTL_EXIT_OK : ctl_fail(&session.verdict);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_redeem = {
    .name = "redeem",
    .arguments = "TOKEN",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "Register, reset, or pair an existing account with a contact invite.",
    .details =
        "The password is standard input without its final newline, or is asked for twice on\n"
        "a terminal; a contact invite needs none. TOKEN may be a pasted URI. With - for\n"
        "TOKEN the token is the first line of standard input and the password the second.",
    .options = options,
    .run = run,
};
