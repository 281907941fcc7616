/* SPDX-License-Identifier: BSD-2-Clause */
#include "cheap_hashes.h"

#include <crypt.h>
#include <string.h>

#include "common/salted_password.h"

#define ROUNDS_MAX 4

static bool cheap;

bool __real_inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                                const unsigned char *salt, size_t salt_length, unsigned iterations,
                                unsigned char *salted);
bool __wrap_inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                                const unsigned char *salt, size_t salt_length, unsigned iterations,
                                unsigned char *salted);
char *__real_crypt_r(const char *password, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data);

void cheap_hashes(bool on)
{
    cheap = on;
}

bool __wrap_inv_salted_password(const EVP_MD *digest, const inv_secret *prepared,
                                const unsigned char *salt, size_t salt_length, unsigned iterations,
                                unsigned char *salted)
{
    if (cheap && iterations > ROUNDS_MAX)
        iterations = ROUNDS_MAX;
    return __real_inv_salted_password(digest, prepared, salt, salt_length, iterations, salted);
}

char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data)
{
    if (cheap && strncmp(setting, "$y$j75$", 7) != 0)
        return NULL;
    return __real_crypt_r(password, setting, data);
}
