/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_SASL_H
#define INVITEGATE_BENCH_SASL_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "stream.h"

/*
 * The client's side of a login, so that little of the machine goes into it: SASL PLAIN (RFC 4616)
 * and SCRAM (RFC 5802, 7677) without channel binding. What PBKDF2 gives is computed once an account
 * and kept, as clients keep it.
 */

#define SASL_PASSWORD "correct horse battery" /* of all accounts */

typedef struct sasl_account {
    char name[64];
    /* of the first login by SCRAM; iterations 0: there was none */
    unsigned iterations;
    char salt[128]; /* as the server sends it */
    unsigned char client_key[EVP_MAX_MD_SIZE];
    unsigned char server_key[EVP_MAX_MD_SIZE];
} sasl_account;

/* The digest of "SCRAM-SHA-1" or "SCRAM-SHA-256", NULL of "PLAIN"; ends the program for others. */
const EVP_MD *sasl_digest_of(const char *mechanism);

/*
 * Logs in on a stream that is open. True: the server let the account in, and by SCRAM proved that
 * it has the account's verifiers. False: stream->text is what it said instead.
 * The account is written by its first login, later ones may be under way at the same time.
 */
bool sasl_log_in(client_stream *stream, const char *mechanism, sasl_account *account);

#endif
