/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "tests/support/fixture.h"

/* SASLprep (RFC 4013) of passwords in every form they are kept in: registered, reset, proved. */

static void start(void)
{
    const struct site_settings settings = {.domain_lines = "password_verifiers = server\n"};

    site = site_start(&settings);
    if (slapd_kind() == SLAPD_OPENLDAP) /* it refuses what comes hashed */
        site_modify(site, "dn: cn=default,ou=policies," SITE_BASE "\nchangetype: modify\n"
                          "replace: pwdCheckQuality\npwdCheckQuality: 0\n");
}

/* slapd hashes an {SSHA512} again that it has no module for: check_verifier has that form. */
static const struct form {
    const char *name;
    unsigned verifiers;
} forms[] = {
    {"server", INV_VERIFIER_SERVER},
    {"crypt", INV_VERIFIER_CRYPT},
    {"scram", INV_VERIFIER_SCRAM_SHA_256},
    {"both", INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_1 | INV_VERIFIER_SCRAM_SHA_512},
};
#define FORMS ((int)(sizeof(forms) / sizeof(forms[0])))

/* What people type, and what a client's server binds with. */
static const struct {
    const char *name;
    const char *typed;
    const char *prepared;
} cases[] = {
    {"nbsp", "nbsp\xc2\xa0inside password", "nbsp inside password"},
    {"ligature", "\xef\xac\x81ne kettles, seventeen", "fine kettles, seventeen"},
    {"wide", "\xef\xbc\xb0\xef\xbc\xa1 kettles, seventeen", "PA kettles, seventeen"},
    {"hyphen", "soft\xc2\xadhyphen kettles", "softhyphen kettles"},
    {"accent", "cafe\xcc\x81 kettles, seventeen", "caf\xc3\xa9 kettles, seventeen"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

/* A simple bind with these very bytes. */
static inv_result bind_as(const char *local, const char *bytes)
{
    inv_secret *password = inv_secret_new(bytes, strlen(bytes));
    inv_verdict ignored = INV_VERDICT_INIT;
    inv_call call;
    char dn[128];
    inv_result result;

    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    site_begin(site, &call, &verdict);
    result = inv_directory_verify(call.directory, dn, password, &call.deadline, &ignored);
    inv_call_end(&call);
    inv_secret_free(&password);
    return result;
}

static void expect_match(const char *dn, const char *attribute, const char *prepared)
{
    char *value = site_value(site, dn, attribute);
    inv_secret *password = inv_secret_new(prepared, strlen(prepared));

    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(inv_verifier_match(value, strlen(value), password), INV_MATCH_YES);
    inv_secret_free(&password);
    free(value);
}

/* Only the prepared bytes are kept, and both of them log in by us. */
static void expect_kept(const struct form *form, const char *local, size_t i)
{
    char dn[128];

    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    if ((form->verifiers & INV_VERIFIER_CRYPT) != 0)
        expect_match(dn, "userPassword", cases[i].prepared);
    if ((form->verifiers & INV_VERIFIER_SERVER) != 0) {
        ck_assert_msg(bind_as(local, cases[i].prepared) == INV_OK, "%s", local);
        ck_assert_msg(bind_as(local, cases[i].typed) == INV_WRONG_PASSWORD, "%s", local);
        ck_assert_msg(site_login(site, local, cases[i].prepared), "%s", local);
        ck_assert_msg(site_login(site, local, cases[i].typed), "%s", local);
        ck_assert_msg(!site_login(site, local, SITE_PASSWORD), "%s", local);
    }
    if ((form->verifiers & INV_VERIFIERS_SCRAM) != 0)
        expect_match(dn, "authPassword", cases[i].prepared);
}

START_TEST(a_new_account_keeps_the_prepared_password)
{
    const struct form *form = &forms[_i];

    site_domain(site)->verifiers = form->verifiers;
    for (size_t i = 0; i < CASES; i++) {
        inv_token *token = site_invite(site, NULL, 1);
        char local[32];

        (void)snprintf(local, sizeof(local), "%s-%s", form->name, cases[i].name);
        redeem(token, local, cases[i].typed);
        expect(INV_OK);
        expect_kept(form, local, i);
        if ((form->verifiers & INV_VERIFIER_SERVER) != 0) {
            /* the same again, as typed and as prepared */
            redeem(token, local, cases[i].typed);
            expect(INV_OK);
            redeem(token, local, cases[i].prepared);
            expect(INV_OK);
        }
        inv_token_free(&token);
    }
}
END_TEST

START_TEST(a_reset_keeps_the_prepared_password)
{
    const struct form *form = &forms[_i];

    site_domain(site)->verifiers = form->verifiers;
    for (size_t i = 0; i < 2; i++) {
        inv_token *token;
        char local[32];

        (void)snprintf(local, sizeof(local), "r-%s-%s", form->name, cases[i].name);
        site_add_account(site, local);
        site_next_second();
        token = site_reset_invite(site, local);
        redeem(token, local, "a\ttab, and kettles");
        expect(INV_PASSWORD_REFUSED);
        redeem(token, local, cases[i].typed);
        expect(INV_OK);
        expect_kept(form, local, i);
        inv_token_free(&token);
    }
}
END_TEST

static const struct {
    const char *password;
    unsigned verifiers; /* whose passwords this is no good for; 0: all */
    const char *words;
} refused[] = {
    {"a\ttab, and kettles", 0, "cannot be used"},
    {"a\x01"
     "control, and kettles",
     0, "cannot be used"},
    {"\xc2\xad\xe2\x81\xa0", 0, "cannot be used"}, /* nothing is left */
    {"\xf0\x9f\x98\x80 and kettles", 0, "cannot be used"},
    {"kettles, a\xef\xbf\xbf", 0, "cannot be used"}, /* U+FFFF */
    {"caf\xe9 and kettles", 0, "UTF-8"},
    {"\xef\xbd\x9bSSHA\xef\xbd\x9d kettles", INV_VERIFIER_SERVER, "braces"},
};

START_TEST(what_cannot_be_prepared_is_refused_with_words)
{
    const struct form *form = &forms[_i];
    inv_token *token = site_invite(site, NULL, 1);
    char text[INV_TOKEN_LENGTH + 1];
    char hidden[64];

    site_domain(site)->verifiers = form->verifiers;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (refused[i].verifiers != 0 && (refused[i].verifiers & form->verifiers) == 0)
            continue;
        redeem(token, "refused", refused[i].password);
        expect(INV_PASSWORD_REFUSED);
        ck_assert_msg(strstr(verdict.text, refused[i].words) != NULL, "%s", verdict.text);
    }
    inv_token_write(token, text);
    (void)snprintf(hidden, sizeof(hidden), "\xc2\xad%s", text);
    redeem(token, "refused", hidden);
    expect(INV_PASSWORD_REFUSED);
    ck_assert_ptr_nonnull(strstr(verdict.text, "token"));
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
}
END_TEST

/* Made by somebody else, or by a release that kept what was typed. */
START_TEST(an_older_account_still_logs_in)
{
    site_domain(site)->verifiers = INV_VERIFIER_SERVER;
    site_add_account(site, "older");
    site_modify(site, "dn: uid=older," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword:: bmJzcMKgaW5zaWRlIHBhc3N3b3Jk\n"); /* as typed */
    ck_assert_int_eq(bind_as("older", cases[0].typed), INV_OK);
    ck_assert(site_login(site, "older", cases[0].typed));
    ck_assert(!site_login(site, "older", cases[0].prepared));
    site_modify(site, "dn: uid=older," SITE_PEOPLE
                      "\nchangetype: modify\nreplace: userPassword\nuserPassword:: YQli\n");
    ck_assert(site_login(site, "older", "a\tb")); /* cannot be prepared: as it is */
    ck_assert(!site_login(site, "older", "a b"));
}
END_TEST

/* Full-width letters are prepared to a token: that is not sent to the directory. */
START_TEST(a_token_is_never_proved)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_jid *name = site_name(site, "tokenless");
    inv_secret *password;
    char text[INV_TOKEN_LENGTH + 1];
    char wide[64];
    inv_call call;

    site_add_account(site, "tokenless");
    inv_token_write(token, text);
    (void)snprintf(wide, sizeof(wide), "\xef%c%c%s", text[0] < 0x60 ? 0xbc : 0xbd,
                   text[0] < 0x60 ? text[0] + 0x60 : text[0] + 0x20, text + 1);
    password = inv_secret_new(wide, strlen(wide));
    site_begin(site, &call, &verdict);
    ck_assert_int_eq(inv_account_login(&call, name, password), INV_WRONG_PASSWORD);
    inv_call_end(&call);
    ck_assert_str_eq(verdict.why, "a token is no password");
    inv_secret_free(&password);
    inv_jid_free(&name);
    inv_token_free(&token);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, a_new_account_keeps_the_prepared_password, 0, FORMS);
    tcase_add_loop_test(tests, a_reset_keeps_the_prepared_password, 0, FORMS);
    tcase_add_loop_test(tests, what_cannot_be_prepared_is_refused_with_words, 0, FORMS);
    tcase_add_test(tests, an_older_account_still_logs_in);
    tcase_add_test(tests, a_token_is_never_proved);
}

int main(void)
{
    Suite *suite = suite_create("password");
    TCase *tests = tcase_create("password");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
