/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "sasl.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "common/base/encoding.h"

#define XMLNS         "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define NONCE_SIZE    18
#define NONCE_MAX     128 /* in base64, with the server's */
#define PROOF_MAX     96
#define FIRST_MAX     256
#define FINAL_MAX     192
#define CHALLENGE_MAX 512
#define MESSAGE_MAX   320 /* of the client */

/* One login by SCRAM. first: without the header of channel binding, as both sides sign it. */
typedef struct scram {
    const EVP_MD *digest;
    char nonce[NONCE_MAX];
    char first[FIRST_MAX];
    char challenge[CHALLENGE_MAX];
    char final[FINAL_MAX]; /* without the proof */
} scram;

const EVP_MD *sasl_digest_of(const char *mechanism)
{
    if (strcmp(mechanism, "SCRAM-SHA-1") == 0)
        return EVP_sha1();
    if (strcmp(mechanism, "SCRAM-SHA-256") == 0)
        return EVP_sha256();
    if (strcmp(mechanism, "PLAIN") != 0)
        measure_fail(mechanism, "is no mechanism of this client");
    return NULL;
}

/* ---------------------------------------------------------------------------------- elements */

static bool send_auth(client_stream *stream, const char *mechanism, const char *bytes,
                      size_t length)
{
    char text[INV_BASE64_SIZE(MESSAGE_MAX)];
    char element[INV_BASE64_SIZE(MESSAGE_MAX) + 128];

    inv_base64_write((const unsigned char *)bytes, length, text);
    (void)snprintf(element, sizeof(element), "<auth " XMLNS " mechanism='%s'>%s</auth>", mechanism,
                   text);
    return stream_ask(stream, element);
}

static bool send_response(client_stream *stream, const char *bytes)
{
    char text[INV_BASE64_SIZE(MESSAGE_MAX)];
    char element[INV_BASE64_SIZE(MESSAGE_MAX) + 128];

    inv_base64_write((const unsigned char *)bytes, strlen(bytes), text);
    (void)snprintf(element, sizeof(element), "<response " XMLNS ">%s</response>", text);
    return stream_ask(stream, element);
}

/* What the element of that name says, as text. False: another one came, or something else in it. */
static bool take(const client_stream *stream, const char *name, char content[CHALLENGE_MAX])
{
    const char *start = strchr(stream->text, '>');
    size_t count = 0;

    if (stream->text[0] != '<' || strncmp(stream->text + 1, name, strlen(name)) != 0 ||
        start == NULL ||
        !inv_base64_read(start + 1, strcspn(start + 1, "<"), (unsigned char *)content,
                         CHALLENGE_MAX - 1, &count))
        return false;
    content[count] = '\0';
    return strlen(content) == count;
}

static bool is_success(const client_stream *stream)
{
    return strncmp(stream->text, "<success ", strlen("<success ")) == 0;
}

/* ------------------------------------------------------------------------------------- PLAIN */

static bool log_in_plain(client_stream *stream, const sasl_account *account)
{
    char message[MESSAGE_MAX];
    int length =
        snprintf(message, sizeof(message), "%c%s%c" SASL_PASSWORD, '\0', account->name, '\0');

    return send_auth(stream, "PLAIN", message, (size_t)length) && is_success(stream);
}

/* ------------------------------------------------------------------------------------- SCRAM */

static void sign(const EVP_MD *digest, const unsigned char *key, const char *text,
                 unsigned char signature[EVP_MAX_MD_SIZE])
{
    if (HMAC(digest, key, EVP_MD_get_size(digest), (const unsigned char *)text, strlen(text),
             signature, NULL) == NULL)
        measure_fail("HMAC", "libcrypto failed");
}

static void compute_keys(const scram *login, sasl_account *account)
{
    unsigned char salted[EVP_MAX_MD_SIZE];
    unsigned char salt[sizeof(account->salt)];
    size_t length = 0;

    if (!inv_base64_read(account->salt, strlen(account->salt), salt, sizeof(salt), &length) ||
        PKCS5_PBKDF2_HMAC(SASL_PASSWORD, (int)strlen(SASL_PASSWORD), salt, (int)length,
                          (int)account->iterations, login->digest, EVP_MD_get_size(login->digest),
                          salted) != 1)
        measure_fail(account->name, "its keys cannot be computed");
    sign(login->digest, salted, "Client Key", account->client_key);
    sign(login->digest, salted, "Server Key", account->server_key);
}

/* Takes salt, rounds and nonce out of the challenge. False: it is not what it has to be. */
static bool read_challenge(scram *login, sasl_account *account)
{
    char nonce[NONCE_MAX];
    char salt[sizeof(account->salt)];
    unsigned iterations = 0;

    if (sscanf(login->challenge, "r=%127[^,],s=%127[^,],i=%u", nonce, salt, &iterations) != 3 ||
        iterations == 0 || strncmp(nonce, login->nonce, strlen(login->nonce)) != 0)
        return false;
    (void)snprintf(login->nonce, sizeof(login->nonce), "%s", nonce);
    if (account->iterations == 0) {
        account->iterations = iterations;
        (void)snprintf(account->salt, sizeof(account->salt), "%s", salt);
        compute_keys(login, account);
    }
    return account->iterations == iterations && strcmp(account->salt, salt) == 0;
}

/* proof: in base64; signature: the server's, as it has to send it. */
static void prove(const scram *login, const sasl_account *account, char proof[PROOF_MAX],
                  char signature[PROOF_MAX])
{
    const size_t size = (size_t)EVP_MD_get_size(login->digest);
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned char stored[EVP_MAX_MD_SIZE];
    char said[FIRST_MAX + CHALLENGE_MAX + FINAL_MAX];

    (void)snprintf(said, sizeof(said), "%s,%s,%s", login->first, login->challenge, login->final);
    if (EVP_Digest(account->client_key, size, stored, NULL, login->digest, NULL) != 1)
        measure_fail("digest", "libcrypto failed");
    sign(login->digest, stored, said, bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= account->client_key[i];
    inv_base64_write(bytes, size, proof);
    sign(login->digest, account->server_key, said, bytes);
    signature[0] = 'v';
    signature[1] = '=';
    inv_base64_write(bytes, size, signature + 2);
}

static void begin(scram *login, const EVP_MD *digest, const sasl_account *account)
{
    unsigned char nonce[NONCE_SIZE];

    login->digest = digest;
    if (RAND_bytes(nonce, sizeof(nonce)) != 1)
        measure_fail("nonce", "libcrypto failed");
    inv_base64_write(nonce, sizeof(nonce), login->nonce);
    (void)snprintf(login->first, sizeof(login->first), "n=%s,r=%s", account->name, login->nonce);
}

static bool log_in_scram(client_stream *stream, const char *mechanism, sasl_account *account)
{
    scram login;
    char text[MESSAGE_MAX];
    char answer[CHALLENGE_MAX];
    char proof[PROOF_MAX];
    char signature[PROOF_MAX];
    int length;

    begin(&login, sasl_digest_of(mechanism), account);
    length = snprintf(text, sizeof(text), "n,,%s", login.first);
    if (!send_auth(stream, mechanism, text, (size_t)length) ||
        !take(stream, "challenge", login.challenge) || !read_challenge(&login, account))
        return false;
    (void)snprintf(login.final, sizeof(login.final), "c=biws,r=%s", login.nonce);
    prove(&login, account, proof, signature);
    (void)snprintf(text, sizeof(text), "%s,p=%s", login.final, proof);
    return send_response(stream, text) && take(stream, "success", answer) &&
           strcmp(answer, signature) == 0;
}

bool sasl_log_in(client_stream *stream, const char *mechanism, sasl_account *account)
{
    char offer[64];

    (void)snprintf(offer, sizeof(offer), "<mechanism>%s</mechanism>", mechanism);
    if (strstr(stream->text, offer) == NULL)
        return false;
    return sasl_digest_of(mechanism) == NULL ? log_in_plain(stream, account)
                                             : log_in_scram(stream, mechanism, account);
}
