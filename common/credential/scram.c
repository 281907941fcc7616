/* SPDX-License-Identifier: BSD-2-Clause */
#include "scram.h"

#include <nettle/nettle-meta.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "pbkdf2.h"
#include "saslprep.h"

#define SALT_SIZE      16
#define SALT_MAX       128 /* bytes of a stored one */
#define ITERATIONS_MAX 10000000
#define VALUE_MAX      512 /* bytes of a whole value without spaces */

typedef struct scram_mechanism {
    unsigned verifier;
    const char *name;
    const EVP_MD *(*digest)(void);
    const struct nettle_hash *hash; /* the same one */
    size_t size;
} scram_mechanism;

static const scram_mechanism mechanisms[] = {
    {INV_VERIFIER_SCRAM_SHA_1, "SCRAM-SHA-1", EVP_sha1, &nettle_sha1, 20},
    {INV_VERIFIER_SCRAM_SHA_256, "SCRAM-SHA-256", EVP_sha256, &nettle_sha256, 32},
    {INV_VERIFIER_SCRAM_SHA_512, "SCRAM-SHA-512", EVP_sha512, &nettle_sha512, 64},
};
#define MECHANISM_COUNT (sizeof(mechanisms) / sizeof(mechanisms[0]))

typedef struct scram_keys {
    unsigned char stored[EVP_MAX_MD_SIZE];
    unsigned char server[EVP_MAX_MD_SIZE];
} scram_keys;

/* RFC 5802 3: the two keys that a server keeps. */
static bool derive(const scram_mechanism *mechanism, const inv_secret *prepared,
                   const inv_pbkdf2_cost *cost, scram_keys *keys)
{
    const EVP_MD *digest = mechanism->digest();
    int size = (int)mechanism->size;
    unsigned char salted[EVP_MAX_MD_SIZE];
    unsigned char client[EVP_MAX_MD_SIZE];
    bool derived;

    (void)ERR_set_mark();
    inv_pbkdf2(mechanism->hash, prepared, cost, salted);
    derived =
        HMAC(digest, salted, size, (const unsigned char *)"Client Key", 10, client, NULL) != NULL &&
        EVP_Digest(client, mechanism->size, keys->stored, NULL, digest, NULL) == 1 &&
        HMAC(digest, salted, size, (const unsigned char *)"Server Key", 10, keys->server, NULL) !=
            NULL;
    (void)ERR_pop_to_mark();
    inv_wipe(salted, sizeof(salted));
    inv_wipe(client, sizeof(client));
    return derived;
}

static inv_secret *write_value(const scram_mechanism *mechanism, unsigned iterations,
                               const unsigned char *salt, const scram_keys *keys)
{
    char salt_text[INV_BASE64_SIZE(SALT_SIZE)];
    char stored_text[INV_BASE64_SIZE(EVP_MAX_MD_SIZE)];
    char server_text[INV_BASE64_SIZE(EVP_MAX_MD_SIZE)];
    char text[64 + sizeof(salt_text) + sizeof(stored_text) + sizeof(server_text)];
    inv_secret *value = NULL;
    int length;

    inv_base64_write(salt, SALT_SIZE, salt_text);
    inv_base64_write(keys->stored, mechanism->size, stored_text);
    inv_base64_write(keys->server, mechanism->size, server_text);
    length = snprintf(text, sizeof(text), "%s$%u:%s$%s:%s", mechanism->name, iterations, salt_text,
                      stored_text, server_text);
    if (length > 0 && (size_t)length < sizeof(text))
        value = inv_secret_new(text, (size_t)length);
    inv_wipe(stored_text, sizeof(stored_text));
    inv_wipe(server_text, sizeof(server_text));
    inv_wipe(text, sizeof(text));
    return value;
}

static const scram_mechanism *find_mechanism(unsigned verifier)
{
    for (size_t i = 0; i < MECHANISM_COUNT; i++) {
        if (mechanisms[i].verifier == verifier)
            return &mechanisms[i];
    }
    return NULL;
}

inv_result inv_scram_new(unsigned verifier, unsigned iterations, const inv_secret *prepared,
                         inv_secret **value, inv_verdict *verdict)
{
    const scram_mechanism *mechanism = find_mechanism(verifier);
    unsigned char salt[SALT_SIZE];
    const inv_pbkdf2_cost cost = {salt, sizeof(salt), iterations};
    scram_keys keys;
    int random;

    *value = NULL;
    if (mechanism == NULL || iterations == 0 || iterations > ITERATIONS_MAX)
        return inv_verdict_set(verdict, INV_CONFIG, "no such SCRAM verifier: %u iterations",
                               iterations);
    (void)ERR_set_mark();
    random = RAND_bytes(salt, sizeof(salt));
    (void)ERR_pop_to_mark();
    if (random != 1)
        return inv_verdict_set(verdict, INV_CONFIG, "no random bytes for a salt");
    if (!derive(mechanism, prepared, &cost, &keys))
        return inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute %s",
                               mechanism->name);
    *value = write_value(mechanism, iterations, salt, &keys);
    inv_wipe(&keys, sizeof(keys));
    return *value != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

/* A part of a stored value. */
typedef struct piece {
    const char *text;
    size_t length;
} piece;

/* Splits rest at the first separator: *first is what precedes it. False without one. */
static bool split(piece *rest, char separator, piece *first)
{
    const char *found = memchr(rest->text, separator, rest->length);

    if (found == NULL)
        return false;
    *first = (piece){rest->text, (size_t)(found - rest->text)};
    *rest = (piece){found + 1, rest->length - first->length - 1};
    return true;
}

/* RFC 3112 allows spaces round its separators. */
static void trim_spaces(piece *part)
{
    while (part->length > 0 && part->text[0] == ' ') {
        part->text++;
        part->length--;
    }
    while (part->length > 0 && part->text[part->length - 1] == ' ')
        part->length--;
}

static bool read_iterations(piece digits, unsigned *iterations)
{
    *iterations = 0;
    if (digits.length == 0 || digits.length > 8)
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.text[i] < '0' || digits.text[i] > '9')
            return false;
        *iterations = *iterations * 10 + (unsigned)(digits.text[i] - '0');
    }
    return *iterations > 0 && *iterations <= ITERATIONS_MAX;
}

typedef struct stored_value {
    const scram_mechanism *mechanism;
    unsigned iterations;
    unsigned char salt[SALT_MAX];
    size_t salt_length;
    unsigned char stored[EVP_MAX_MD_SIZE];
    unsigned char server[EVP_MAX_MD_SIZE];
} stored_value;

static bool read_key(piece base64, const scram_mechanism *mechanism, unsigned char *key)
{
    size_t count;

    return inv_base64_read(base64.text, base64.length, key, mechanism->size, &count) &&
           count == mechanism->size;
}

static bool read_value(const char *text, size_t length, stored_value *value)
{
    piece rest = {text, length};
    piece name;
    piece info;
    piece iterations;
    piece stored;

    if (!split(&rest, '$', &name) || !split(&rest, '$', &info))
        return false;
    trim_spaces(&name);
    trim_spaces(&info);
    trim_spaces(&rest);
    value->mechanism = NULL;
    for (size_t i = 0; i < MECHANISM_COUNT; i++) {
        if (strlen(mechanisms[i].name) == name.length &&
            memcmp(mechanisms[i].name, name.text, name.length) == 0)
            value->mechanism = &mechanisms[i];
    }
    if (value->mechanism == NULL || !split(&info, ':', &iterations) || !split(&rest, ':', &stored))
        return false;
    return read_iterations(iterations, &value->iterations) &&
           inv_base64_read(info.text, info.length, value->salt, sizeof(value->salt),
                           &value->salt_length) &&
           value->salt_length > 0 && read_key(stored, value->mechanism, value->stored) &&
           read_key(rest, value->mechanism, value->server);
}

unsigned inv_scram_verifier_of(const char *stored, size_t length, const char **name)
{
    stored_value value;
    unsigned verifier = 0;

    *name = NULL;
    if (read_value(stored, length, &value)) {
        *name = value.mechanism->name;
        verifier = value.mechanism->verifier;
    }
    inv_wipe(&value, sizeof(value));
    return verifier;
}

inv_secret *inv_scram_copy(const char *stored, size_t length)
{
    char text[VALUE_MAX];
    size_t kept = 0;
    inv_secret *copy;

    for (size_t i = 0; i < length && kept < sizeof(text); i++) {
        if (stored[i] != ' ')
            text[kept++] = stored[i];
    }
    copy = inv_secret_new(text, kept);
    inv_wipe(text, sizeof(text));
    return copy;
}

/* Compares the prepared password with a value that was read. */
static inv_match compare(const stored_value *value, const inv_secret *prepared)
{
    const inv_pbkdf2_cost cost = {value->salt, value->salt_length, value->iterations};
    inv_match match = INV_MATCH_UNKNOWN;
    scram_keys keys;

    if (derive(value->mechanism, prepared, &cost, &keys)) {
        int differ = CRYPTO_memcmp(keys.stored, value->stored, value->mechanism->size);

        differ |= CRYPTO_memcmp(keys.server, value->server, value->mechanism->size);
        match = differ == 0 ? INV_MATCH_YES : INV_MATCH_NO;
    }
    inv_wipe(&keys, sizeof(keys));
    return match;
}

inv_match inv_scram_match(const char *stored, size_t length, const inv_secret *password)
{
    inv_match match = INV_MATCH_UNKNOWN;
    inv_secret *prepared = NULL;
    stored_value value;

    if (read_value(stored, length, &value)) {
        switch (inv_saslprep(password, false, &prepared)) {
        case INV_OK:
            match = compare(&value, prepared);
            break;
        case INV_PASSWORD_REFUSED:
            match = INV_MATCH_NO; /* SCRAM has no such password */
            break;
        default:
            break;
        }
    }
    inv_secret_free(&prepared);
    inv_wipe(&value, sizeof(value));
    return match;
}
