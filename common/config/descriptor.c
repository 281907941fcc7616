/* SPDX-License-Identifier: BSD-2-Clause */
#include "descriptor.h"

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool inv_config_is_descriptor(const char *text)
{
    bool after_dot = true;

    if (is_letter(*text)) {
        while (is_letter(*text) || is_digit(*text) || *text == '-')
            text++;
        return *text == '\0';
    }
    for (; *text != '\0'; text++) {
        if (!is_digit(*text) && (*text != '.' || after_dot))
            return false;
        after_dot = *text == '.';
    }
    return !after_dot;
}
