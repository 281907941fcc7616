/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoding.h"

#include <limits.h>
#include <openssl/evp.h>

void inv_base64_write(const unsigned char *bytes, size_t length, char *text)
{
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
}

static bool is_base64(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '/';
}

bool inv_base64_read(const char *text, size_t length, unsigned char *bytes, size_t *count)
{
    size_t padding = 0;
    size_t decoded;

    *count = 0;
    if (length == 0)
        return true;
    if (length % 4 != 0 || length > INT_MAX)
        return false;
    while (padding < 2 && text[length - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < length - padding; i++) {
        if (!is_base64(text[i]))
            return false;
    }
    if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) < 0)
        return false;
    decoded = length / 4 * 3;
    /* OpenSSL writes a byte for each padding character, out of the unused bits before it. */
    for (size_t i = decoded - padding; i < decoded; i++) {
        if (bytes[i] != 0)
            return false;
    }
    *count = decoded - padding;
    return true;
}

void inv_hex_write(const unsigned char *bytes, size_t length, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 0x0f];
    }
    *text = '\0';
}
