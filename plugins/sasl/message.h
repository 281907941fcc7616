/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SASL_MESSAGE_H
#define INVITEGATE_SASL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#define INV_SASL_MECHANISM_NAME "X-INVITE-TOKEN"

/* Far above what its parts may be together. */
#define INV_SASL_MESSAGE_MAX 16384

typedef struct inv_sasl_part {
    const char *bytes; /* no NUL byte in it, and one behind it but for the password */
    size_t length;
} inv_sasl_part;

/*
 * The only message of X-INVITE-TOKEN, as of PLAIN (RFC 4616) with the token in front of the
 * password: authzid NUL authcid NUL token NUL password. All but authzid must not be empty.
 */
typedef struct inv_sasl_message {
    inv_sasl_part authzid;
    inv_sasl_part authcid;
    inv_sasl_part token;
    inv_sasl_part password;
} inv_sasl_message;

/* False: the bytes are no such message. The parts point into them. Wants no memory. */
bool inv_sasl_message_parse(const char *bytes, size_t length, inv_sasl_message *message);

#endif
