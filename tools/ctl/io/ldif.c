/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "ldif.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
/*
 * SAFE-STRING of RFC 2849, and no space at the end, and no control character: a terminal that LDIF
 * is shown on does not obey what somebody has put into a DN.
 */
static bool is_safe(const char *value, size_t length)
{
    if (length > 0 && (strchr(" :<", value[0]) != NULL || value[length - 1] == ' '))
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];

        if (byte < 0x20 || byte >= 0x7f)
            return false;
    }
    return true;
}

static bool print_value(FILE *stream, const char *attribute, const char *value, size_t length)
{
    unsigned char *text;

    if (is_safe(value, length)) {
        (void)fprintf(stream, "%s: %.*s\n", attribute, (int)length, value);
        return true;
    }
    text = calloc(length / 3 + 1, 4 + 1);
    if (text == NULL)
        return false;
    (void)EVP_EncodeBlock(text, (const unsigned char *)value, (int)length);
    (void)fprintf(stream, "%s:: %s\n", attribute, (const char *)text);
    free(text);
    return true;
}

static bool print_values(FILE *stream, const inv_change *change)
{
    for (size_t i = 0; i < change->value_count; i++) {
        if (!print_value(stream, change->attribute, inv_secret_bytes(change->values[i]),
                         inv_secret_length(change->values[i])))
            return false;
    }
    return true;
}

bool ctl_ldif_print(FILE *stream, const inv_operation *operation)
{
    static const char *const kinds[] = {"add", "delete", "replace"};

    if (operation == NULL || operation->no_memory ||
        !print_value(stream, "dn", operation->dn, strlen(operation->dn)))
        return false;
    (void)fprintf(stream, "changetype: %s\n",
                  operation->kind == INV_OPERATION_ADD ? "add" : "modify");
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (operation->kind != INV_OPERATION_ADD)
            (void)fprintf(stream, "%s: %s\n", kinds[change->kind], change->attribute);
        if (!print_values(stream, change))
            return false;
        if (operation->kind != INV_OPERATION_ADD)
            (void)fputs("-\n", stream);
    }
    (void)fputc('\n', stream);
    return true;
}
