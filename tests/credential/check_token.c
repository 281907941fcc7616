/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/encoding.h"
#include "invitegate/token.h"
#include "tests/support/suite.h"
#include "tests/support/test_keys.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The vector: key 00 01 ... 1f, key id 1, domain example.org, random 00 ... 0e. */
#define TOKEN     "AQABAgMEBQYHCAkKCwwNDoRIsf3ge-xd"
#define INVITE_ID "fe8ed1b9e1c311291f06daec7dba860f82c3632a"

/* The same with a wrong last character; made with the same key under an id that no key has. */
#define FORGED      "AQABAgMEBQYHCAkKCwwNDoRIsf3ge-xc"
#define UNKNOWN_KEY "AgABAgMEBQYHCAkKCwwNDj8pA8-KjTfS"

/* Genuine for key id 207 (ff fe ... e0) and example.net, random 00 ... 0e. */
#define OTHER_TOKEN "zwABAgMEBQYHCAkKCwwNDqj1PHJf2hmG"

static inv_keys *keys;

static void read_keys(void)
{
    keys = test_keys(TEST_KEY_LINE TEST_OTHER_KEY_LINE);
}

static void free_keys(void)
{
    inv_keys_free(&keys);
}

START_TEST(the_vector_holds)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    char text[INV_TOKEN_LENGTH + 1];

    ck_assert_int_eq(
        inv_token_parse(keys, "example.org", TOKEN, INV_TOKEN_LENGTH, &token, &verdict), INV_OK);
    ck_assert_str_eq(inv_token_id(token), INVITE_ID);
    ck_assert_str_eq(verdict.invite_id, INVITE_ID);
    ck_assert_uint_eq(inv_token_key_id(token), 1);
    inv_token_write(token, text);
    ck_assert_str_eq(text, TOKEN);
    inv_token_free(&token);
    ck_assert_ptr_null(token);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_minted_token_is_genuine_in_its_domain_only)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_token *parsed = NULL;
    char text[INV_TOKEN_LENGTH + 1];
    char another[INV_TOKEN_LENGTH + 1];

    ck_assert_int_eq(inv_token_mint(keys, "example.org", &token, &verdict), INV_OK);
    ck_assert_str_eq(verdict.invite_id, inv_token_id(token));
    ck_assert_uint_eq(inv_token_key_id(token), 1);
    inv_token_write(token, text);
    ck_assert_uint_eq(strlen(text), INV_TOKEN_LENGTH);
    ck_assert((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z'));
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, strlen(text), &parsed, &verdict),
                     INV_OK);
    ck_assert_str_eq(inv_token_id(parsed), inv_token_id(token));
    inv_token_free(&parsed);
    ck_assert_int_eq(inv_token_parse(keys, "example.net", text, strlen(text), &parsed, &verdict),
                     INV_BAD_TOKEN);
    ck_assert_ptr_null(parsed);
    ck_assert_str_eq(verdict.invite_id, "");
    inv_token_free(&token);
    ck_assert_int_eq(inv_token_mint(keys, "example.org", &token, &verdict), INV_OK);
    inv_token_write(token, another);
    ck_assert_str_ne(text, another);
    inv_token_free(&token);
}
END_TEST

/* The bytes of a token's text: base64url of RFC 4648 5. */
static void read_bytes(const inv_token *token, unsigned char bytes[24])
{
    char text[INV_TOKEN_LENGTH + 1];
    size_t count = 0;

    inv_token_write(token, text);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '-')
            *at = '+';
        if (*at == '_')
            *at = '/';
    }
    ck_assert(inv_base64_read(text, INV_TOKEN_LENGTH, bytes, INV_TOKEN_BYTES, &count));
    ck_assert_uint_eq(count, 24);
}

/* Section 3: key id, 15 random bytes, MAC. None of the 15 stands still, none follows another. */
START_TEST(fifteen_bytes_are_random)
{
    enum { TOKENS = 64, FIRST = 1, END = 16 };
    unsigned char bytes[TOKENS][24];
    inv_verdict verdict = INV_VERDICT_INIT;

    for (int i = 0; i < TOKENS; i++) {
        inv_token *token = NULL;

        ck_assert_int_eq(inv_token_mint(keys, "example.org", &token, &verdict), INV_OK);
        read_bytes(token, bytes[i]);
        inv_token_free(&token);
    }
    for (int at = FIRST; at < END; at++) {
        int changes = 0;

        for (int i = 1; i < TOKENS; i++)
            changes += bytes[i][at] != bytes[0][at];
        ck_assert_msg(changes > TOKENS / 2, "byte %d of a token changes %d times", at, changes);
        for (int other = FIRST; other < at; other++) {
            int equal = 0;

            for (int i = 0; i < TOKENS; i++)
                equal += bytes[i][at] == bytes[i][other];
            ck_assert_msg(equal < TOKENS / 2, "bytes %d and %d of a token are one", other, at);
        }
    }
}
END_TEST

START_TEST(new_tokens_use_the_first_key_and_start_with_a_letter)
{
    inv_keys *swapped = test_keys(TEST_OTHER_KEY_LINE TEST_KEY_LINE);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    char text[INV_TOKEN_LENGTH + 1];

    ck_assert_int_eq(inv_token_mint(swapped, "example.org", &token, &verdict), INV_OK);
    ck_assert_uint_eq(inv_token_key_id(token), 207);
    inv_token_write(token, text);
    ck_assert_int_eq(text[0], 'z');
    inv_token_free(&token);
    ck_assert_int_eq(
        inv_token_parse(swapped, "example.org", TOKEN, INV_TOKEN_LENGTH, &token, &verdict), INV_OK);
    inv_token_free(&token);
    inv_keys_free(&swapped);
}
END_TEST

static const char *const wrapped[] = {
    TOKEN,
    " " TOKEN,
    "\r\n\t\v\f " TOKEN " \n",
    "%20" TOKEN "%0A",
    "xmpp:example.org?register;preauth=" TOKEN,
    "xmpp:alice@example.org?register;preauth=" TOKEN ";ibr=y",
    "xmpp:alice@example.org?roster;preauth=" TOKEN ";ibr=y\n",
    "xmpp:alice@example.org?roster;ibr=y;preauth=" TOKEN,
    "xmpp:example.org?register;preauth=%41QABAgMEBQYHCAkKCwwNDoRIsf3ge%2Dxd",
    "xmpp%3Aexample.org%3Fregister%3bpreauth%3d" TOKEN "%3Bibr%3Dy",
    "<xmpp:example.org?register;preauth=" TOKEN ">",
    "xmpp:apreauth=b@example.org?register;preauth=" TOKEN,
    "xmpp:example.org?register;xpreauth=" FORGED ";preauth=" TOKEN,
    "xmpp:example.org?register;preauth=short;preauth=" TOKEN,
    /* an inviter whose name looks like a token */
    "xmpp:" FORGED "@example.org?roster;preauth=" TOKEN,
    "https://example.org/invite/" TOKEN,
    "https://example.org/invite/" TOKEN "/",
    "https://example.org/invite/" TOKEN "?lang=de",
    "https://example.org/invite/#" TOKEN,
    "https://example.org/invite/?t=" TOKEN,
    "https://example.org/invite?c=x&t=" TOKEN "&u=y#z",
    "https://example.org/" FORGED "/" TOKEN,
    "https://example.org/i#xmpp:example.org?register;preauth=" TOKEN,
    "https://example.org/i?uri=xmpp%3Aexample.org%3Fregister%3Bpreauth%3D" TOKEN "#top",
    "https://example.org/i?preauth=" TOKEN,
    "100%/%zz/%4/" TOKEN,
    /* as it is copied from a mail, a chat, a text processor */
    "\"" TOKEN "\"",
    "'" TOKEN "'",
    "`" TOKEN "`",
    "\xe2\x80\x9c" TOKEN "\xe2\x80\x9d",                 /* “” */
    "\xe2\x80\x9e" TOKEN "\xe2\x80\x9c",                 /* „“ */
    "\xe2\x80\x98" TOKEN "\xe2\x80\x99",                 /* ‘’ */
    "\xc2\xab\xe2\x80\xaf" TOKEN "\xe2\x80\xaf\xc2\xbb", /* « », U+202F inside */
    "\xe3\x80\x8c" TOKEN "\xe3\x80\x8d",
    "<" TOKEN ">",
    TOKEN "\xe2\x80\x8b", /* U+200B */
    "\xe2\x80\x8b" TOKEN,
    "\xef\xbb\xbf" TOKEN, /* U+FEFF */
    "\xef\xbb\xbf\"" TOKEN "\"\xef\xbb\xbf\n",
    "\xc2\xa0" TOKEN "\xe3\x80\x80", /* U+00A0, U+3000 */
    "\"xmpp:example.org?register;preauth=" TOKEN "\"",
    "xmpp:example.org?register;preauth=\xe2\x80\x8b" TOKEN "\xe2\x80\x8b",
    "xmpp:example.org?register;preauth=" TOKEN "%E2%80%8B;ibr=y",
    "\xe2\x80\x9chttps://example.org/invite/" TOKEN "\xe2\x80\x9d",
    "<https://example.org/invite/" TOKEN ">",
    "https://example.org/invite/" TOKEN "%22",
    "https://example.org/invite/?t=\xe2\x80\x8b" TOKEN "\xe2\x80\x8b&c=x",
};

START_TEST(a_wrapped_token_is_found)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    ck_assert_int_eq(
        inv_token_parse(keys, "example.org", wrapped[_i], strlen(wrapped[_i]), &token, &verdict),
        INV_OK);
    ck_assert_str_eq(inv_token_id(token), INVITE_ID);
    inv_token_free(&token);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"", "no token"},
    {" ", "no token"},
    {"secret", "no token"},
    {"correct horse battery staple, and on", "no token"},
    {FORGED, "wrong MAC"},
    {UNKNOWN_KEY, "not in the key file"},
    {OTHER_TOKEN, "wrong MAC"},
    {"aQABAgMEBQYHCAkKCwwNDoRIsf3ge-xd", "not in the key file"}, /* case counts */
    {"AQABAgMEBQYHCAkKCwwNDoRIsf3ge-xD", "wrong MAC"},
    {"AQABAgMEBQYHCAkKCwwNDoRIsf3ge-x", "no token"},
    {TOKEN "A", "no token"},
    {"A" TOKEN, "no token"},
    {"AQABAgMEBQYHCAkKCwwNDoRIsf3ge+xd", "no token"},  /* base64, not base64url */
    {"AQABAgMEBQYHCAkK CwwNDoRIsf3ge-xd", "no token"}, /* white space inside */
    {TOKEN ":password", "no token"},
    {TOKEN "." TOKEN, "no token"},
    {TOKEN TOKEN, "no token"},
    {"xmpp:example.org?register;preauth=", "no token"},
    {"xmpp:example.org?register;preauth=" TOKEN "A", "no token"},
    {"xmpp:example.org?register;preauth=" FORGED, "wrong MAC"},
    {"https://example.org/" TOKEN "/" FORGED, "wrong MAC"}, /* one candidate, the last */
    {"xmpp:example.org?register;preauth=" FORGED ";x=" TOKEN, "wrong MAC"},
    {"https://example.org/%25" TOKEN, "no token"},
    {"\xff\xfe" TOKEN, "no token"},
    {"AQABAgMEBQYHCAkK\xe2\x80\x8b"
     "CwwNDoRIsf3ge-xd",
     "no token"}, /* U+200B inside */
    {"\xe2\x80" TOKEN, "no token"},
    {"\xc3\xa4" TOKEN, "no token"},
};

START_TEST(every_other_text_is_a_bad_token)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    (void)snprintf(verdict.invite_id, sizeof(verdict.invite_id), "%s", INVITE_ID);
    ck_assert_int_eq(
        inv_token_parse(keys, "example.org", bad[_i].text, strlen(bad[_i].text), &token, &verdict),
        INV_BAD_TOKEN);
    ck_assert_int_eq(verdict.result, INV_BAD_TOKEN);
    ck_assert_ptr_null(token);
    ck_assert_str_eq(verdict.invite_id, "");
    ck_assert_msg(strstr(verdict.why, bad[_i].why) != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, "AQAB") == NULL, "%s", verdict.why);
}
END_TEST

START_TEST(every_single_change_is_noticed)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    for (size_t position = 0; position < INV_TOKEN_LENGTH; position++) {
        for (size_t letter = 0; letter < 64; letter++) {
            char text[] = TOKEN;
            inv_result expected = text[position] == alphabet[letter] ? INV_OK : INV_BAD_TOKEN;

            text[position] = alphabet[letter];
            ck_assert_int_eq(
                inv_token_parse(keys, "example.org", text, INV_TOKEN_LENGTH, &token, &verdict),
                expected);
            inv_token_free(&token);
        }
    }
}
END_TEST

START_TEST(bytes_of_any_kind_and_length_are_borne)
{
    const size_t megabyte = 1 << 20;
    char *text = malloc(megabyte);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", TOKEN "\0", 33, &token, &verdict),
                     INV_BAD_TOKEN);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", "\0/" TOKEN, 34, &token, &verdict),
                     INV_OK);
    inv_token_free(&token);
    for (int byte = 0; byte < 256; byte++) {
        memset(text, byte, megabyte);
        ck_assert_int_eq(inv_token_parse(keys, "example.org", text, megabyte, &token, &verdict),
                         INV_BAD_TOKEN);
        ck_assert_int_eq(inv_token_parse(keys, "example.org", text, 8192, &token, &verdict),
                         INV_BAD_TOKEN);
    }
    /* white space does not count, whatever its length */
    memset(text, ' ', megabyte);
    memcpy(text + megabyte / 2, TOKEN, INV_TOKEN_LENGTH);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, megabyte, &token, &verdict),
                     INV_OK);
    inv_token_free(&token);
    /* the longest text that is looked through, and one byte more */
    memset(text, '/', megabyte);
    memcpy(text + 8192 - INV_TOKEN_LENGTH, TOKEN, INV_TOKEN_LENGTH);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, 8192, &token, &verdict), INV_OK);
    inv_token_free(&token);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, 8193, &token, &verdict),
                     INV_BAD_TOKEN);
    for (size_t i = 0; i + 8 <= 8192; i += 8)
        memcpy(text + i, "preauth=", 8);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, 8192, &token, &verdict),
                     INV_BAD_TOKEN);
    memset(text, '%', 8192);
    ck_assert_int_eq(inv_token_parse(keys, "example.org", text, 8192, &token, &verdict),
                     INV_BAD_TOKEN);
    free(text);
}
END_TEST

START_TEST(the_combined_form_is_exact)
{
    static const char *const not_ours[] = {
        "",
        "secret",
        ":",
        TOKEN,
        TOKEN ";password",
        FORGED ":password",
        UNKNOWN_KEY ":password",
        OTHER_TOKEN ":password",
        " " TOKEN ":password",
        "A" TOKEN ":password",
        "AQABAgMEBQYHCAkKCwwNDoRIsf3ge-x:password",
        ("xmpp:example.org?register;preauth=" TOKEN),
        "%41QABAgMEBQYHCAkKCwwNDoRIsf3ge-xd:password",
        "\"" TOKEN ":password\"",
        "\xe2\x80\x8b" TOKEN ":password",
        TOKEN "\xe2\x80\x8b:password",
    };
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    for (int i = 0; i < COUNT(not_ours); i++) {
        (void)snprintf(verdict.invite_id, sizeof(verdict.invite_id), "%s", INVITE_ID);
        ck_assert_int_eq(inv_token_parse_combined(keys, "example.org", not_ours[i],
                                                  strlen(not_ours[i]), &token, &verdict),
                         INV_NOT_OURS);
        ck_assert_int_eq(verdict.result, INV_NOT_OURS);
        ck_assert_ptr_null(token);
        ck_assert_str_eq(verdict.invite_id, "");
    }
    ck_assert_int_eq(
        inv_token_parse_combined(keys, "example.org", TOKEN ":pass word:", 44, &token, &verdict),
        INV_OK);
    ck_assert_str_eq(inv_token_id(token), INVITE_ID);
    ck_assert_str_eq(verdict.invite_id, INVITE_ID);
    ck_assert_int_eq((TOKEN ":pass word:")[INV_TOKEN_PASSWORD_OFFSET], 'p');
    inv_token_free(&token);
    ck_assert_int_eq(inv_token_parse_combined(keys, "example.org", TOKEN ":", 33, &token, &verdict),
                     INV_OK);
    inv_token_free(&token);
    /* the length ends it, not what lies behind */
    ck_assert_int_eq(inv_token_parse_combined(keys, "example.org", TOKEN ":", 32, &token, &verdict),
                     INV_NOT_OURS);
}
END_TEST

START_TEST(a_leading_token_is_told)
{
    ck_assert(inv_token_leads(keys, "example.org", TOKEN, 32));
    ck_assert(inv_token_leads(keys, "example.org", TOKEN "anything", 40));
    ck_assert(!inv_token_leads(keys, "example.org", TOKEN, 31));
    ck_assert(!inv_token_leads(keys, "example.org", "", 0));
    ck_assert(!inv_token_leads(keys, "example.org", " " TOKEN, 33));
    ck_assert(!inv_token_leads(keys, "example.org", FORGED, 32));
    ck_assert(!inv_token_leads(keys, "example.net", TOKEN, 32));
    ck_assert(inv_token_leads(keys, "example.net", OTHER_TOKEN, 32));
}
END_TEST

START_TEST(the_hosts_error_queue_stays_as_it_is)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    unsigned long error;

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    error = ERR_peek_error();
    ck_assert_int_eq(
        inv_token_parse(keys, "example.org", FORGED, INV_TOKEN_LENGTH, &token, &verdict),
        INV_BAD_TOKEN);
    ck_assert_int_eq(inv_token_mint(keys, "example.org", &token, &verdict), INV_OK);
    inv_token_free(&token);
    ck_assert_uint_eq(ERR_get_error(), error);
    ck_assert_uint_eq(ERR_get_error(), 0);
}
END_TEST

START_TEST(a_domain_that_cannot_be_is_no_verdict)
{
    char domain[300];
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;

    memset(domain, 'x', sizeof(domain) - 1);
    domain[sizeof(domain) - 1] = '\0';
    ck_assert_int_eq(inv_token_mint(keys, domain, &token, &verdict), INV_CONFIG);
    ck_assert_int_eq(inv_token_parse(keys, domain, TOKEN, 32, &token, &verdict), INV_CONFIG);
    ck_assert_int_eq(inv_token_parse_combined(keys, domain, TOKEN ":x", 34, &token, &verdict),
                     INV_CONFIG);
    ck_assert(inv_token_leads(keys, domain, TOKEN, 32));
    domain[255] = '\0';
    ck_assert_int_eq(inv_token_mint(keys, domain, &token, &verdict), INV_OK);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("token");
    TCase *tests = tcase_create("token");

    tcase_add_unchecked_fixture(tests, read_keys, free_keys);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_vector_holds);
    tcase_add_test(tests, a_minted_token_is_genuine_in_its_domain_only);
    tcase_add_test(tests, fifteen_bytes_are_random);
    tcase_add_test(tests, new_tokens_use_the_first_key_and_start_with_a_letter);
    tcase_add_loop_test(tests, a_wrapped_token_is_found, 0, COUNT(wrapped));
    tcase_add_loop_test(tests, every_other_text_is_a_bad_token, 0, COUNT(bad));
    tcase_add_test(tests, every_single_change_is_noticed);
    tcase_add_test(tests, bytes_of_any_kind_and_length_are_borne);
    tcase_add_test(tests, the_combined_form_is_exact);
    tcase_add_test(tests, a_leading_token_is_told);
    tcase_add_test(tests, the_hosts_error_queue_stays_as_it_is);
    tcase_add_test(tests, a_domain_that_cannot_be_is_no_verdict);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
