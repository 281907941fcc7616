/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_SECRET_H
#define INVITEGATE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that must not outlive their use: a password, a token's text, a verifier. Wiped when freed.
 */
typedef struct inv_secret inv_secret;

/*
 * A copy of length bytes, which may contain NUL; one NUL is kept behind them. NULL when memory is
 * short. The caller frees it. Distinct secrets may be used by distinct threads.
 */
inv_secret *inv_secret_new(const void *bytes, size_t length);

/* Wipes, frees and sets *secret to NULL. *secret may be NULL. */
void inv_secret_free(inv_secret **secret);

/* The bytes, NUL behind them; valid until the secret is freed. */
const char *inv_secret_bytes(const inv_secret *secret);
size_t inv_secret_length(const inv_secret *secret);

/* Equal in length and content. The time depends on the lengths, not on the content. */
bool inv_secret_equal(const inv_secret *a, const inv_secret *b);

/* Overwrites length bytes in a way the compiler keeps. bytes may be NULL when length is 0. */
void inv_wipe(void *bytes, size_t length);

/*
 * For functions that hash secrets: the processor's registers, in which hash functions keep what
 * they read, are cleared when the function returns. Nothing where the compiler cannot.
 */
#if defined(__has_attribute) && __has_attribute(zero_call_used_regs)
#define INV_WIPES_REGISTERS __attribute__((zero_call_used_regs("all")))
#else
#define INV_WIPES_REGISTERS
#endif

/*
 * One text of pieces, up to a NULL; the caller frees it by inv_wipe_text. Unlike asprintf(3), which
 * prints into smaller memory first, it leaves no other copy. NULL when memory is short.
 */
char *inv_secret_join(const char *first, ...) __attribute__((sentinel));

/* Wipes the text up to its NUL, frees it and sets *text to NULL. *text may be NULL. */
void inv_wipe_text(char **text);

#endif
