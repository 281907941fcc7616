/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rounds of PBKDF2 of one SCRAM verifier cost, beside libcrypto's own. */
#include <nettle/nettle-meta.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "common/credential/pbkdf2.h"
#include "measure.h"

#define ROUNDS     41
#define ITERATIONS 10000 /* the default of scram_iterations */
#define DIGEST_MAX 64

static const char password[] = "three owls on a branch";
static const unsigned char salt[16] = "0123456789abcde";
static const inv_pbkdf2_cost cost = {salt, sizeof(salt), ITERATIONS};

static double ours(const struct nettle_hash *hash, const inv_secret *secret,
                   unsigned char derived[DIGEST_MAX])
{
    double start = measure_now();

    inv_pbkdf2(hash, secret, &cost, derived);
    return (measure_now() - start) * 1e3;
}

static double of_libcrypto(const EVP_MD *digest, unsigned char derived[DIGEST_MAX])
{
    double start = measure_now();

    if (PKCS5_PBKDF2_HMAC(password, sizeof(password) - 1, salt, sizeof(salt), ITERATIONS, digest,
                          EVP_MD_get_size(digest), derived) != 1)
        measure_fail("PBKDF2", "libcrypto failed");
    return (measure_now() - start) * 1e3;
}

static void compare(const char *what, const struct nettle_hash *hash, const EVP_MD *digest,
                    const inv_secret *secret)
{
    unsigned char derived[DIGEST_MAX] = {0};
    unsigned char beside[DIGEST_MAX] = {0};
    double own[ROUNDS];
    double other[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        own[i] = ours(hash, secret, derived);
        other[i] = of_libcrypto(digest, beside);
    }
    if (memcmp(derived, beside, sizeof(derived)) != 0)
        measure_fail(what, "the two differ");
    measure_figure("scram", what, measure_median(own, ROUNDS), "ms", "libcrypto",
                   measure_median(other, ROUNDS));
}

int main(void)
{
    inv_secret *secret = inv_secret_new(password, sizeof(password) - 1);

    if (secret == NULL)
        measure_fail("password", "no memory");
    compare("10 000 rounds of SCRAM-SHA-1", &nettle_sha1, EVP_sha1(), secret);
    compare("10 000 rounds of SCRAM-SHA-256", &nettle_sha256, EVP_sha256(), secret);
    compare("10 000 rounds of SCRAM-SHA-512", &nettle_sha512, EVP_sha512(), secret);
    inv_secret_free(&secret);
    return EXIT_SUCCESS;
}
