/* SPDX-License-Identifier: BSD-2-Clause */
#include "user_password.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"

#define SHA512_SIZE 64
#define SALT_SIZE   16
#define SALT_MAX    64 /* bytes of a stored one */

/* crypt(3) of the password; data is the caller's to wipe. NULL when it fails. */
static const char *compute_crypt(const inv_secret *password, const char *setting,
                                 struct crypt_data *data)
{
    const char *hash = crypt_r(inv_secret_bytes(password), setting, data);

    return hash != NULL && hash[0] != '*' ? hash : NULL;
}

static struct crypt_data *new_crypt_data(void)
{
    return calloc(1, sizeof(struct crypt_data)); /* 32 KiB: not for the stack */
}

static void free_crypt_data(struct crypt_data *data)
{
    if (data == NULL)
        return;
    inv_wipe(data, sizeof(*data));
    free(data);
}

inv_result inv_crypt_new(const inv_secret *password, inv_secret **value, inv_verdict *verdict)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    char text[sizeof(INV_CRYPT_SCHEME) + CRYPT_OUTPUT_SIZE] = INV_CRYPT_SCHEME;
    size_t scheme_length = sizeof(INV_CRYPT_SCHEME) - 1;
    struct crypt_data *data = new_crypt_data();
    const char *hash = NULL;
    inv_result result = INV_OK;

    *value = NULL;
    if (data == NULL)
        return inv_verdict_no_memory(verdict);
    if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)) != NULL)
        hash = compute_crypt(password, setting, data);
    if (hash == NULL || strlen(hash) >= sizeof(text) - scheme_length) {
        result = inv_verdict_set(verdict, INV_CONFIG,
                                 "crypt(3) does not compute yescrypt; choose other "
                                 "password_verifiers");
        goto cleanup;
    }
    memcpy(text + scheme_length, hash, strlen(hash) + 1);
    *value = inv_secret_new(text, strlen(text));
    if (*value == NULL)
        result = inv_verdict_no_memory(verdict);

cleanup:
    free_crypt_data(data);
    inv_wipe(text, sizeof(text));
    return result;
}

/* $y$j9T$ and the like: flags j, a cost of 7 to B, block size 8 (5) or 32 (T). */
static bool is_bearable_yescrypt(const char *hash, size_t length)
{
    return length > 7 && memcmp(hash, "$y$j", 4) == 0 && memchr("789AB", hash[4], 5) != NULL &&
           (hash[5] == '5' || hash[5] == 'T') && hash[6] == '$';
}

inv_match inv_crypt_match(const char *hash, size_t length, const inv_secret *password)
{
    char setting[CRYPT_OUTPUT_SIZE];
    struct crypt_data *data;
    const char *computed;
    inv_match match = INV_MATCH_UNKNOWN;

    if (length >= sizeof(setting) || memchr(hash, '\0', length) != NULL ||
        !is_bearable_yescrypt(hash, length))
        return INV_MATCH_UNKNOWN;
    if (inv_secret_length(password) > INV_CRYPT_PASSWORD_MAX ||
        memchr(inv_secret_bytes(password), '\0', inv_secret_length(password)) != NULL)
        return INV_MATCH_NO; /* crypt(3) cannot have made it of such a password */
    memcpy(setting, hash, length);
    setting[length] = '\0';
    data = new_crypt_data();
    if (data != NULL) {
        computed = compute_crypt(password, setting, data);
        if (computed != NULL)
            match = strlen(computed) == length && CRYPTO_memcmp(computed, hash, length) == 0
                        ? INV_MATCH_YES
                        : INV_MATCH_NO;
    }
    free_crypt_data(data);
    inv_wipe(setting, sizeof(setting));
    return match;
}

/* SHA-512(password || salt). */
static bool compute_ssha512(const inv_secret *password, const unsigned char *salt,
                            size_t salt_length, unsigned char digest[SHA512_SIZE])
{
    EVP_MD_CTX *hashing;
    bool computed;

    (void)ERR_set_mark();
    hashing = EVP_MD_CTX_new();
    computed =
        hashing != NULL && EVP_DigestInit_ex(hashing, EVP_sha512(), NULL) == 1 &&
        EVP_DigestUpdate(hashing, inv_secret_bytes(password), inv_secret_length(password)) == 1 &&
        EVP_DigestUpdate(hashing, salt, salt_length) == 1 &&
        EVP_DigestFinal_ex(hashing, digest, NULL) == 1;
    EVP_MD_CTX_free(hashing); /* wipes its state */
    (void)ERR_pop_to_mark();
    return computed;
}

inv_result inv_ssha512_new(const inv_secret *password, inv_secret **value, inv_verdict *verdict)
{
    unsigned char bytes[SHA512_SIZE + SALT_SIZE];
    char text[sizeof(INV_SSHA512_SCHEME) + INV_BASE64_SIZE(sizeof(bytes))] = INV_SSHA512_SCHEME;
    inv_result result = INV_OK;
    int random;

    *value = NULL;
    (void)ERR_set_mark();
    random = RAND_bytes(bytes + SHA512_SIZE, SALT_SIZE);
    (void)ERR_pop_to_mark();
    if (random != 1)
        return inv_verdict_set(verdict, INV_CONFIG, "no random bytes for a salt");
    if (!compute_ssha512(password, bytes + SHA512_SIZE, SALT_SIZE, bytes)) {
        result = inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute SHA-512");
        goto cleanup;
    }
    inv_base64_write(bytes, sizeof(bytes), text + sizeof(INV_SSHA512_SCHEME) - 1);
    *value = inv_secret_new(text, strlen(text));
    if (*value == NULL)
        result = inv_verdict_no_memory(verdict);

cleanup:
    inv_wipe(bytes, sizeof(bytes));
    inv_wipe(text, sizeof(text));
    return result;
}

inv_match inv_ssha512_match(const char *base64, size_t length, const inv_secret *password)
{
    unsigned char bytes[SHA512_SIZE + SALT_MAX];
    unsigned char digest[SHA512_SIZE];
    inv_match match = INV_MATCH_UNKNOWN;
    size_t count = 0;

    if (inv_base64_read(base64, length, bytes, sizeof(bytes), &count) && count > SHA512_SIZE &&
        compute_ssha512(password, bytes + SHA512_SIZE, count - SHA512_SIZE, digest))
        match = CRYPTO_memcmp(digest, bytes, SHA512_SIZE) == 0 ? INV_MATCH_YES : INV_MATCH_NO;
    inv_wipe(bytes, sizeof(bytes));
    inv_wipe(digest, sizeof(digest));
    return match;
}
