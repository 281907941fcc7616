/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_KEY_H
#define INVITEGATE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "invitegate/verdict.h"

#define INV_KEY_SIZE             32  /* bytes of a key */
#define INV_KEY_ID_MAX           207 /* so that a token starts with a letter */
#define INV_KEY_MAC_SIZE         32
#define INV_KEY_FINGERPRINT_SIZE 40 /* "KEYID HEX32" with its NUL */

/* The keys of token.keys, in its order; new tokens use the first. Immutable, wiped when freed. */
typedef struct inv_keys inv_keys;

/*
 * Reads `keyid base64(32 bytes)` lines; empty lines and whole-line # comments are skipped. The file
 * must be a regular file owned by root or the effective user and not accessible by others, nor
 * writable by the group. INV_CONFIG names file, line and reason: bad syntax, duplicate id, no key.
 */
inv_result inv_keys_read(const char *path, inv_keys **keys, inv_verdict *verdict);

/*
 * Creates the file (mode 0600) with one fresh key, id 1; it never replaces a file: INV_CONFIG when
 * it exists or cannot be written. A half-written file is removed.
 */
inv_result inv_keys_create(const char *path, inv_verdict *verdict);

void inv_keys_free(inv_keys **keys);

size_t inv_keys_count(const inv_keys *keys); /* at least 1 */
uint8_t inv_keys_id(const inv_keys *keys, size_t index);

/* The 32 bytes of the key with this id, or NULL. */
const unsigned char *inv_keys_find(const inv_keys *keys, uint8_t id);

/*
 * HMAC-SHA256 (RFC 2104) of data under the key with this id. Thread-safe. False: libcrypto failed,
 * or no key has this id (see inv_keys_find). The caller wipes mac.
 */
bool inv_keys_mac(const inv_keys *keys, uint8_t id, const void *data, size_t length,
                  unsigned char mac[INV_KEY_MAC_SIZE]);

/*
 * What a directory may hold of a key: its id, a space, 32 hex digits of
 * SHA-256("invitegate key fingerprint 1" || key). "" when libcrypto fails.
 */
void inv_keys_fingerprint(const inv_keys *keys, size_t index,
                          char fingerprint[INV_KEY_FINGERPRINT_SIZE]);

#endif
