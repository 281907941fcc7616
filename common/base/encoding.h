/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_BASE_ENCODING_H
#define INVITEGATE_COMMON_BASE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

/* The encodings of RFC 4648. Nothing here allocates; callers wipe the buffers of secrets. */

#define INV_BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1) /* of the text, with its NUL */
#define INV_HEX_SIZE(length)    ((length)*2 + 1)

/* base64 with padding (RFC 4648 4), and a NUL; text has INV_BASE64_SIZE(length) bytes. */
void inv_base64_write(const unsigned char *bytes, size_t length, char *text);

/*
 * Reads canonical base64: whole groups with their padding, no other character, unused bits zero, so
 * that bytes have one text only. False also for more than size bytes. *count: how many bytes got.
 */
bool inv_base64_read(const char *text, size_t length, unsigned char *bytes, size_t size,
                     size_t *count);

/* Lower-case base16 and a NUL; text has INV_HEX_SIZE(length) bytes. */
void inv_hex_write(const unsigned char *bytes, size_t length, char *text);

#endif
