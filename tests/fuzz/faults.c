/* SPDX-License-Identifier: BSD-2-Clause */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <idna.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stringprep.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t state = 1;
static unsigned one_in;
static unsigned left_out;
static unsigned struck;
static bool is_armed;

void faults_seed(uint32_t seed, unsigned rate, unsigned skip)
{
    state = seed != 0 ? seed : 1;
    one_in = rate;
    left_out = skip;
    struck = 0;
}

void faults_arm(bool armed)
{
    is_armed = armed;
}

unsigned faults_count(void)
{
    return struck;
}

/* xorshift, Marsaglia 2003 */
bool faults_strike(void)
{
    if (!is_armed || one_in == 0)
        return false;
    if (left_out > 0) {
        left_out--;
        return false;
    }
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    if (state % one_in != 0)
        return false;
    struck++;
    return true;
}

/* A function that returns NULL or another value, and sets errno, when struck. */
#define WRAP(type, name, parameters, arguments, failure)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        if (faults_strike()) {                                                                     \
            errno = ENOMEM;                                                                        \
            return failure;                                                                        \
        }                                                                                          \
        return __real_##name arguments;                                                            \
    }

WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, reallocarray, (void *bytes, size_t count, size_t size), (bytes, count, size), NULL)
WRAP(char *, strdup, (const char *text), (text), NULL)
WRAP(char *, strndup, (const char *text, size_t length), (text, length), NULL)
WRAP(FILE *, open_memstream, (char **text, size_t *length), (text, length), NULL)
WRAP(int, fstat, (int descriptor, struct stat *status), (descriptor, status), -1)
WRAP(ssize_t, read, (int descriptor, void *bytes, size_t count), (descriptor, bytes, count), -1)
WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
WRAP(int, EVP_DigestFinal_ex, (EVP_MD_CTX * hashing, unsigned char *digest, unsigned *size),
     (hashing, digest, size), 0)
WRAP(int, EVP_Digest,
     (const void *bytes, size_t count, unsigned char *digest, unsigned *size, const EVP_MD *type,
      ENGINE *engine),
     (bytes, count, digest, size, type, engine), 0)
WRAP(unsigned char *, HMAC,
     (const EVP_MD *type, const void *key, int key_length, const unsigned char *bytes, size_t count,
      unsigned char *digest, unsigned *size),
     (type, key, key_length, bytes, count, digest, size), NULL)
WRAP(int, regexec,
     (const regex_t *pattern, const char *text, size_t count, regmatch_t *matches, int flags),
     (pattern, text, count, matches, flags), REG_ESPACE)
WRAP(int, stringprep,
     (char *text, size_t size, Stringprep_profile_flags flags, const Stringprep_profile *profile),
     (text, size, flags, profile), STRINGPREP_MALLOC_ERROR)
WRAP(int, idna_to_ascii_8z, (const char *text, char **labels, int flags), (text, labels, flags),
     IDNA_MALLOC_ERROR)

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    if (faults_strike()) {
        errno = EMFILE;
        return -1;
    }
    if ((flags & O_CREAT) != 0) {
        va_list arguments;

        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return __real_open(path, flags, mode);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    int length;

    if (faults_strike())
        return -1; /* *text is not defined then */
    va_start(arguments, format);
    length = vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}
