/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SECRETS_H
#define INVITEGATE_TESTS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/token.h"
#include "tests/support/core.h"

/*
 * The passwords and tokens of a test that looks for what is left of them. label says in a failure
 * which one it was. The texts stay valid until secrets_forget.
 */

/* A password of random characters; no piece of it is in any other. */
const char *secrets_password(const char *label);

/* The text of a token, which is taken over. */
const char *secrets_token(const char *label, inv_token *token);

/* TOKEN:PASSWORD in a buffer that the next one reuses. */
const char *secrets_combined(const char *token, const char *password);

/* What may be in the processor's registers, which keep what was copied last. */
typedef enum secrets_registers {
    SECRETS_NOTHING,
    SECRETS_PASSWORDS,
    SECRETS_ANYTHING,
} secrets_registers;

/*
 * Fails if a core has pieces of any of them: texts, the bytes of tokens, both as hash functions see
 * them, and passwords as an HMAC sees its key.
 */
void secrets_expect_none(const struct core *core, secrets_registers registers);

/* Fails if one of them stands in a text, such as a log. */
void secrets_expect_untold(const char *text);

void secrets_forget(void);

#endif
