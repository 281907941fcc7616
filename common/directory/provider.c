/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/provider.h"

#include <string.h>

#include "invitegate/directory.h"

void inv_provider_ask(inv_operation *write)
{
    static const char *const attributes[] = {"entryCSN", NULL};

    inv_operation_read_after(write, attributes);
}

static bool is_server_id(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") >= INV_PROVIDER_SIZE - 1;
}

static void copy_id(const char *text, char provider[INV_PROVIDER_SIZE])
{
    for (size_t i = 0; i < INV_PROVIDER_SIZE - 1; i++) {
        provider[i] = text[i];
        if (text[i] >= 'A' && text[i] <= 'F')
            provider[i] = (char)(text[i] - 'A' + 'a');
    }
    provider[INV_PROVIDER_SIZE - 1] = '\0';
}

/* draft-chu-ldap-csn: time # count # server id # modification number. */
static const char *third_part(const char *csn)
{
    const char *at = csn;

    for (int parts = 0; parts < 2 && at != NULL; parts++) {
        at = strchr(at, '#');
        if (at != NULL)
            at++;
    }
    return at;
}

bool inv_provider_told(const inv_operation *write, char provider[INV_PROVIDER_SIZE])
{
    const char *csn = write->after != NULL ? inv_entry_text(write->after, "entryCSN") : NULL;
    const char *id = csn != NULL ? third_part(csn) : NULL;

    provider[0] = '\0';
    if (id != NULL && is_server_id(id) && id[INV_PROVIDER_SIZE - 1] == '#')
        copy_id(id, provider);
    return provider[0] != '\0';
}

void inv_provider_read(const inv_entry *container, char provider[INV_PROVIDER_SIZE])
{
    const char *text = inv_entry_text(container, "inviteProvider");

    provider[0] = '\0';
    if (text != NULL && strlen(text) == INV_PROVIDER_SIZE - 1 && is_server_id(text))
        copy_id(text, provider);
}

inv_result inv_provider_check(const char *recorded, const inv_operation *write, const char *uri,
                              inv_verdict *verdict)
{
    char provider[INV_PROVIDER_SIZE];

    if (recorded[0] == '\0' || strcmp(recorded, INV_PROVIDER_SINGLE) == 0)
        return INV_OK;
    if (!inv_provider_told(write, provider))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "server %s decides, but %s does not tell which one it is: let the "
                               "invitegate identity read entryCSN",
                               recorded, uri);
    if (strcmp(provider, recorded) == 0)
        return INV_OK;
    return inv_verdict_set(verdict, INV_CONFIG,
                           "server %s decides, but %s is server %s: name the provider first in uri "
                           "of [directory]; where it has moved, invitectl provider --set",
                           recorded, uri, provider);
}
