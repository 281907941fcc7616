/* SPDX-License-Identifier: BSD-2-Clause */
#include "cheap_hashes.h"

#include <crypt.h>
#include <string.h>

#include "common/credential/pbkdf2.h"

#define ROUNDS_MAX 4

static bool cheap;

void __real_inv_pbkdf2(const struct nettle_hash *hash, const inv_secret *password,
                       const inv_pbkdf2_cost *cost, unsigned char *derived);
void __wrap_inv_pbkdf2(const struct nettle_hash *hash, const inv_secret *password,
                       const inv_pbkdf2_cost *cost, unsigned char *derived);
char *__real_crypt_r(const char *password, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data);

void cheap_hashes(bool on)
{
    cheap = on;
}

void __wrap_inv_pbkdf2(const struct nettle_hash *hash, const inv_secret *password,
                       const inv_pbkdf2_cost *cost, unsigned char *derived)
{
    inv_pbkdf2_cost less = *cost;

    if (cheap && less.iterations > ROUNDS_MAX)
        less.iterations = ROUNDS_MAX;
    __real_inv_pbkdf2(hash, password, &less, derived);
}

char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data)
{
    if (cheap && strncmp(setting, "$y$j75$", 7) != 0)
        return NULL;
    return __real_crypt_r(password, setting, data);
}
