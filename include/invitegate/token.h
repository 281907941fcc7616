/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOKEN_H
#define INVITEGATE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "invitegate/key.h"
#include "invitegate/verdict.h"

#define INV_TOKEN_LENGTH 32 /* characters of a token's text */
#define INV_TOKEN_BYTES  24

/*
 * A genuine token: its MAC was verified, or it was minted here.
 * key id (1) || random (15) || first 8 bytes of HMAC-SHA256(key, "invitegate token 1" || domain ||
 * key id || random); the text is base64url without padding (RFC 4648 5). Immutable, wiped when
 * freed.
 */
typedef struct inv_token inv_token;

/* A fresh token under the first key. domain: lower case, A-labels. INV_CONFIG: no random bytes. */
inv_result inv_token_mint(const inv_keys *keys, const char *domain, inv_token **token,
                          inv_verdict *verdict);

/*
 * A token by itself: the text, or an xmpp: URI with ;preauth=TOKEN, or a landing URL that ends in
 * it or carries it as a query or fragment value; percent-encoding, and around the whole or the
 * token white space, quotation marks, <> and characters without width are understood. text need not
 * be NUL-terminated and may hold any bytes. At most one candidate is tried: the value of preauth=,
 * else the last 32 token characters between / ? # = & ; or the ends. INV_BAD_TOKEN: no token in it,
 * unknown key, wrong MAC (also: another domain's). verdict->why tells which; verdict->invite_id is
 * set only when the token is genuine.
 */
inv_result inv_token_parse(const inv_keys *keys, const char *domain, const char *text,
                           size_t length, inv_token **token, inv_verdict *verdict);

/*
 * The combined form TOKEN:PASSWORD: exactly 32 token characters, ':' at offset 32; the password is
 * everything from offset 33, untouched, and may be empty. INV_NOT_OURS: not this shape, or no
 * genuine token in front, so that the whole may be a password.
 */
#define INV_TOKEN_PASSWORD_OFFSET (INV_TOKEN_LENGTH + 1)
inv_result inv_token_parse_combined(const inv_keys *keys, const char *domain, const char *text,
                                    size_t length, inv_token **token, inv_verdict *verdict);

/*
 * True when the first 32 bytes are a genuine token of the domain, whatever follows; also when that
 * cannot be told because libcrypto fails.
 */
bool inv_token_leads(const inv_keys *keys, const char *domain, const char *text, size_t length);

/* True when the first 32 bytes have the shape of a token, genuine or not: it needs no keys. */
bool inv_token_may_lead(const char *text, size_t length);

/* inviteId: the first 20 bytes of SHA-256(the 24 bytes) in lower-case hex, 40 digits. Public. */
const char *inv_token_id(const inv_token *token);
uint8_t inv_token_key_id(const inv_token *token);

/* Writes the 32 characters and a NUL. The caller wipes them. */
void inv_token_write(const inv_token *token, char text[INV_TOKEN_LENGTH + 1]);

void inv_token_free(inv_token **token);

#endif
