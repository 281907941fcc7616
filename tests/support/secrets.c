/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/secrets.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/encoding.h"

#define SECRETS_MAX    40
#define PASSWORD_BYTES 18 /* 24 characters */
#define TEXT_SIZE      (INV_TOKEN_LENGTH + 1)
#define PADDED_LENGTH  12 /* of 24: each search of a core takes its time */

static struct secret {
    const char *label;
    char text[TEXT_SIZE];
    bool is_token;
    bool registers; /* looked for in the processor's, too */
} secrets[SECRETS_MAX];
static size_t secret_count;

static struct secret *new_secret(const char *label, bool is_token)
{
    ck_assert_uint_lt(secret_count, SECRETS_MAX);
    secrets[secret_count].label = label;
    secrets[secret_count].is_token = is_token;
    return &secrets[secret_count++];
}

const char *secrets_password(const char *label)
{
    struct secret *secret = new_secret(label, false);
    unsigned char random[PASSWORD_BYTES];

    ck_assert_int_eq(getrandom(random, sizeof(random), 0), (ssize_t)sizeof(random));
    inv_base64_write(random, sizeof(random), secret->text);
    return secret->text;
}

const char *secrets_token(const char *label, inv_token *token)
{
    struct secret *secret = new_secret(label, true);

    inv_token_write(token, secret->text);
    inv_token_free(&token);
    return secret->text;
}

const char *secrets_combined(const char *token, const char *password)
{
    static char text[2 * TEXT_SIZE];

    (void)snprintf(text, sizeof(text), "%s:%s", token, password);
    return text;
}

/* Words of 32 bits, the other way round. */
static void swap_words(unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i + 4 <= length; i += 4) {
        uint32_t word;

        memcpy(&word, bytes + i, sizeof(word));
        word = __builtin_bswap32(word);
        memcpy(bytes + i, &word, sizeof(word));
    }
}

/* The bytes xored with pad: as they are, and then as words. */
static size_t look_for_padded(const struct core *core, const struct secret *secret,
                              const void *bytes, size_t length, unsigned char pad)
{
    bool registers = secret->registers;
    unsigned char form[TEXT_SIZE];
    size_t pieces = 0;

    memcpy(form, bytes, length);
    for (size_t i = 0; i < length; i++)
        form[i] ^= pad;
    for (int words = 0; words < 2; words++) {
        size_t found = core_pieces(core, form, length, registers);

        if (found > 0)
            fprintf(stderr, "# %s, xored with 0x%02x: %zu pieces, the last %s\n", secret->label,
                    pad, found, core_where());
        pieces += found;
        swap_words(form, length);
    }
    return pieces;
}

/* As it is, and the beginning of a password as the key of an HMAC is padded (RFC 2104). */
static size_t look_for(const struct core *core, const struct secret *secret, const void *bytes,
                       size_t length)
{
    size_t pieces = look_for_padded(core, secret, bytes, length, 0);

    if (secret->is_token)
        return pieces;
    if (length > PADDED_LENGTH)
        length = PADDED_LENGTH;
    pieces += look_for_padded(core, secret, bytes, length, 0x36);
    return pieces + look_for_padded(core, secret, bytes, length, 0x5c);
}

static void read_token(const char *text, unsigned char bytes[INV_TOKEN_BYTES])
{
    char base64[INV_TOKEN_LENGTH];
    size_t count = 0;

    for (size_t i = 0; i < INV_TOKEN_LENGTH; i++)
        base64[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
    ck_assert(inv_base64_read(base64, sizeof(base64), bytes, INV_TOKEN_BYTES, &count));
    ck_assert_uint_eq(count, INV_TOKEN_BYTES);
}

void secrets_expect_none(const struct core *core, secrets_registers registers)
{
    size_t pieces = 0;

    for (size_t i = 0; i < secret_count; i++) {
        struct secret *secret = &secrets[i];
        unsigned char bytes[INV_TOKEN_BYTES];

        secret->registers = registers < (secret->is_token ? SECRETS_ANYTHING : SECRETS_PASSWORDS);
        pieces += look_for(core, secret, secret->text, strlen(secret->text));
        if (!secret->is_token)
            continue;
        read_token(secret->text, bytes);
        pieces += look_for(core, secret, bytes, sizeof(bytes));
    }
    ck_assert_msg(pieces == 0, "%zu pieces of secrets are left: see above", pieces);
}

void secrets_expect_untold(const char *text)
{
    for (size_t i = 0; i < secret_count; i++)
        ck_assert_msg(strstr(text, secrets[i].text) == NULL, "told: %s", secrets[i].label);
}

void secrets_forget(void)
{
    explicit_bzero(secrets, sizeof(secrets));
    secret_count = 0;
}
