/* SPDX-License-Identifier: BSD-2-Clause */
#include "saslprep.h"

#include <stdlib.h>
#include <string.h>
#include <stringprep.h>

#include "invitegate/utf8.h"

/* What normalization may make of a byte at most: U+FDFA grows from 3 bytes to 33. */
#define GROWTH 11

static bool is_printable_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    }
    return true;
}

inv_result inv_saslprep(const inv_secret *password, bool stored, inv_secret **prepared)
{
    const char *bytes = inv_secret_bytes(password);
    size_t length = inv_secret_length(password);
    size_t size = length * GROWTH + 1;
    inv_result result = INV_PASSWORD_REFUSED;
    char *text;
    int cause;

    *prepared = NULL;
    if (length == 0 || memchr(bytes, '\0', length) != NULL || !inv_utf8_valid(bytes, length))
        return INV_PASSWORD_REFUSED;
    if (is_printable_ascii(bytes, length)) {
        /*
         * SASLprep changes nothing here; so libidn, which does not wipe its copies, sees few
         * passwords.
         */
        *prepared = inv_secret_new(bytes, length);
        return *prepared != NULL ? INV_OK : INV_NO_MEMORY;
    }
    text = calloc(1, size);
    if (text == NULL)
        return INV_NO_MEMORY;
    memcpy(text, bytes, length);
    cause = stringprep(text, size, stored ? STRINGPREP_NO_UNASSIGNED : 0, stringprep_saslprep);
    if (cause == STRINGPREP_MALLOC_ERROR) {
        result = INV_NO_MEMORY;
    } else if (cause == STRINGPREP_OK && text[0] != '\0') {
        *prepared = inv_secret_new(text, strlen(text));
        result = *prepared != NULL ? INV_OK : INV_NO_MEMORY;
    }
    inv_wipe(text, size);
    free(text);
    return result;
}
