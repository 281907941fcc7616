/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h> /* memmem */

#include "invitegate/token.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "invitegate/secret.h"
#include "invitegate/utf8.h"

#define LABEL        "invitegate token 1"
#define LABEL_LENGTH (sizeof(LABEL) - 1)
#define SIGNED_BYTES 16 /* key id and random */
#define MAC_BYTES    (INV_TOKEN_BYTES - SIGNED_BYTES)
#define ID_BYTES     20
#define DOMAIN_MAX   255

/* Longer texts hold no token: a URI of the longest names fits, percent-encoded. */
#define TEXT_MAX 8192

struct inv_token {
    unsigned char bytes[INV_TOKEN_BYTES];
    char id[INV_HEX_SIZE(ID_BYTES)];
};

typedef enum mac_check {
    GENUINE,
    UNKNOWN_KEY,
    WRONG_MAC,
    NOT_CHECKED, /* libcrypto failed */
} mac_check;

/* The MAC of the first 16 bytes, under the key that the first of them names. */
static bool compute_mac(const inv_keys *keys, const char *domain, const unsigned char *bytes,
                        unsigned char mac[MAC_BYTES])
{
    unsigned char data[LABEL_LENGTH + DOMAIN_MAX + SIGNED_BYTES];
    unsigned char whole[INV_KEY_MAC_SIZE];
    size_t domain_length = strlen(domain);
    size_t length = LABEL_LENGTH + domain_length + SIGNED_BYTES;
    bool done;

    if (domain_length > DOMAIN_MAX)
        return false;
    memcpy(data, LABEL, LABEL_LENGTH);
    memcpy(data + LABEL_LENGTH, domain, domain_length);
    memcpy(data + LABEL_LENGTH + domain_length, bytes, SIGNED_BYTES);
    done = inv_keys_mac(keys, bytes[0], data, length, whole);
    if (done)
        memcpy(mac, whole, MAC_BYTES);
    inv_wipe(data, length);
    inv_wipe(whole, sizeof(whole));
    return done;
}

static mac_check check_mac(const inv_keys *keys, const char *domain, const unsigned char *bytes)
{
    unsigned char mac[MAC_BYTES];
    bool equal;

    if (inv_keys_find(keys, bytes[0]) == NULL)
        return UNKNOWN_KEY;
    if (!compute_mac(keys, domain, bytes, mac))
        return NOT_CHECKED;
    equal = CRYPTO_memcmp(mac, bytes + SIGNED_BYTES, MAC_BYTES) == 0;
    inv_wipe(mac, sizeof(mac));
    return equal ? GENUINE : WRONG_MAC;
}

static bool is_token_character(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '_';
}

static size_t token_characters(const char *text, size_t length)
{
    size_t count = 0;

    while (count < length && is_token_character(text[count]))
        count++;
    return count;
}

/* 32 characters are 24 bytes with no bit left over: every text of token characters is canonical. */
static bool decode(const char *text, unsigned char bytes[INV_TOKEN_BYTES])
{
    char base64[INV_TOKEN_LENGTH];
    size_t count = 0;
    bool decoded;

    if (token_characters(text, INV_TOKEN_LENGTH) != INV_TOKEN_LENGTH)
        return false;
    for (size_t i = 0; i < INV_TOKEN_LENGTH; i++)
        base64[i] = (char)(text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
    decoded = inv_base64_read(base64, sizeof(base64), bytes, INV_TOKEN_BYTES, &count) &&
              count == INV_TOKEN_BYTES;
    inv_wipe(base64, sizeof(base64));
    return decoded;
}

/* bytes are those of a genuine token. */
static inv_result make_token(const unsigned char *bytes, inv_token **token, inv_verdict *verdict)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    inv_token *made = malloc(sizeof(*made));
    bool digested;

    if (made == NULL)
        return inv_verdict_no_memory(verdict);
    (void)ERR_set_mark();
    digested = EVP_Digest(bytes, INV_TOKEN_BYTES, digest, NULL, EVP_sha256(), NULL) == 1;
    (void)ERR_pop_to_mark();
    if (!digested) {
        free(made);
        return inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute SHA-256");
    }
    memcpy(made->bytes, bytes, INV_TOKEN_BYTES);
    inv_hex_write(digest, ID_BYTES, made->id);
    memcpy(verdict->invite_id, made->id, sizeof(verdict->invite_id));
    *token = made;
    return INV_OK;
}

INV_WIPES_REGISTERS inv_result inv_token_mint(const inv_keys *keys, const char *domain,
                                              inv_token **token, inv_verdict *verdict)
{
    unsigned char bytes[INV_TOKEN_BYTES];
    unsigned char others[SIGNED_BYTES - 1];
    inv_result result;
    int random;

    *token = NULL;
    bytes[0] = inv_keys_id(keys, 0);
    (void)ERR_set_mark();
    random = RAND_priv_bytes(bytes + 1, SIGNED_BYTES - 1);
    /* the generator keeps the rest of the last block it made: that must not be the token's */
    (void)RAND_priv_bytes(others, sizeof(others));
    (void)ERR_pop_to_mark();
    if (random != 1)
        result = inv_verdict_set(verdict, INV_CONFIG, "no random bytes for a token");
    else if (!compute_mac(keys, domain, bytes, bytes + SIGNED_BYTES))
        result = inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute HMAC-SHA256");
    else
        result = make_token(bytes, token, verdict);
    inv_wipe(bytes, sizeof(bytes));
    return result;
}

/* Judges the 32 characters at text and makes them a token. */
static inv_result accept_text(const inv_keys *keys, const char *domain, const char *text,
                              inv_token **token, inv_verdict *verdict)
{
    unsigned char bytes[INV_TOKEN_BYTES];
    inv_result result = INV_BAD_TOKEN;

    if (!decode(text, bytes)) {
        result = inv_verdict_set(verdict, INV_BAD_TOKEN, "no token in the text");
        goto cleanup;
    }
    switch (check_mac(keys, domain, bytes)) {
    case GENUINE:
        result = make_token(bytes, token, verdict);
        break;
    case UNKNOWN_KEY:
        /* The key id is not in the words: the text may be a password after all. */
        (void)inv_verdict_set(verdict, INV_BAD_TOKEN,
                              "forged, mistyped or of a key not in the key file");
        break;
    case WRONG_MAC:
        (void)inv_verdict_set(verdict, INV_BAD_TOKEN,
                              "forged, mistyped or of another domain: wrong MAC");
        break;
    case NOT_CHECKED:
        result = inv_verdict_set(verdict, INV_CONFIG, "libcrypto does not compute HMAC-SHA256");
        break;
    }

cleanup:
    inv_wipe(bytes, sizeof(bytes));
    return result;
}

typedef struct code_range {
    uint32_t first;
    uint32_t last;
} code_range;

/*
 * Characters that come along when a token or an address is copied and pasted, and are part of
 * neither: white space, quotation marks, the <> of RFC 3986 C, and characters that cannot be seen.
 */
static const code_range wrapping[] = {
    /* white space */
    {0x0009, 0x000d},
    {0x0020, 0x0020},
    {0x0085, 0x0085},
    {0x00a0, 0x00a0},
    {0x1680, 0x1680},
    {0x2000, 0x200a},
    {0x2028, 0x2029},
    {0x202f, 0x202f},
    {0x205f, 0x205f},
    {0x3000, 0x3000},
    /* quotation marks */
    {0x0022, 0x0022},
    {0x0027, 0x0027},
    {0x0060, 0x0060},
    {0x00ab, 0x00ab},
    {0x00b4, 0x00b4},
    {0x00bb, 0x00bb},
    {0x2018, 0x201f},
    {0x2039, 0x203a},
    {0x300c, 0x300f},
    {0x301d, 0x301f},
    {0xff02, 0xff02},
    {0xff07, 0xff07},
    /* < and > */
    {0x003c, 0x003c},
    {0x003e, 0x003e},
    /* no width, or marks of direction */
    {0x200b, 0x200f},
    {0x202a, 0x202e},
    {0x2060, 0x2064},
    {0x2066, 0x2069},
    {0xfeff, 0xfeff},
};

/* The bytes of the wrapping character that text starts with, or 0. */
static size_t wrapping_at(const char *text, size_t length)
{
    size_t size = inv_utf8_character(text, length);
    uint32_t code_point = size > 0 ? inv_utf8_code_point(text, size) : 0;

    for (size_t i = 0; size > 0 && i < sizeof(wrapping) / sizeof(wrapping[0]); i++) {
        if (code_point >= wrapping[i].first && code_point <= wrapping[i].last)
            return size;
    }
    return 0;
}

/* The bytes of the wrapping character that text ends with, or 0. */
static size_t wrapping_before_end(const char *text, size_t length)
{
    for (size_t size = 1; size <= 3 && size <= length; size++) {
        if (wrapping_at(text + length - size, size) == size)
            return size;
    }
    return 0;
}

static void trim(const char **text, size_t *length)
{
    size_t size;

    while ((size = wrapping_at(*text, *length)) > 0) {
        *text += size;
        *length -= size;
    }
    while ((size = wrapping_before_end(*text, *length)) > 0)
        *length -= size;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* RFC 3986 2.1; a % that starts no triplet stays. Returns the new length. */
static size_t percent_decode(const char *text, size_t length, char *decoded)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int high = i + 2 < length && text[i] == '%' ? hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text[i + 2]) : -1;

        if (low >= 0) {
            decoded[used++] = (char)(high * 16 + low);
            i += 2;
        } else {
            decoded[used++] = text[i];
        }
    }
    return used;
}

/* The first preauth=TOKEN of a query (XEP-0445), or NULL. */
static const char *find_preauth(const char *text, size_t length)
{
    static const char key[] = "preauth=";
    const size_t key_length = sizeof(key) - 1;
    const char *end = text + length;
    const char *found;

    for (const char *from = text;; from = found + key_length) {
        found = memmem(from, (size_t)(end - from), key, key_length);
        if (found == NULL)
            return NULL;
        if (found > text && memchr(";?&#", found[-1], 4) != NULL) {
            const char *value = found + key_length;
            size_t rest = (size_t)(end - value);

            trim(&value, &rest);
            if (token_characters(value, rest) == INV_TOKEN_LENGTH)
                return value;
        }
    }
}

static bool is_delimiter(char character)
{
    return character == '/' || character == '?' || character == '#' || character == '=' ||
           character == '&' || character == ';';
}

/* The last piece between delimiters that is 32 token characters, wrapping apart, or NULL. */
static const char *find_last_piece(const char *text, size_t length)
{
    const char *found = NULL;
    size_t start = 0;

    for (size_t i = 0; i <= length; i++) {
        const char *piece = text + start;
        size_t piece_length = i - start;

        if (i < length && !is_delimiter(text[i]))
            continue;
        trim(&piece, &piece_length);
        if (piece_length == INV_TOKEN_LENGTH &&
            token_characters(piece, piece_length) == INV_TOKEN_LENGTH)
            found = piece;
        start = i + 1;
    }
    return found;
}

INV_WIPES_REGISTERS inv_result inv_token_parse(const inv_keys *keys, const char *domain,
                                               const char *text, size_t length, inv_token **token,
                                               inv_verdict *verdict)
{
    const char *candidate = NULL;
    const char *unwrapped;
    char *decoded = NULL;
    size_t decoded_length = 0;
    inv_result result;

    *token = NULL;
    verdict->invite_id[0] = '\0';
    trim(&text, &length);
    if (length < INV_TOKEN_LENGTH || length > TEXT_MAX)
        return inv_verdict_set(verdict, INV_BAD_TOKEN, "no token in the text");
    decoded = malloc(length);
    if (decoded == NULL)
        return inv_verdict_no_memory(verdict);
    decoded_length = percent_decode(text, length, decoded);
    unwrapped = decoded;
    length = decoded_length;
    trim(&unwrapped, &length);
    candidate = find_preauth(unwrapped, length);
    if (candidate == NULL)
        candidate = find_last_piece(unwrapped, length);
    if (candidate == NULL)
        result = inv_verdict_set(verdict, INV_BAD_TOKEN, "no token in the text");
    else
        result = accept_text(keys, domain, candidate, token, verdict);
    inv_wipe(decoded, decoded_length);
    free(decoded);
    return result;
}

INV_WIPES_REGISTERS inv_result inv_token_parse_combined(const inv_keys *keys, const char *domain,
                                                        const char *text, size_t length,
                                                        inv_token **token, inv_verdict *verdict)
{
    inv_result result = INV_BAD_TOKEN;

    *token = NULL;
    verdict->invite_id[0] = '\0';
    if (length > INV_TOKEN_LENGTH && text[INV_TOKEN_LENGTH] == ':')
        result = accept_text(keys, domain, text, token, verdict);
    if (result == INV_BAD_TOKEN)
        return inv_verdict_set(verdict, INV_NOT_OURS, "no genuine token in front of the password");
    return result;
}

INV_WIPES_REGISTERS bool inv_token_leads(const inv_keys *keys, const char *domain, const char *text,
                                         size_t length)
{
    unsigned char bytes[INV_TOKEN_BYTES];
    mac_check judged = WRONG_MAC;

    if (length >= INV_TOKEN_LENGTH && decode(text, bytes)) {
        judged = check_mac(keys, domain, bytes);
        inv_wipe(bytes, sizeof(bytes));
    }
    return judged == GENUINE || judged == NOT_CHECKED;
}

bool inv_token_may_lead(const char *text, size_t length)
{
    return length >= INV_TOKEN_LENGTH &&
           token_characters(text, INV_TOKEN_LENGTH) == INV_TOKEN_LENGTH;
}

const char *inv_token_id(const inv_token *token)
{
    return token->id;
}

uint8_t inv_token_key_id(const inv_token *token)
{
    return token->bytes[0];
}

void inv_token_write(const inv_token *token, char text[INV_TOKEN_LENGTH + 1])
{
    inv_base64_write(token->bytes, INV_TOKEN_BYTES, text);
    for (size_t i = 0; i < INV_TOKEN_LENGTH; i++)
        text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
}

void inv_token_free(inv_token **token)
{
    if (*token == NULL)
        return;
    inv_wipe(*token, sizeof(**token));
    free(*token);
    *token = NULL;
}
