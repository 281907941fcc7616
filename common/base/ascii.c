/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/ascii.h"

#include <stdint.h>
#include <string.h>

static int lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : (unsigned char)letter;
}

static int compare_in(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int difference = lower(a[i]) - lower(b[i]);

        if (difference != 0 || a[i] == '\0')
            return difference;
    }
    return 0;
}

bool inv_ascii_equal(const char *a, const char *b)
{
    return compare_in(a, b, SIZE_MAX) == 0;
}

bool inv_ascii_equal_in(const char *a, const char *b, size_t length)
{
    return compare_in(a, b, length) == 0;
}

bool inv_ascii_contains(const char *text, const char *part)
{
    const size_t length = strlen(part);

    while (*text != '\0' && compare_in(text, part, length) != 0)
        text++;
    return compare_in(text, part, length) == 0;
}

int inv_ascii_compare(const char *a, const char *b)
{
    return compare_in(a, b, SIZE_MAX);
}

bool inv_ascii_only(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}
