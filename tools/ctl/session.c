/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "io/ask.h"

/* Enough to list every invite of a site. */
#define LONG_CALL_MILLISECONDS 600000L

inv_result ctl_session_open(const ctl_invocation *invocation, bool with_keys, ctl_session *session)
{
    memset(session, 0, sizeof(*session));
    if (with_keys)
        return inv_context_open(invocation->config_path, NULL, NULL, false, &session->context,
                                &session->verdict);
    return inv_context_open_without_keys(invocation->config_path, NULL, NULL, false,
                                         &session->context, &session->verdict);
}

static void end_call(ctl_session *session)
{
    if (session->begun)
        inv_call_end(&session->call);
    session->begun = false;
}

void ctl_session_close(ctl_session *session)
{
    end_call(session);
    inv_context_free(&session->context);
}

inv_result ctl_session_choose_domain(const ctl_invocation *invocation, ctl_session *session)
{
    const inv_config *config = session->context->config;

    if (invocation->domain != NULL) {
        inv_verdict unused = INV_VERDICT_INIT;
        size_t local;
        inv_result result = inv_name_find_domain(config, "", 0, invocation->domain,
                                                 &session->domain, &local, &unused);

        if (result == INV_NO_MEMORY)
            return inv_verdict_no_memory(&session->verdict);
        if (session->domain == NULL)
            return inv_verdict_set(&session->verdict, INV_CONFIG,
                                   "%s has no section [domain %s]; it has [domain %s]",
                                   config->path, invocation->domain, config->domains[0].name);
        return INV_OK;
    }
    if (config->domain_count != 1)
        return inv_verdict_set(&session->verdict, INV_CONFIG,
                               "%s configures %zu domains: say which one with -d", config->path,
                               config->domain_count);
    session->domain = &config->domains[0];
    return INV_OK;
}

const inv_domain *ctl_session_find_domain(const ctl_session *session, const char *text)
{
    inv_verdict unused = INV_VERDICT_INIT;
    const inv_domain *domain = NULL;
    size_t local;

    if (text == NULL || strchr(text, '@') == NULL ||
        inv_name_find_domain(session->context->config, text, strlen(text), NULL, &domain, &local,
                             &unused) != INV_OK)
        return NULL;
    return domain;
}

inv_result ctl_session_choose_domain_of(const ctl_invocation *invocation, const char *jid,
                                        ctl_session *session)
{
    if (invocation->domain == NULL)
        session->domain = ctl_session_find_domain(session, jid);
    return session->domain != NULL ? INV_OK : ctl_session_choose_domain(invocation, session);
}

/* Whether the directory answers at all (RFC 4512 5.1: the root DSE). */
static inv_result find_alive(ctl_session *session)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, nothing);
    inv_result result = inv_directory_run(session->call.directory, &search, 1,
                                          &session->call.deadline, &session->verdict);

    inv_operation_free(&search);
    return result;
}

static inv_result begin(ctl_session *session, long milliseconds)
{
    inv_result result;

    end_call(session);
    result = inv_call_begin(session->context, session->domain, milliseconds, &session->call,
                            &session->verdict);
    session->begun = result == INV_OK;
    return result;
}

inv_result ctl_session_begin(ctl_session *session)
{
    return begin(session, 0);
}

inv_result ctl_session_begin_long(ctl_session *session)
{
    inv_result result = begin(session, 0);

    if (result == INV_OK)
        result = find_alive(session);
    if (result == INV_OK)
        session->call.deadline = inv_deadline_in(LONG_CALL_MILLISECONDS);
    return result;
}

int ctl_session_log(ctl_session *session)
{
    inv_origin origin = {.domain = session->domain != NULL ? session->domain->name : NULL,
                         .service = "invitectl"};

    inv_log_verdict(session->context->log, &session->verdict, &origin);
    return ctl_exit_status(session->verdict.result);
}

static inv_result parse_token(const ctl_invocation *invocation, ctl_session *session,
                              const char *text, size_t length, inv_token **token)
{
    const inv_config *config = session->context->config;
    inv_result result = INV_BAD_TOKEN;

    if (invocation->domain != NULL) {
        result = ctl_session_choose_domain(invocation, session);
        return result != INV_OK ? result
                                : inv_token_parse(session->context->keys, session->domain->name,
                                                  text, length, token, &session->verdict);
    }
    for (size_t i = 0; i < config->domain_count && result == INV_BAD_TOKEN; i++) {
        session->domain = &config->domains[i];
        result = inv_token_parse(session->context->keys, session->domain->name, text, length, token,
                                 &session->verdict);
    }
    return result;
}

inv_result ctl_read_token(const ctl_invocation *invocation, ctl_session *session,
                          const char *argument, inv_token **token)
{
    inv_secret *line = NULL;
    inv_result result;

    *token = NULL;
    if (inv_invite_id_valid(argument))
        return inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                               "this is an invite's id; what is wanted is its token, which the "
                               "directory does not have");
    if (strcmp(argument, "-") != 0)
        return parse_token(invocation, session, argument, strlen(argument), token);
    result = ctl_read_line(&line, &session->verdict);
    if (result == INV_PASSWORD_REFUSED)
        result = inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                                 "the first line of standard input is no token");
    if (result == INV_OK)
        result = parse_token(invocation, session, inv_secret_bytes(line), inv_secret_length(line),
                             token);
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

inv_result ctl_read_id(const ctl_invocation *invocation, ctl_session *session, const char *argument,
                       char id[INV_INVITE_ID_LENGTH + 1])
{
    inv_token *token = NULL;
    inv_result result;

    if (take_id(argument, id))
        return ctl_session_choose_domain(invocation, session);
    result = ctl_read_token(invocation, session, argument, &token);
    if (result == INV_BAD_TOKEN && strcmp(argument, "-") != 0)
        result = inv_verdict_set(&session->verdict, INV_BAD_TOKEN,
                                 "neither the id of one (40 hexadecimal digits) nor a token of "
                                 "this site");
    if (result == INV_OK)
        memcpy(id, inv_token_id(token), INV_INVITE_ID_LENGTH + 1);
    inv_token_free(&token);
    return result;
}

inv_result ctl_read_jid(ctl_session *session, const char *argument, inv_name **name)
{
    char jid[3072];
    int length;

    *name = NULL;
    if (strchr(argument, '@') != NULL)
        return inv_name_parse_jid(argument, name, &session->verdict);
    length = snprintf(jid, sizeof(jid), "%s@%s", argument, session->domain->name);
    if (length < 0 || (size_t)length >= sizeof(jid))
        return inv_verdict_set(&session->verdict, INV_NAME_INVALID, "the name is too long");
    return inv_name_parse_jid(jid, name, &session->verdict);
}
