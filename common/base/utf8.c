/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/utf8.h"

#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return byte >= 0x80 && byte <= 0xbf;
}

/* The second byte is narrower after some first bytes: that excludes overlong forms and surrogates.
 */
static bool is_second(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return is_continuation(second);
    }
}

size_t inv_utf8_character(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t size;

    if (length == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
        size = 2;
    else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
        size = 3;
    else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
        size = 4;
    else
        return 0;
    if (length < size || !is_second(byte[0], byte[1]))
        return 0;
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(byte[i]))
            return 0;
    }
    return size;
}

bool inv_utf8_valid(const char *text, size_t length)
{
    size_t position = 0;

    while (position < length) {
        size_t size = inv_utf8_character(text + position, length - position);

        if (size == 0)
            return false;
        position += size;
    }
    return true;
}

uint32_t inv_utf8_code_point(const char *text, size_t size)
{
    const unsigned char *byte = (const unsigned char *)text;
    uint32_t code_point = size == 1 ? byte[0] : byte[0] & (0xffU >> (size + 1));

    for (size_t i = 1; i < size; i++)
        code_point = code_point << 6 | (byte[i] & 0x3fU);
    return code_point;
}

bool inv_utf8_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) ||
           code_point == 0xfffe || code_point == 0xffff;
}

/*
 * The length of the character that text starts with; 0 where it is a control character or no UTF-8.
 */
static size_t fit_character(const char *text, size_t length)
{
    size_t size = inv_utf8_character(text, length);

    return size > 0 && inv_utf8_is_control(inv_utf8_code_point(text, size)) ? 0 : size;
}

bool inv_utf8_is_text(const char *text, size_t length)
{
    size_t position = 0;

    while (position < length) {
        size_t size = fit_character(text + position, length - position);

        if (size == 0)
            return false;
        position += size;
    }
    return true;
}

void inv_utf8_make_text(char *text)
{
    size_t length = strlen(text);
    char *end = text;

    for (size_t position = 0; position < length;) {
        size_t size = fit_character(text + position, length - position);

        if (size > 0) {
            memmove(end, text + position, size);
            end += size;
        } else {
            size = inv_utf8_character(text + position, length - position);
            *end++ = '?';
        }
        position += size > 0 ? size : 1;
    }
    *end = '\0';
}
