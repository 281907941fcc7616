/* SPDX-License-Identifier: BSD-2-Clause */
#include "cheap_hashes.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <string.h>

#define ROUNDS_MAX 4

static bool cheap;

int __real_PKCS5_PBKDF2_HMAC(const char *password, int length, const unsigned char *salt,
                             int salt_length, int rounds, const EVP_MD *digest, int size,
                             unsigned char *out);
int __wrap_PKCS5_PBKDF2_HMAC(const char *password, int length, const unsigned char *salt,
                             int salt_length, int rounds, const EVP_MD *digest, int size,
                             unsigned char *out);
char *__real_crypt_r(const char *password, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data);

void cheap_hashes(bool on)
{
    cheap = on;
}

int __wrap_PKCS5_PBKDF2_HMAC(const char *password, int length, const unsigned char *salt,
                             int salt_length, int rounds, const EVP_MD *digest, int size,
                             unsigned char *out)
{
    if (cheap && rounds > ROUNDS_MAX)
        rounds = ROUNDS_MAX;
    return __real_PKCS5_PBKDF2_HMAC(password, length, salt, salt_length, rounds, digest, size, out);
}

char *__wrap_crypt_r(const char *password, const char *setting, struct crypt_data *data)
{
    if (cheap && strncmp(setting, "$y$j75$", 7) != 0)
        return NULL;
    return __real_crypt_r(password, setting, data);
}
