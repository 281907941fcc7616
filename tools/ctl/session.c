/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "session.h"

#include <string.h>

#include "invitegate/directory.h"
#include "io/output.h"

/* Enough to list every invite of a site. */
#define LONG_CALL_MILLISECONDS 600000L

void ctl_session_close(ctl_session *session)
{
    inv_call_end(&session->call);
    inv_jid_free(&session->name);
    inv_token_free(&session->token);
    inv_context_free(&session->context);
}

inv_result ctl_choose_domain(ctl_session *session)
{
    const char *given = session->invocation->domain;
    const inv_config *config = session->context->config;

    if (given != NULL) {
        inv_verdict unused = INV_VERDICT_INIT;
        size_t local;
        inv_result result = inv_user_find_domain(config, &(inv_user){"", 0, given},
                                                 &session->domain, &local, &unused);

        if (result == INV_NO_MEMORY)
            return inv_verdict_no_memory(&session->verdict);
        if (session->domain == NULL)
            return inv_verdict_set(&session->verdict, INV_CONFIG,
                                   "%s has no section [domain %s]; it has [domain %s]",
                                   config->path, given, config->domains[0].name);
        return INV_OK;
    }
    if (config->domain_count != 1)
        return inv_verdict_set(&session->verdict, INV_CONFIG,
                               "%s configures %zu domains: say which one with -d", config->path,
                               config->domain_count);
    session->domain = &config->domains[0];
    return INV_OK;
}

inv_result ctl_choose_given_domain(ctl_session *session)
{
    return session->invocation->domain != NULL ? ctl_choose_domain(session) : INV_OK;
}

const inv_domain *ctl_find_domain(const ctl_session *session, const char *text)
{
    inv_verdict unused = INV_VERDICT_INIT;
    const inv_domain *domain = NULL;
    size_t local;

    if (text == NULL || strchr(text, '@') == NULL ||
        inv_user_find_domain(session->context->config, &(inv_user){text, strlen(text), NULL},
                             &domain, &local, &unused) != INV_OK)
        return NULL;
    return domain;
}

inv_result ctl_choose_domain_of(ctl_session *session, const char *jid)
{
    if (session->invocation->domain == NULL)
        session->domain = ctl_find_domain(session, jid);
    return session->domain != NULL ? INV_OK : ctl_choose_domain(session);
}

inv_result ctl_each_domain(ctl_session *session, const inv_domain *only,
                           inv_result (*step)(ctl_session *session, void *state), void *state)
{
    const inv_config *config = session->context->config;
    inv_result result = INV_OK;

    for (size_t i = 0; result == INV_OK && i < config->domain_count; i++) {
        if (only != NULL && only != &config->domains[i])
            continue;
        session->domain = &config->domains[i];
        result = ctl_session_begin(session);
        if (result == INV_OK)
            result = step(session, state);
    }
    return result;
}

/* Whether the directory answers at all (RFC 4512 5.1: the root DSE). */
static inv_result find_alive(ctl_session *session)
{
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, nothing);
    inv_result result = inv_call_run(&session->call, &search, 1);

    inv_operation_free(&search);
    return result;
}

inv_result ctl_session_begin(ctl_session *session)
{
    const bool is_long = session->invocation->command->long_calls;
    inv_result result;

    inv_call_end(&session->call);
    result =
        inv_call_begin(session->context, session->domain, 0, &session->call, &session->verdict);
    if (result == INV_OK && is_long)
        result = find_alive(session);
    if (result == INV_OK && is_long)
        session->call.deadline = inv_deadline_in(LONG_CALL_MILLISECONDS);
    return result;
}

static const char *domain_name(const ctl_session *session)
{
    return session->domain != NULL ? session->domain->name : NULL;
}

void ctl_session_log(const ctl_session *session)
{
    inv_origin origin = {.domain = domain_name(session), .service = "invitectl"};

    inv_log_verdict(session->context->log, &session->verdict, &origin);
}

json_t *ctl_session_json(const ctl_session *session)
{
    return ctl_verdict_json(&session->verdict, domain_name(session));
}
