/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"

#include <string.h>

bool inv_sasl_message_parse(const char *bytes, size_t length, inv_sasl_message *message)
{
    inv_sasl_part *const parts[] = {&message->authzid, &message->authcid, &message->token,
                                    &message->password};
    const size_t count = sizeof(parts) / sizeof(parts[0]);

    *message = (inv_sasl_message){.authzid = {NULL, 0}};
    if (bytes == NULL || length == 0 || length > INV_SASL_MESSAGE_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(bytes, '\0', length);
        size_t part = end != NULL ? (size_t)(end - bytes) : length;

        /* a NUL behind each but the last, and none in that */
        if ((end == NULL) != (i == count - 1))
            return false;
        *parts[i] = (inv_sasl_part){bytes, part};
        if (end != NULL) {
            bytes = end + 1;
            length -= part + 1;
        }
    }
    return message->authcid.length > 0 && message->token.length > 0 && message->password.length > 0;
}
