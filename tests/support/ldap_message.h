/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_LDAP_MESSAGE_H
#define INVITEGATE_TESTS_LDAP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* Just as much of RFC 4511 as a test needs that sits between client and server. */

enum {
    LDAP_OP_BIND = 0x60,
    LDAP_OP_UNBIND = 0x42,
    LDAP_OP_SEARCH = 0x63,
    LDAP_OP_SEARCH_ENTRY = 0x64,
    LDAP_OP_SEARCH_DONE = 0x65,
    LDAP_OP_MODIFY = 0x66,
    LDAP_OP_ADD = 0x68,
    LDAP_OP_DELETE = 0x4a,
    LDAP_OP_DELETE_RESPONSE = 0x6b,
    LDAP_OP_SEARCH_REFERENCE = 0x73,
    LDAP_OP_EXTENDED = 0x77,
};

/* One LDAPMessage, in the bytes it was read from. */
struct ldap_message {
    const unsigned char *bytes;
    size_t size; /* of the whole */
    long id;
    unsigned char operation; /* the tag */
    const unsigned char *content;
    size_t content_size;
};

/* The first message of the bytes. False: not all of it is there yet. */
bool ldap_message_read(const unsigned char *bytes, size_t size, struct ldap_message *message);

/* The last answer to its request: neither an entry nor a reference. */
bool ldap_message_ends(const struct ldap_message *answer);

/* "add uid", "search ou=people": what it is and the first RDN of what it is about. */
void ldap_message_label(const struct ldap_message *request, char *label, size_t size);

#define LDAP_RESPONSE_SIZE 32
/* An answer of this result code to request; returns its length. */
size_t ldap_message_answer(const struct ldap_message *request, int code,
                           unsigned char response[LDAP_RESPONSE_SIZE]);

#endif
