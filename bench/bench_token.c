/* SPDX-License-Identifier: BSD-2-Clause */
/* What a forged token costs before any directory traffic, beside one bare HMAC-SHA256. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/key.h"
#include "invitegate/token.h"
#include "measure.h"

#define ROUNDS  41
#define A_ROUND 20000

static const char domain[] = "example.org";

static inv_keys *fresh_keys(void)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char folder[] = "/tmp/invitegate-bench-XXXXXX";
    char path[64];
    inv_keys *keys = NULL;

    if (mkdtemp(folder) == NULL)
        measure_fail("mkdtemp", "cannot make a folder");
    (void)snprintf(path, sizeof(path), "%s/token.keys", folder);
    if (inv_keys_create(path, &verdict) != INV_OK || inv_keys_read(path, &keys, &verdict) != INV_OK)
        measure_fail(path, verdict.why);
    (void)unlink(path);
    (void)rmdir(folder);
    return keys;
}

static double refuse_forged(const inv_keys *keys, const char *forged)
{
    double start = measure_now();

    for (int i = 0; i < A_ROUND; i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_token *token = NULL;

        if (inv_token_parse(keys, domain, forged, strlen(forged), &token, &verdict) !=
            INV_BAD_TOKEN)
            measure_fail("forged token", "was not refused");
    }
    return (measure_now() - start) * 1e9 / A_ROUND;
}

static double bare_hmac(const unsigned char *key)
{
    unsigned char data[18 + sizeof(domain) - 1 + 16] = {0};
    unsigned char digest[EVP_MAX_MD_SIZE];
    double start = measure_now();

    for (int i = 0; i < A_ROUND; i++) {
        data[0] = (unsigned char)i;
        if (HMAC(EVP_sha256(), key, INV_KEY_SIZE, data, sizeof(data), digest, NULL) == NULL)
            measure_fail("HMAC", "failed");
    }
    return (measure_now() - start) * 1e9 / A_ROUND;
}

/* The least it can take: nothing is made, looked up or freed for it. */
static double prepared_hmac(const unsigned char *key)
{
    char digest_name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
    unsigned char data[18 + sizeof(domain) - 1 + 16] = {0};
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t length = 0;
    double start;

    if (EVP_MAC_init(context, key, INV_KEY_SIZE, parameters) != 1)
        measure_fail("HMAC", "cannot be prepared");
    start = measure_now();
    for (int i = 0; i < A_ROUND; i++) {
        data[0] = (unsigned char)i;
        if (EVP_MAC_init(context, NULL, 0, NULL) != 1 ||
            EVP_MAC_update(context, data, sizeof(data)) != 1 ||
            EVP_MAC_final(context, digest, &length, sizeof(digest)) != 1)
            measure_fail("HMAC", "failed");
    }
    start = (measure_now() - start) * 1e9 / A_ROUND;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(hmac);
    return start;
}

int main(void)
{
    inv_keys *keys = fresh_keys();
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    char forged[INV_TOKEN_LENGTH + 1];
    double refused[ROUNDS];
    double bare[ROUNDS];
    double prepared[ROUNDS];

    if (inv_token_mint(keys, domain, &token, &verdict) != INV_OK)
        measure_fail("mint", verdict.why);
    inv_token_write(token, forged);
    forged[INV_TOKEN_LENGTH - 1] = forged[INV_TOKEN_LENGTH - 1] == 'A' ? 'B' : 'A';
    for (int i = 0; i < ROUNDS; i++) {
        refused[i] = refuse_forged(keys, forged);
        bare[i] = bare_hmac(inv_keys_find(keys, inv_keys_id(keys, 0)));
        prepared[i] = prepared_hmac(inv_keys_find(keys, inv_keys_id(keys, 0)));
    }
    measure_figure("token", "a forged token refused", measure_median(refused, ROUNDS), "ns",
                   "one HMAC-SHA256", measure_median(bare, ROUNDS));
    measure_figure("token", "a forged token refused", measure_median(refused, ROUNDS), "ns",
                   "one by a context made before", measure_median(prepared, ROUNDS));
    inv_token_free(&token);
    inv_keys_free(&keys);
    return EXIT_SUCCESS;
}
