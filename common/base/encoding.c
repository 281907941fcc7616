/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoding.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "invitegate/secret.h"

void inv_base64_write(const unsigned char *bytes, size_t length, char *text)
{
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
}

static bool is_base64(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '/';
}

/* OpenSSL writes a byte for each padding character, out of the unused bits before it. */
static bool read_last_group(const char *text, size_t padding, unsigned char *bytes)
{
    unsigned char group[3];
    bool taken = EVP_DecodeBlock(group, (const unsigned char *)text, 4) == 3;

    for (size_t i = 3 - padding; i < 3; i++)
        taken = taken && group[i] == 0;
    if (taken)
        memcpy(bytes, group, 3 - padding);
    inv_wipe(group, sizeof(group));
    return taken;
}

bool inv_base64_read(const char *text, size_t length, unsigned char *bytes, size_t size,
                     size_t *count)
{
    size_t padding = 0;
    size_t before; /* the last group, in characters */

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
    before = length - 4;
    if (length / 4 * 3 - padding > size ||
        EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)before) < 0 ||
        !read_last_group(text + before, padding, bytes + before / 4 * 3))
        return false;
    *count = length / 4 * 3 - padding;
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
