/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_UTF8_H
#define INVITEGATE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* UTF-8 by RFC 3629, whatever the locale: no overlong forms, no surrogates, up to U+10FFFF. */

/* Length of the character that text starts with, 1 to 4; 0 when there is none or it is not UTF-8.
 */
size_t inv_utf8_character(const char *text, size_t length);

/* True when all of text is UTF-8; a NUL is a character like others, the empty text is UTF-8. */
bool inv_utf8_valid(const char *text, size_t length);

#endif
