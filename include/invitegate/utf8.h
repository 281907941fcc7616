/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_UTF8_H
#define INVITEGATE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 by RFC 3629, whatever the locale: no overlong forms, no surrogates, up to U+10FFFF. */

/* Length of the character that text starts with, 1 to 4; 0 when there is none or it is not UTF-8.
 */
size_t inv_utf8_character(const char *text, size_t length);

/* True when all of text is UTF-8; a NUL is a character like others, the empty text is UTF-8. */
bool inv_utf8_valid(const char *text, size_t length);

/* The code point of the character that text starts with; size: what inv_utf8_character returned. */
uint32_t inv_utf8_code_point(const char *text, size_t size);

/*
 * Characters that do harm in XML, LDIF, HTML, a log or a terminal, and have no use in a line of
 * text: U+0000 to U+001F, U+007F to U+009F, and U+FFFE and U+FFFF, which XML 1.0 (2.2) excludes.
 */
bool inv_utf8_is_control(uint32_t code_point);

/* True when all of text is UTF-8 without control characters; also for the empty text. */
bool inv_utf8_is_text(const char *text, size_t length);

/*
 * Makes text such a text, in place and never longer: '?' for each control character and each byte
 * that is not UTF-8.
 */
void inv_utf8_make_text(char *text);

#endif
