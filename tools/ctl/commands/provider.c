/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/provider.h"
#include "io/output.h"
#include "session.h"

static const ctl_option options[] = {
    {"set", 0, NULL, false, "record the server that answers now: from here on it decides"},
    {NULL, 0, NULL, false, NULL},
};

typedef struct providers {
    char recorded[INV_PROVIDER_SIZE]; /* "": none */
    char answering[INV_PROVIDER_SIZE];
} providers;

static inv_result read_recorded(ctl_session *session, providers *found)
{
    static const char *const attributes[] = {"inviteProvider", NULL};
    inv_operation *read =
        inv_operation_search(session->domain->invites, INV_SCOPE_BASE, NULL, attributes);
    inv_result result =
        inv_call_perform(&session->call, read, "reading the container", INV_LDAP_SUCCESS);

    if (result == INV_OK && read->entry_count == 1)
        inv_provider_read(read->entries[0], found->recorded);
    inv_operation_free(&read);
    return result;
}

/* Only a write shows which server takes writes: this one sets inviteClock. */
static inv_result ask_server(ctl_session *session, providers *found)
{
    inv_operation *touch = inv_operation_new_modify(session->domain->invites);
    inv_result result;

    inv_operation_text(touch, INV_CHANGE_REPLACE, "inviteClock", "19700101000000Z");
    inv_provider_ask(touch);
    result = inv_call_perform(&session->call, touch, "asking which server takes writes",
                              INV_LDAP_SUCCESS);
    if (result == INV_OK && !inv_provider_told(touch, found->answering))
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
    result = inv_call_perform(&session->call, modify, "recording the provider", INV_LDAP_SUCCESS);
    inv_operation_free(&modify);
    return result;
}

static inv_result run(ctl_session *session, void *state)
{
    providers *found = state;
    inv_result result = ask_server(session, found);

    if (result == INV_OK && ctl_option_given(session->invocation, "set"))
        result = record(session, found->answering);
    return result == INV_OK ? read_recorded(session, found) : result;
}

static bool print_both(const ctl_session *session, const providers *found)
{
    const char *uri = session->context->config->directory.uris[0];
    const char *recorded = found->recorded[0] != '\0' ? found->recorded : NULL;
    json_t *object;

    if (!session->invocation->json)
        return printf("%s: server %s decides; %s is server %s\n", session->domain->name,
                      recorded != NULL ? recorded : "(none recorded)", uri, found->answering) > 0;
    object = json_object();
    ctl_json_text(object, "domain", session->domain->name);
    ctl_json_text(object, "recorded", recorded);
    ctl_json_text(object, "server", found->answering);
    ctl_json_text(object, "uri", uri);
    return ctl_json_print(object);
}

static int print(const ctl_session *session, void *state)
{
    const providers *found = state;

    if (!print_both(session, found))
        return CTL_EXIT_TEMPORARY;
    return strcmp(found->recorded, found->answering) == 0 ? CTL_EXIT_OK : CTL_EXIT_REFUSED;
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
    .without_keys = true,
    .state_size = sizeof(providers),
    .run = run,
    .print = print,
};
