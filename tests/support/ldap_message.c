/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/ldap_message.h"

#include <stdio.h>
#include <string.h>

#define OCTET_STRING 0x04
#define INTEGER      0x02

/* The header of a BER element (X.690 8.1): its tag and length. False: more bytes are needed. */
static bool read_header(const unsigned char **at, const unsigned char *end, unsigned char *tag,
                        size_t *length)
{
    const unsigned char *p = *at;
    size_t octets;

    if (end - p < 2)
        return false;
    *tag = *p++;
    *length = *p++;
    if (*length >= 0x80) {
        octets = *length & 0x7fU;
        if ((size_t)(end - p) < octets)
            return false;
        for (*length = 0; octets > 0; octets--)
            *length = *length << 8 | *p++;
    }
    *at = p;
    return true;
}

bool ldap_message_read(const unsigned char *bytes, size_t size, struct ldap_message *message)
{
    const unsigned char *at = bytes;
    const unsigned char *end = bytes + size;
    unsigned char tag;
    size_t length;

    if (!read_header(&at, end, &tag, &length) || (size_t)(end - at) < length)
        return false;
    end = at + length;
    *message = (struct ldap_message){.bytes = bytes, .size = (size_t)(end - bytes)};
    if (!read_header(&at, end, &tag, &length) || (size_t)(end - at) < length)
        return true;
    for (; length > 0; length--)
        message->id = message->id << 8 | *at++;
    if (read_header(&at, end, &message->operation, &message->content_size))
        message->content = at;
    return true;
}

bool ldap_message_ends(const struct ldap_message *answer)
{
    return answer->operation != LDAP_OP_SEARCH_ENTRY &&
           answer->operation != LDAP_OP_SEARCH_REFERENCE;
}

static const char *operation_name(unsigned char operation)
{
    switch (operation) {
    case LDAP_OP_BIND:
        return "bind";
    case LDAP_OP_SEARCH:
        return "search";
    case LDAP_OP_MODIFY:
        return "modify";
    case LDAP_OP_ADD:
        return "add";
    case LDAP_OP_DELETE:
        return "delete";
    default:
        return "extended";
    }
}

/* The DN a request is about; "" if none. */
static void copy_dn(const struct ldap_message *request, char *dn, size_t size)
{
    const unsigned char *at = request->content;
    const unsigned char *end = at + request->content_size;
    unsigned char tag = OCTET_STRING;
    size_t length = request->content_size;

    dn[0] = '\0';
    if (at == NULL || request->operation == LDAP_OP_EXTENDED)
        return;
    if (request->operation != LDAP_OP_DELETE && !read_header(&at, end, &tag, &length))
        return;
    if (tag == INTEGER) { /* a bind's version stands in front */
        at += length;
        if (!read_header(&at, end, &tag, &length))
            return;
    }
    if (length > (size_t)(end - at) || length >= size)
        return;
    memcpy(dn, at, length);
    dn[length] = '\0';
}

void ldap_message_label(const struct ldap_message *request, char *label, size_t size)
{
    char dn[512];
    size_t rdn;

    copy_dn(request, dn, sizeof(dn));
    rdn = strcspn(dn, ",");
    /* other values are another in each run */
    if (strncmp(dn, "ou=", 3) != 0 && strncmp(dn, "dc=", 3) != 0)
        rdn = strcspn(dn, "=");
    dn[rdn] = '\0';
    (void)snprintf(label, size, "%s %s", operation_name(request->operation), dn);
}

static unsigned char response_operation(unsigned char operation)
{
    if (operation == LDAP_OP_SEARCH)
        return LDAP_OP_SEARCH_DONE;
    if (operation == LDAP_OP_DELETE)
        return LDAP_OP_DELETE_RESPONSE;
    return (unsigned char)(operation + 1);
}

size_t ldap_message_answer(const struct ldap_message *request, int code,
                           unsigned char response[LDAP_RESPONSE_SIZE])
{
    const unsigned char answer[] = {
        0x30,
        13,
        INTEGER,
        4,
        (unsigned char)(request->id >> 24),
        (unsigned char)(request->id >> 16),
        (unsigned char)(request->id >> 8),
        (unsigned char)request->id,
        response_operation(request->operation),
        7,
        0x0a, /* ENUMERATED */
        1,
        (unsigned char)code,
        OCTET_STRING, /* no matched DN, no words */
        0,
        OCTET_STRING,
        0,
    };

    _Static_assert(sizeof(answer) <= LDAP_RESPONSE_SIZE, "room for the answer");
    memcpy(response, answer, sizeof(answer));
    response[1] = sizeof(answer) - 2;
    return sizeof(answer);
}
