/* SPDX-License-Identifier: BSD-2-Clause */
#include "salted_password.h"

#include <string.h>

/*
 * libcrypto's own PBKDF2 takes nearly half as long again: each of its rounds copies the states of
 * four hashes, where HMAC needs two, those after the padded keys.
 */

#define BLOCK_MAX 128 /* of SHA-512 */

typedef struct keyed_hash {
    EVP_MD_CTX *inner; /* has hashed the key with ipad (RFC 2104 2) */
    EVP_MD_CTX *outer; /* with opad */
    EVP_MD_CTX *work;
    size_t size;
} keyed_hash;

static bool pad(EVP_MD_CTX *state, const EVP_MD *digest, const unsigned char key[BLOCK_MAX],
                size_t block, unsigned char byte)
{
    unsigned char padded[BLOCK_MAX];
    bool done;

    for (size_t i = 0; i < block; i++)
        padded[i] = key[i] ^ byte;
    done = state != NULL && EVP_DigestInit_ex(state, digest, NULL) == 1 &&
           EVP_DigestUpdate(state, padded, block) == 1;
    inv_wipe(padded, sizeof(padded));
    return done;
}

static bool keyed_hash_start(keyed_hash *hash, const EVP_MD *digest, const inv_secret *secret)
{
    const size_t block = (size_t)EVP_MD_get_block_size(digest);
    const size_t length = inv_secret_length(secret);
    unsigned char key[BLOCK_MAX] = {0};
    bool started = block <= BLOCK_MAX;

    *hash = (keyed_hash){
        .inner = EVP_MD_CTX_new(),
        .outer = EVP_MD_CTX_new(),
        .work = EVP_MD_CTX_new(),
        .size = (size_t)EVP_MD_get_size(digest),
    };
    if (started && length <= block)
        memcpy(key, inv_secret_bytes(secret), length);
    else if (started) /* a longer one is hashed first */
        started = EVP_Digest(inv_secret_bytes(secret), length, key, NULL, digest, NULL) == 1;
    started = started && hash->work != NULL && pad(hash->inner, digest, key, block, 0x36) &&
              pad(hash->outer, digest, key, block, 0x5c);
    inv_wipe(key, sizeof(key));
    return started;
}

static void keyed_hash_end(keyed_hash *hash)
{
    EVP_MD_CTX_free(hash->inner);
    EVP_MD_CTX_free(hash->outer);
    EVP_MD_CTX_free(hash->work);
}

/* HMAC of the two pieces; mac may be one of them. */
static bool keyed_hash_of(const keyed_hash *hash, const unsigned char *piece, size_t length,
                          const unsigned char *second, size_t second_length, unsigned char *mac)
{
    EVP_MD_CTX *work = hash->work;

    return EVP_MD_CTX_copy_ex(work, hash->inner) == 1 &&
           EVP_DigestUpdate(work, piece, length) == 1 &&
           EVP_DigestUpdate(work, second, second_length) == 1 &&
           EVP_DigestFinal_ex(work, mac, NULL) == 1 && EVP_MD_CTX_copy_ex(work, hash->outer) == 1 &&
           EVP_DigestUpdate(work, mac, hash->size) == 1 && EVP_DigestFinal_ex(work, mac, NULL) == 1;
}

bool inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                         const unsigned char *salt, size_t salt_length, unsigned iterations,
                         unsigned char salted[EVP_MAX_MD_SIZE])
{
    static const unsigned char first_block[4] = {0, 0, 0, 1};
    unsigned char mac[EVP_MAX_MD_SIZE];
    keyed_hash hash;
    bool made = keyed_hash_start(&hash, digest, prepared) &&
                keyed_hash_of(&hash, salt, salt_length, first_block, sizeof(first_block), mac);

    if (made)
        memcpy(salted, mac, hash.size);
    for (unsigned round = 1; made && round < iterations; round++) {
        made = keyed_hash_of(&hash, mac, hash.size, NULL, 0, mac);
        for (size_t i = 0; i < hash.size; i++)
            salted[i] ^= mac[i];
    }
    keyed_hash_end(&hash);
    inv_wipe(mac, sizeof(mac));
    return made;
}
