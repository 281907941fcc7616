/* SPDX-License-Identifier: BSD-2-Clause */
#include "pbkdf2.h"

#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <string.h>

#define BLOCK_MAX  SHA512_BLOCK_SIZE
#define DIGEST_MAX SHA512_DIGEST_SIZE

typedef union hash_state {
    struct sha1_ctx sha1;
    struct sha256_ctx sha256;
    struct sha512_ctx sha512;
} hash_state;

/* Of HMAC: the states that have hashed the key already, and all that a round needs besides. */
typedef struct hmac {
    const struct nettle_hash *hash;
    hash_state inner;
    hash_state outer;
    hash_state state;
    unsigned char block[BLOCK_MAX];
    unsigned char digest[DIGEST_MAX];
} hmac;

/* state: of a hash that has seen the key, each byte of it xored with pad. */
static void hash_key(hmac *mac, const inv_secret *key, unsigned char pad, hash_state *state)
{
    const struct nettle_hash *hash = mac->hash;

    memset(mac->block, 0, sizeof(mac->block));
    if (inv_secret_length(key) <= hash->block_size) {
        memcpy(mac->block, inv_secret_bytes(key), inv_secret_length(key));
    } else {
        hash->init(state);
        hash->update(state, inv_secret_length(key), (const uint8_t *)inv_secret_bytes(key));
        hash->digest(state, hash->digest_size, mac->block);
    }
    for (size_t i = 0; i < hash->block_size; i++)
        mac->block[i] ^= pad;
    hash->init(state);
    hash->update(state, hash->block_size, mac->block);
}

static void begin(hmac *mac, const struct nettle_hash *hash, const inv_secret *key)
{
    mac->hash = hash;
    hash_key(mac, key, 0x36, &mac->inner);
    hash_key(mac, key, 0x5c, &mac->outer);
    mac->state = mac->inner;
}

/* Ends the message that was written into mac->state, and begins the next one. */
static void end_message(hmac *mac)
{
    const struct nettle_hash *hash = mac->hash;

    hash->digest(&mac->state, hash->digest_size, mac->digest);
    memcpy(&mac->state, &mac->outer, hash->context_size);
    hash->update(&mac->state, hash->digest_size, mac->digest);
    hash->digest(&mac->state, hash->digest_size, mac->digest);
    memcpy(&mac->state, &mac->inner, hash->context_size);
}

void inv_pbkdf2(const struct nettle_hash *hash, const inv_secret *password,
                const inv_pbkdf2_cost *cost, unsigned char *derived)
{
    static const unsigned char first_block[4] = {0, 0, 0, 1};
    hmac mac;

    begin(&mac, hash, password);
    hash->update(&mac.state, cost->salt_length, cost->salt);
    hash->update(&mac.state, sizeof(first_block), first_block);
    end_message(&mac);
    memcpy(derived, mac.digest, hash->digest_size);
    for (unsigned i = 1; i < cost->iterations; i++) {
        hash->update(&mac.state, hash->digest_size, mac.digest);
        end_message(&mac);
        for (size_t j = 0; j < hash->digest_size; j++)
            derived[j] ^= mac.digest[j];
    }
    inv_wipe(&mac, sizeof(mac));
}
