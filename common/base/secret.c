/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/secret.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct inv_secret {
    size_t length;
    char bytes[]; /* length bytes and a NUL */
};

inv_secret *inv_secret_new(const void *bytes, size_t length)
{
    inv_secret *secret;

    if (length > SIZE_MAX / 2 - sizeof(*secret))
        return NULL;
    secret = malloc(sizeof(*secret) + length + 1);
    if (secret == NULL)
        return NULL;
    secret->length = length;
    if (length > 0)
        memcpy(secret->bytes, bytes, length);
    secret->bytes[length] = '\0';
    return secret;
}

void inv_secret_free(inv_secret **secret)
{
    if (*secret == NULL)
        return;
    inv_wipe((*secret)->bytes, (*secret)->length);
    free(*secret);
    *secret = NULL;
}

const char *inv_secret_bytes(const inv_secret *secret)
{
    return secret->bytes;
}

size_t inv_secret_length(const inv_secret *secret)
{
    return secret->length;
}

bool inv_secret_equal(const inv_secret *a, const inv_secret *b)
{
    return a->length == b->length && CRYPTO_memcmp(a->bytes, b->bytes, a->length) == 0;
}

char *inv_secret_join(const char *first, ...)
{
    size_t length = 0;
    va_list pieces;
    char *text;
    char *end;

    va_start(pieces, first);
    for (const char *piece = first; piece != NULL; piece = va_arg(pieces, const char *))
        length += strlen(piece);
    va_end(pieces);
    text = malloc(length + 1);
    if (text == NULL)
        return NULL;
    end = text;
    *end = '\0';
    va_start(pieces, first);
    for (const char *piece = first; piece != NULL; piece = va_arg(pieces, const char *))
        end = stpcpy(end, piece);
    va_end(pieces);
    return text;
}

void inv_wipe(void *bytes, size_t length)
{
    if (length > 0)
        explicit_bzero(bytes, length);
}

void inv_wipe_text(char **text)
{
    if (*text == NULL)
        return;
    inv_wipe(*text, strlen(*text));
    free(*text);
    *text = NULL;
}
