/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/redeem.h"
#include "io/ask.h"
#include "io/output.h"
#include "session.h"

static const ctl_option options[] = {
    {"user", 'u', "NAME", false, "the account's name, or for a contact invite an existing JID"},
    {NULL, 0, NULL, false, NULL},
};

/* The JID is of a domain that is not configured, so it can only become a contact. */
static bool is_foreign(const ctl_session *session, const char *user)
{
    return strchr(user, '@') != NULL && ctl_find_domain(session, user) == NULL;
}

typedef struct redemption {
    const char *user; /* as given */
    inv_jid *name;
    inv_allowed_types purpose; /* one of them */
} redemption;

static int parse(const ctl_invocation *invocation, void *state)
{
    redemption *wanted = state;

    wanted->user = ctl_option_text(invocation, "user");
    return wanted->user != NULL ? CTL_EXIT_OK : ctl_usage(invocation, "redeem needs --user NAME");
}

static inv_result read_user(ctl_session *session, redemption *wanted)
{
    const char *user = wanted->user;
    const inv_domain *domain;
    inv_result result;
    size_t local;

    if (wanted->purpose == INV_ALLOW_CONTACT)
        return ctl_read_jid(session, user, &wanted->name);
    result = inv_user_find_domain(session->context->config,
                                  &(inv_user){user, strlen(user), session->domain->name}, &domain,
                                  &local, &session->verdict);
    return result == INV_OK
               ? inv_redeem_name(domain, user, &wanted->purpose, &wanted->name, &session->verdict)
               : result;
}

/* What is done with the token: of the two things that a contact-account invite can do, one. */
static inv_allowed_types purpose_of(const ctl_session *session, const inv_invite *invite,
                                    const char *user)
{
    if (invite->type == INV_INVITE_CONTACT_ACCOUNT)
        return is_foreign(session, user) ? INV_ALLOW_CONTACT : INV_ALLOW_REGISTRATION;
    return inv_redeem_types(invite->type);
}

/*
 * Contact invites pair an existing account; contact-account ones only if its domain is not
 * configured. An unknown token ends here, before a password is asked for.
 */
static inv_result find_purpose(ctl_session *session, redemption *wanted)
{
    inv_invite *invite = NULL;
    inv_result result =
        inv_invite_read(&session->call, inv_token_id(session->token), INV_INVITE_TERMS, &invite);

    if (result == INV_OK)
        wanted->purpose = purpose_of(session, invite, wanted->user);
    inv_invite_free(&invite);
    return result;
}

static inv_result redeem(ctl_session *session, const redemption *wanted)
{
    /* with "-" the token is the first line of standard input, and the password the next one */
    const bool whole_input = strcmp(session->invocation->arguments[0], "-") != 0;
    const bool contact = wanted->purpose == INV_ALLOW_CONTACT;
    time_t accepted_at = time(NULL);
    inv_secret *password = NULL;
    inv_result result = INV_OK;

    if (!contact)
        result = ctl_ask_password(whole_input, &password, &session->verdict);
    if (result == INV_OK)
        result = ctl_session_begin(session); /* not counting the time of typing */
    if (result == INV_OK && contact)
        result = inv_redeem_contact(&session->call, session->token, wanted->name, accepted_at);
    else if (result == INV_OK)
        result = inv_redeem(&session->call,
                            &(inv_redeem_request){session->token, wanted->name, password,
                                                  INV_ALLOW_REGISTRATION | INV_ALLOW_RESET,
                                                  accepted_at});
    inv_secret_free(&password);
    return result;
}

static inv_result run(ctl_session *session, void *state)
{
    redemption *wanted = state;
    inv_result result = find_purpose(session, wanted);

    if (result == INV_OK)
        result = read_user(session, wanted);
    return result == INV_OK ? redeem(session, wanted) : result;
}

static int print(const ctl_session *session, void *state)
{
    const redemption *done = state;

    if (session->invocation->json) {
        (void)ctl_json_print(ctl_session_json(session));
    } else {
        (void)ctl_print_safe(stdout, inv_jid_text(done->name));
        (void)puts(done->purpose == INV_ALLOW_CONTACT ? " is now a contact" : " is ready");
    }
    return CTL_EXIT_OK;
}

static void clear(void *state)
{
    redemption *done = state;

    inv_jid_free(&done->name);
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
    .logging = CTL_LOG_ALL,
    .state_size = sizeof(redemption),
    .parse = parse,
    .read = ctl_argument_token,
    .run = run,
    .print = print,
    .refusal = ctl_session_json,
    .clear = clear,
};
