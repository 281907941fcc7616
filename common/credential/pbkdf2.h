/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CREDENTIAL_PBKDF2_H
#define INVITEGATE_COMMON_CREDENTIAL_PBKDF2_H

#include <stddef.h>

#include "invitegate/secret.h"

struct nettle_hash;

/* What makes guessing dear. */
typedef struct inv_pbkdf2_cost {
    const unsigned char *salt;
    size_t salt_length;
    unsigned iterations; /* at least 1 */
} inv_pbkdf2_cost;

/*
 * PBKDF2 (RFC 8018 5.2) with HMAC (RFC 2104) of hash, which is one of nettle_sha1, nettle_sha256
 * and nettle_sha512: its first block, hash->digest_size bytes, as SCRAM takes it (Hi() of RFC 5802
 * 2.2). By libnettle, which libldap brings into each process anyway (GnuTLS): for SHA-1 and SHA-256
 * it takes about half as long as libcrypto does (bench/bench_scram). Only single steps of hash are
 * libnettle's: it does not wipe what its own HMAC and PBKDF2 leave on the stack. It cannot fail.
 */
void inv_pbkdf2(const struct nettle_hash *hash, const inv_secret *password,
                const inv_pbkdf2_cost *cost, unsigned char *derived);

#endif
