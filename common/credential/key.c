/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "invitegate/config.h"
#include "invitegate/secret.h"
#include "invitegate/trusted_file.h"

#define FILE_SIZE_MAX     65536
#define KEY_TEXT_LENGTH   (INV_BASE64_SIZE(INV_KEY_SIZE) - 1)
#define FINGERPRINT_LABEL "invitegate key fingerprint 1"
#define FINGERPRINT_BYTES 16

/*
 * Preparing libcrypto for a key takes longer than a MAC: it is done once, and copied for each MAC.
 */
struct inv_keys {
    size_t count;
    struct {
        uint8_t id;
        unsigned char bytes[INV_KEY_SIZE];
        EVP_MAC_CTX *prepared;
    } keys[INV_KEY_ID_MAX + 1];
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

/* A decimal number of one to three digits, written in one way only; moves *line behind it. */
static bool take_id(const char **line, const char *end, unsigned *id)
{
    const char *position = *line;

    *id = 0;
    for (; position < end && *position >= '0' && *position <= '9'; position++) {
        if (position - *line == 3)
            return false;
        *id = *id * 10 + (unsigned)(*position - '0');
    }
    if (position == *line || (**line == '0' && position - *line > 1))
        return false;
    *line = position;
    return true;
}

/* The base64 of a key, at least one blank before it and nothing but blanks behind it. */
static bool take_key(const char *line, const char *end, unsigned char key[INV_KEY_SIZE])
{
    unsigned char bytes[INV_KEY_SIZE];
    const char *text = line;
    size_t count = 0;
    bool taken;

    while (text < end && is_blank(*text))
        text++;
    while (end > text && is_blank(end[-1]))
        end--;
    taken = text > line && (size_t)(end - text) == KEY_TEXT_LENGTH &&
            inv_base64_read(text, KEY_TEXT_LENGTH, bytes, sizeof(bytes), &count) &&
            count == INV_KEY_SIZE;
    if (taken)
        memcpy(key, bytes, INV_KEY_SIZE);
    inv_wipe(bytes, sizeof(bytes));
    return taken;
}

/* A key file that is being read. */
typedef struct key_file {
    inv_keys *keys;
    const char *path;
    size_t line; /* its number, from 1 */
    inv_verdict *verdict;
} key_file;

/* Errors never hold anything of the line: it may be a key. */
static inv_result read_line(const key_file *file, const char *line, const char *end)
{
    inv_keys *keys = file->keys;
    unsigned id;

    while (line < end && is_blank(*line))
        line++;
    if (line == end || *line == '#')
        return INV_OK;
    if (!take_id(&line, end, &id))
        return inv_verdict_set(file->verdict, INV_CONFIG,
                               "%s, line %zu: it must start with a key id, 0 to %d", file->path,
                               file->line, INV_KEY_ID_MAX);
    if (id > INV_KEY_ID_MAX)
        return inv_verdict_set(file->verdict, INV_CONFIG,
                               "%s, line %zu: key id %u is larger than %d", file->path, file->line,
                               id, INV_KEY_ID_MAX);
    if (inv_keys_find(keys, (uint8_t)id) != NULL)
        return inv_verdict_set(file->verdict, INV_CONFIG,
                               "%s, line %zu: key id %u stands there twice", file->path, file->line,
                               id);
    if (!take_key(line, end, keys->keys[keys->count].bytes))
        return inv_verdict_set(file->verdict, INV_CONFIG,
                               "%s, line %zu: behind the key id there must be the base64 of 32 "
                               "bytes (%d characters) and nothing else",
                               file->path, file->line, (int)KEY_TEXT_LENGTH);
    keys->keys[keys->count++].id = (uint8_t)id;
    return INV_OK;
}

static inv_result read_lines(inv_keys *keys, const char *path, const char *text, size_t length,
                             inv_verdict *verdict)
{
    key_file file = {.keys = keys, .path = path, .line = 1, .verdict = verdict};
    const char *end = text + length;

    for (const char *line = text; line < end; file.line++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        inv_result result = read_line(&file, line, newline != NULL ? newline : end);

        if (result != INV_OK)
            return result;
        line = newline != NULL ? newline + 1 : end;
    }
    if (keys->count == 0)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s has no key: `invitectl init` makes a key file where there is "
                               "none, or copy the one of your other host",
                               path);
    return INV_OK;
}

/* Reads at most FILE_SIZE_MAX + 1 bytes into text. */
static inv_result read_file(int descriptor, const char *path, char *text, size_t *length,
                            inv_verdict *verdict)
{
    *length = 0;
    while (*length <= FILE_SIZE_MAX) {
        ssize_t got = read(descriptor, text + *length, FILE_SIZE_MAX + 1 - *length);

        if (got == 0)
            return INV_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return inv_verdict_set(verdict, INV_CONFIG, "%s cannot be read: %s", path,
                                   strerror(errno));
        *length += (size_t)got;
    }
    return inv_verdict_set(verdict, INV_CONFIG, "%s is larger than %d bytes: it is no key file",
                           path, FILE_SIZE_MAX);
}

static EVP_MAC_CTX *prepare_key(EVP_MAC *hmac, const unsigned char bytes[INV_KEY_SIZE])
{
    char digest[] = OSSL_DIGEST_NAME_SHA2_256;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *prepared = EVP_MAC_CTX_new(hmac);

    if (prepared == NULL || EVP_MAC_init(prepared, bytes, INV_KEY_SIZE, parameters) == 1)
        return prepared;
    EVP_MAC_CTX_free(prepared);
    return NULL;
}

static inv_result prepare(inv_keys *keys, inv_verdict *verdict)
{
    EVP_MAC *hmac = NULL;
    bool prepared;

    (void)ERR_set_mark();
    hmac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    prepared = hmac != NULL;
    for (size_t i = 0; prepared && i < keys->count; i++) {
        keys->keys[i].prepared = prepare_key(hmac, keys->keys[i].bytes);
        prepared = keys->keys[i].prepared != NULL;
    }
    EVP_MAC_free(hmac);
    (void)ERR_pop_to_mark();
    if (!prepared)
        return inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute HMAC-SHA256");
    return INV_OK;
}

inv_result inv_keys_read(const char *path, inv_keys **keys, inv_verdict *verdict)
{
    inv_result result;
    inv_keys *found = NULL;
    char *text = NULL;
    size_t length = 0;
    int descriptor;

    *keys = NULL;
    descriptor = inv_trusted_file_open(
        path, true, "invitectl init makes it; on a second host copy that of the first", verdict);
    if (descriptor < 0)
        return INV_CONFIG;
    text = malloc(FILE_SIZE_MAX + 1);
    found = calloc(1, sizeof(*found));
    if (text == NULL || found == NULL) {
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    result = read_file(descriptor, path, text, &length, verdict);
    if (result == INV_OK)
        result = read_lines(found, path, text, length, verdict);
    if (result == INV_OK)
        result = prepare(found, verdict);
    if (result == INV_OK) {
        *keys = found;
        found = NULL;
    }

cleanup:
    inv_keys_free(&found);
    inv_wipe(text, length);
    free(text);
    (void)close(descriptor);
    return result;
}

static bool write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t put = write(descriptor, text, length);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text += put;
        length -= (size_t)put;
    }
    return true;
}

static inv_result write_fresh_key(int descriptor, const char *path, inv_verdict *verdict)
{
    static const char comment[] =
        "# Keys of invitegate's tokens, `keyid base64(32 bytes)` a line: new tokens use the "
        "first,\n"
        "# all verify. Whoever has them can forge tokens' shape: keep them secret, keep a copy.\n";
    unsigned char key[INV_KEY_SIZE];
    char line[INV_BASE64_SIZE(INV_KEY_SIZE) + 4] = "1 ";
    inv_result result = INV_OK;
    size_t length;

    (void)ERR_set_mark();
    if (RAND_priv_bytes(key, sizeof(key)) != 1) {
        result = inv_verdict_set(verdict, INV_CONFIG, "no random bytes for a key in %s", path);
        goto cleanup;
    }
    inv_base64_write(key, sizeof(key), line + 2);
    length = strlen(line);
    line[length++] = '\n';
    if (!write_all(descriptor, comment, sizeof(comment) - 1) ||
        !write_all(descriptor, line, length) || fchmod(descriptor, S_IRUSR | S_IWUSR) != 0 ||
        fsync(descriptor) != 0)
        result =
            inv_verdict_set(verdict, INV_CONFIG, "%s cannot be written: %s", path, strerror(errno));

cleanup:
    (void)ERR_pop_to_mark();
    inv_wipe(key, sizeof(key));
    inv_wipe(line, sizeof(line));
    return result;
}

/*
 * So that a crash does not take the file's name away again. A file system that cannot do it is no
 * error.
 */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    int descriptor;

    if (copy == NULL)
        return;
    descriptor = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        (void)close(descriptor);
    }
    free(copy);
}

inv_result inv_keys_create(const char *path, inv_verdict *verdict)
{
    inv_result result;
    int descriptor =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (descriptor < 0 && errno == EEXIST)
        return inv_verdict_set(
            verdict, INV_CONFIG,
            "%s exists already and is never replaced: open invites need its keys", path);
    if (descriptor < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "%s cannot be created: %s", path,
                               strerror(errno));
    result = write_fresh_key(descriptor, path, verdict);
    if (close(descriptor) != 0 && result == INV_OK)
        result =
            inv_verdict_set(verdict, INV_CONFIG, "%s cannot be written: %s", path, strerror(errno));
    if (result != INV_OK)
        (void)unlink(path);
    else
        sync_folder(path);
    return result;
}

void inv_keys_free(inv_keys **keys)
{
    if (*keys == NULL)
        return;
    for (size_t i = 0; i < (*keys)->count; i++)
        EVP_MAC_CTX_free((*keys)->keys[i].prepared);
    inv_wipe(*keys, sizeof(**keys));
    free(*keys);
    *keys = NULL;
}

size_t inv_keys_count(const inv_keys *keys)
{
    return keys->count;
}

uint8_t inv_keys_id(const inv_keys *keys, size_t index)
{
    return keys->keys[index].id;
}

/* Where the key with this id is, or keys->count. */
static size_t find_index(const inv_keys *keys, uint8_t id)
{
    size_t index = 0;

    while (index < keys->count && keys->keys[index].id != id)
        index++;
    return index;
}

const unsigned char *inv_keys_find(const inv_keys *keys, uint8_t id)
{
    size_t index = find_index(keys, id);

    return index < keys->count ? keys->keys[index].bytes : NULL;
}

bool inv_keys_mac(const inv_keys *keys, uint8_t id, const void *data, size_t length,
                  unsigned char mac[INV_KEY_MAC_SIZE])
{
    size_t index = find_index(keys, id);
    const EVP_MAC_CTX *prepared = index < keys->count ? keys->keys[index].prepared : NULL;
    EVP_MAC_CTX *copy = NULL;
    size_t written = 0;
    bool done;

    if (prepared == NULL)
        return false;
    (void)ERR_set_mark();
    copy = EVP_MAC_CTX_dup(prepared);
    done = copy != NULL && EVP_MAC_update(copy, data, length) == 1 &&
           EVP_MAC_final(copy, mac, &written, INV_KEY_MAC_SIZE) == 1 && written == INV_KEY_MAC_SIZE;
    EVP_MAC_CTX_free(copy);
    (void)ERR_pop_to_mark();
    return done;
}

void inv_keys_fingerprint(const inv_keys *keys, size_t index,
                          char fingerprint[INV_KEY_FINGERPRINT_SIZE])
{
    unsigned char labelled[sizeof(FINGERPRINT_LABEL) - 1 + INV_KEY_SIZE];
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[INV_HEX_SIZE(FINGERPRINT_BYTES)];

    (void)ERR_set_mark();
    memcpy(labelled, FINGERPRINT_LABEL, sizeof(FINGERPRINT_LABEL) - 1);
    memcpy(labelled + sizeof(FINGERPRINT_LABEL) - 1, keys->keys[index].bytes, INV_KEY_SIZE);
    fingerprint[0] = '\0';
    if (EVP_Digest(labelled, sizeof(labelled), digest, NULL, EVP_sha256(), NULL) == 1) {
        inv_hex_write(digest, FINGERPRINT_BYTES, hex);
        (void)snprintf(fingerprint, INV_KEY_FINGERPRINT_SIZE, "%u %s",
                       (unsigned)keys->keys[index].id, hex);
    }
    inv_wipe(labelled, sizeof(labelled));
    (void)ERR_pop_to_mark();
}
