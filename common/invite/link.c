/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/invite.h"
#include "invitegate/secret.h"

/* RFC 5122 2.2: characters that a node may have without percent-encoding. */
static bool is_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~!$()*+,;=", byte) != NULL);
}

/* The node with percent-encoding. The caller frees it; NULL when memory is short. */
static char *escape_node(const char *local)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = malloc(3 * strlen(local) + 1);
    char *end = escaped;

    for (; escaped != NULL && *local != '\0'; local++) {
        unsigned char byte = (unsigned char)*local;

        if (is_plain(byte)) {
            *end++ = *local;
            continue;
        }
        *end++ = '%';
        *end++ = digits[byte >> 4];
        *end++ = digits[byte & 15];
    }
    if (escaped != NULL)
        *end = '\0';
    return escaped;
}

char *inv_invite_uri(const inv_invite_request *request, const char *domain, const char *token_text)
{
    bool connects = inv_invite_type_connects(request->type);
    const inv_jid *name = connects ? request->inviter : request->user;
    char *node = escape_node(name != NULL ? inv_jid_local(name) : "");
    char *uri = NULL;

    if (node != NULL)
        uri = inv_secret_join("xmpp:", node, name != NULL ? "@" : "",
                              name != NULL ? inv_jid_domain(name) : domain,
                              connects ? "?roster" : "?register", ";preauth=", token_text,
                              request->type == INV_INVITE_CONTACT_ACCOUNT ? ";ibr=y" : "", NULL);
    free(node);
    return uri;
}

/* The landing page's address with the token in place of length bytes at offset. */
static char *put_token(const char *landing, size_t offset, size_t length, const char *token_text)
{
    char *front = strndup(landing, offset);
    char *url = NULL;

    if (front != NULL)
        url = inv_secret_join(front, token_text, landing + offset + length, NULL);
    free(front);
    return url;
}

char *inv_invite_url(const inv_domain *domain, const char *token_text)
{
    static const char *const places[] = {"{token}", "%t"};
    const char *landing = domain->landing_url;

    if (landing[0] == '\0')
        return NULL;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *place = strstr(landing, places[i]);

        if (place != NULL)
            return put_token(landing, (size_t)(place - landing), strlen(places[i]), token_text);
    }
    return put_token(landing, strlen(landing), 0, token_text);
}
