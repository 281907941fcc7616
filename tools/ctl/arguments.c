/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/invite.h"
#include "io/ask.h"
#include "session.h"

/* Reads the arguments of commands. */

static inv_result parse_token(ctl_session *session, const char *text, size_t length)
{
    const inv_config *config = session->context->config;
    inv_result result = INV_BAD_TOKEN;

    if (session->invocation->domain != NULL) {
        result = ctl_choose_domain(session);
        return result != INV_OK ? result
                                : inv_token_parse(session->context->keys, session->domain->name,
                                                  text, length, &session->token, &session->verdict);
    }
    for (size_t i = 0; i < config->domain_count && result == INV_BAD_TOKEN; i++) {
        session->domain = &config->domains[i];
        result = inv_token_parse(session->context->keys, session->domain->name, text, length,
                                 &session->token, &session->verdict);
    }
    return result;
}

inv_result ctl_argument_token(ctl_session *session, void *state)
{
    const char *argument = session->invocation->arguments[0];
    inv_secret *line = NULL;
    inv_result result;

    (void)state;
    if (inv_invite_id_valid(argument))
        return inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                               "this is an invite's id; what is wanted is its token, which the "
                               "directory does not have");
    if (strcmp(argument, "-") != 0)
        return parse_token(session, argument, strlen(argument));
    result = ctl_read_line(&line, &session->verdict);
    if (result == INV_PASSWORD_REFUSED)
        result = inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                                 "the first line of standard input is no token");
    if (result == INV_OK)
        result = parse_token(session, inv_secret_bytes(line), inv_secret_length(line));
    inv_secret_free(&line);
    return result;
}

/* Directories compare ids without case, and show them in the case they were written in. */
static bool take_id(const char *text, char id[INV_INVITE_ID_LENGTH + 1])
{
    size_t i = 0;

    if (strlen(text) != INV_INVITE_ID_LENGTH)
        return false;
    for (; text[i] != '\0'; i++)
        id[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] - 'A' + 'a' : text[i]);
    id[i] = '\0';
    return inv_invite_id_valid(id);
}

inv_result ctl_argument_id(ctl_session *session, void *state)
{
    const char *argument = session->invocation->arguments[0];
    inv_result result;

    if (take_id(argument, session->id))
        return ctl_choose_domain(session);
    result = ctl_argument_token(session, state);
    if (result == INV_BAD_TOKEN && strcmp(argument, "-") != 0)
        result = inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                                 "neither the id of one (40 hexadecimal digits) nor a token of "
                                 "this site");
    if (result == INV_OK)
        memcpy(session->id, inv_token_id(session->token), sizeof(session->id));
    inv_token_free(&session->token); /* an id is enough from here on */
    return result;
}

inv_result ctl_read_jid(ctl_session *session, const char *text, inv_jid **name)
{
    char jid[3072];
    int length;

    *name = NULL;
    if (strchr(text, '@') != NULL)
        return inv_jid_parse(text, name, &session->verdict);
    length = snprintf(jid, sizeof(jid), "%s@%s", text, session->domain->name);
    if (length < 0 || (size_t)length >= sizeof(jid))
        return inv_verdict_set(&session->verdict, INV_NAME_INVALID, "the name is too long");
    return inv_jid_parse(jid, name, &session->verdict);
}

inv_result ctl_read_account(ctl_session *session, const char *text, inv_jid **name)
{
    const inv_config *config = session->context->config;
    inv_result result;

    if (session->invocation->domain == NULL && strchr(text, '@') != NULL &&
        ctl_find_domain(session, text) == NULL)
        return inv_verdict_set(&session->verdict, INV_NAME_INVALID,
                               "%s: %s has no section for that domain", text, config->path);
    result = ctl_choose_domain_of(session, text);
    if (result == INV_OK)
        result = ctl_read_jid(session, text, name);
    if (result == INV_OK && inv_config_domain(config, inv_jid_domain(*name)) != session->domain)
        result = inv_verdict_set(&session->verdict, INV_NAME_INVALID, "%s is not of the domain %s",
                                 inv_jid_text(*name), session->domain->name);
    return result;
}

inv_result ctl_argument_jid(ctl_session *session, void *state)
{
    const char *argument = session->invocation->arguments[0];
    inv_result result = ctl_choose_domain_of(session, argument);

    (void)state;
    return result == INV_OK ? ctl_read_jid(session, argument, &session->name) : result;
}

inv_result ctl_argument_account(ctl_session *session, void *state)
{
    (void)state;
    return ctl_read_account(session, session->invocation->arguments[0], &session->name);
}
