/* SPDX-License-Identifier: BSD-2-Clause */
#define OPENSSL_SUPPRESS_DEPRECATED /* see below */
#include "salted_password.h"

#include <openssl/sha.h>
#include <string.h>

/*
 * PBKDF2 is many small HMACs. By EVP each of them allocates states of the hash, two at least and
 * four in PKCS5_PBKDF2_HMAC(), and that takes as long as hashing. Here the states are plain values:
 * less than half the time. The functions for that are deprecated since OpenSSL 3.0, because they
 * pass providers by; where they are missing, or FIPS is wanted, PKCS5_PBKDF2_HMAC() does it.
 */

#ifndef OPENSSL_NO_DEPRECATED_3_0

#define BLOCK_MAX SHA512_CBLOCK

typedef union hash_state {
    SHA_CTX sha_1;
    SHA256_CTX sha_256;
    SHA512_CTX sha_512;
} hash_state;

typedef struct hash_kind {
    size_t size;
    size_t block;
    void (*start)(hash_state *state);
    void (*add)(hash_state *state, const void *bytes, size_t length);
    void (*end)(hash_state *state, unsigned char *hash);
} hash_kind;

/* Without wrong arguments these cannot fail. */
#define HASH_FUNCTIONS(member, function)                                                           \
    static void start_##member(hash_state *state)                                                  \
    {                                                                                              \
        (void)function##_Init(&state->member);                                                     \
    }                                                                                              \
    static void add_##member(hash_state *state, const void *bytes, size_t length)                  \
    {                                                                                              \
        (void)function##_Update(&state->member, bytes, length);                                    \
    }                                                                                              \
    static void end_##member(hash_state *state, unsigned char *hash)                               \
    {                                                                                              \
        (void)function##_Final(hash, &state->member);                                              \
    }

HASH_FUNCTIONS(sha_1, SHA1)
HASH_FUNCTIONS(sha_256, SHA256)
HASH_FUNCTIONS(sha_512, SHA512)

static const hash_kind kinds[] = {
    {SHA_DIGEST_LENGTH, SHA_CBLOCK, start_sha_1, add_sha_1, end_sha_1},
    {SHA256_DIGEST_LENGTH, SHA256_CBLOCK, start_sha_256, add_sha_256, end_sha_256},
    {SHA512_DIGEST_LENGTH, SHA512_CBLOCK, start_sha_512, add_sha_512, end_sha_512},
};

static const hash_kind *find_kind(const EVP_MD *digest)
{
    const int types[] = {NID_sha1, NID_sha256, NID_sha512};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (EVP_MD_get_type(digest) == types[i])
            return EVP_default_properties_is_fips_enabled(NULL) == 1 ? NULL : &kinds[i];
    }
    return NULL;
}

/* HMAC (RFC 2104 2) with one key: the states after the two padded keys. */
typedef struct keyed_hash {
    const hash_kind *kind;
    hash_state inner;
    hash_state outer;
    hash_state work;
} keyed_hash;

static void start_padded(const hash_kind *kind, const unsigned char key[BLOCK_MAX],
                         unsigned char byte, hash_state *state)
{
    unsigned char padded[BLOCK_MAX];

    for (size_t i = 0; i < kind->block; i++)
        padded[i] = key[i] ^ byte;
    kind->start(state);
    kind->add(state, padded, kind->block);
    inv_wipe(padded, sizeof(padded));
}

static void keyed_hash_start(keyed_hash *hash, const hash_kind *kind, const inv_secret *secret)
{
    const size_t length = inv_secret_length(secret);
    unsigned char key[BLOCK_MAX] = {0};

    hash->kind = kind;
    if (length <= kind->block) {
        memcpy(key, inv_secret_bytes(secret), length);
    } else { /* a longer one is hashed first */
        kind->start(&hash->work);
        kind->add(&hash->work, inv_secret_bytes(secret), length);
        kind->end(&hash->work, key);
    }
    start_padded(kind, key, 0x36, &hash->inner);
    start_padded(kind, key, 0x5c, &hash->outer);
    inv_wipe(key, sizeof(key));
}

/* The rest of one HMAC: what is hashed stands in work. */
static void keyed_hash_end(keyed_hash *hash, unsigned char *mac)
{
    const hash_kind *kind = hash->kind;

    kind->end(&hash->work, mac);
    hash->work = hash->outer;
    kind->add(&hash->work, mac, kind->size);
    kind->end(&hash->work, mac);
}

static void derive(const hash_kind *kind, const inv_secret *prepared, const unsigned char *salt,
                   size_t salt_length, unsigned iterations, unsigned char *salted)
{
    static const unsigned char first_block[4] = {0, 0, 0, 1};
    unsigned char mac[EVP_MAX_MD_SIZE];
    keyed_hash hash;

    keyed_hash_start(&hash, kind, prepared);
    hash.work = hash.inner;
    kind->add(&hash.work, salt, salt_length);
    kind->add(&hash.work, first_block, sizeof(first_block));
    keyed_hash_end(&hash, mac);
    memcpy(salted, mac, kind->size);
    for (unsigned round = 1; round < iterations; round++) {
        hash.work = hash.inner;
        kind->add(&hash.work, mac, kind->size);
        keyed_hash_end(&hash, mac);
        for (size_t i = 0; i < kind->size; i++)
            salted[i] ^= mac[i];
    }
    inv_wipe(&hash, sizeof(hash));
    inv_wipe(mac, sizeof(mac));
}

#endif

bool inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                         const unsigned char *salt, size_t salt_length, unsigned iterations,
                         unsigned char salted[EVP_MAX_MD_SIZE])
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    const hash_kind *kind = find_kind(digest);

    if (kind != NULL) {
        derive(kind, prepared, salt, salt_length, iterations, salted);
        return true;
    }
#endif
    return PKCS5_PBKDF2_HMAC(inv_secret_bytes(prepared), (int)inv_secret_length(prepared), salt,
                             (int)salt_length, (int)iterations, digest, EVP_MD_get_size(digest),
                             salted) == 1;
}
