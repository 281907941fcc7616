/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/directory.h"
#include "invitegate/provider.h"
#include "io/output.h"

static const ctl_option options[] = {
    {"set", 0, NULL, false, "record the server that answers now: from here on it decides"},
    {NULL, 0, NULL, false, NULL},
};

static inv_result run_one(ctl_session *session, inv_operation **operation, const char *what)
{
    inv_call *call = &session->call;
    inv_result result =
        inv_directory_run(call->directory, operation, 1, &call->deadline, &session->verdict);

    return result == INV_OK ? inv_operation_result(*operation, what, &session->verdict) : result;
}

static inv_result read_recorded(ctl_session *session, char recorded[INV_PROVIDER_SIZE])
{
    static const char *const attributes[] = {"inviteProvider", NULL};
    inv_operation *read =
        inv_operation_search(session->domain->invites, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = run_one(session, &read, "reading the container");

    recorded[0] = '\0';
    if (result == INV_OK && read->entry_count == 1)
        inv_provider_read(read->entries[0], recorded);
    inv_operation_free(&read);
    return result;
}

/* Only a write shows which server takes writes: this one sets inviteClock. */
static inv_result ask_server(ctl_session *session, char provider[INV_PROVIDER_SIZE])
{
    inv_operation *touch = inv_operation_new_modify(session->domain->invites);
    inv_result result;

    provider[0] = '\0';
    inv_operation_text(touch, INV_CHANGE_REPLACE, "inviteClock", "19700101000000Z");
    inv_provider_ask(touch);
    result = run_one(session, &touch, "asking which server takes writes");
    if (result == INV_OK && !inv_provider_told(touch, provider))
        result = inv_verdict_set(&session->verdict, INV_CONFIG,
                                 "%s does not tell which server it is: 389 Directory Server never "
                                 "does; with OpenLDAP let the invitegate identity read entryCSN",
                                 session->context->config->directory.uris[0]);
    inv_operation_free(&touch);
    return result;
}

static inv_result record(ctl_session *session, const char *provider)
{
    inv_operation *modify = inv_operation_new_modify(session->domain->invites);
    inv_result result;

    inv_operation_text(modify, INV_CHANGE_REPLACE, "inviteProvider", provider);
    result = run_one(session, &modify, "recording the provider");
    inv_operation_free(&modify);
    return result;
}

static bool print(const ctl_invocation *invocation, const ctl_session *session,
                  const char *recorded, const char *provider)
{
    const char *uri = session->context->config->directory.uris[0];
    json_t *object;

    if (!invocation->json)
        return printf("%s: server %s decides; %s is server %s\n", session->domain->name,
                      recorded[0] != '\0' ? recorded : "(none recorded)", uri, provider) > 0;
    object = json_object();
    ctl_json_text(object, "domain", session->domain->name);
    ctl_json_text(object, "recorded", recorded[0] != '\0' ? recorded : NULL);
    ctl_json_text(object, "server", provider);
    ctl_json_text(object, "uri", uri);
    return ctl_json_print(object);
}

static int run(const ctl_invocation *invocation)
{
    char recorded[INV_PROVIDER_SIZE] = "";
    char provider[INV_PROVIDER_SIZE] = "";
    const bool set = ctl_option_given(invocation, "set");
    ctl_session session;
    int status = CTL_EXIT_OK;
    inv_result result = ctl_session_open(invocation, false, &session);

    if (result == INV_OK)
        result = ctl_session_choose_domain(invocation, &session);
    if (result == INV_OK)
        result = ctl_session_begin(&session);
    if (result == INV_OK)
        result = ask_server(&session, provider);
    if (result == INV_OK && set)
        result = record(&session, provider);
    if (result == INV_OK)
        result = read_recorded(&session, recorded);
    if (result != INV_OK)
        status = ctl_fail(&session.verdict);
    else if (!print(invocation, &session, recorded, provider))
        status = CTL_EXIT_TEMPORARY;
    else if (strcmp(recorded, provider) != 0)
        status = CTL_EXIT_REFUSED;
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_provider = {
    .name = "provider",
    .arguments = "",
    .summary = "Show which of several servers decides; record another.",
    .details =
        "Exit status 1: the first server of uri is not the recorded one. With --set it becomes\n"
        "the one, when the old provider is gone for good or takes no writes any more: two that\n"
        "decide at the same time give one use to two people.",
    .options = options,
    .run = run,
};
