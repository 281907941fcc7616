/* SPDX-License-Identifier: BSD-2-Clause */
/* What of libinvite.so needs no libsasl2: options, the table from results to codes, the message. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/sasl/message.h"
#include "plugins/sasl/options.h"
#include "plugins/sasl/outcome.h"
#include "plugins/sasl/redeemed.h"
#include "tests/support/suite.h"

/* What each result is for libsasl2, a row a line. */
static const struct {
    inv_result result;
    int lookup, store, mechanism;
} table[] = {
    {INV_OK, SASL_OK, SASL_OK, SASL_OK},
    {INV_BAD_TOKEN, SASL_BADAUTH, SASL_BADAUTH, SASL_BADAUTH},
    {INV_NAME_TAKEN, SASL_NOAUTHZ, SASL_BADAUTH, SASL_NOAUTHZ},
    {INV_NAME_INVALID, SASL_NOUSER, SASL_BADAUTH, SASL_BADPARAM},
    {INV_NAME_RESERVED, SASL_NOAUTHZ, SASL_BADAUTH, SASL_NOAUTHZ},
    {INV_NOT_ALLOWED, SASL_NOAUTHZ, SASL_BADAUTH, SASL_NOAUTHZ},
    {INV_PASSWORD_REFUSED, SASL_WEAKPASS, SASL_WEAKPASS, SASL_WEAKPASS},
    {INV_NOT_OURS, SASL_BADAUTH, SASL_BADAUTH, SASL_BADAUTH},
    {INV_WRONG_PASSWORD, SASL_BADAUTH, SASL_BADAUTH, SASL_BADAUTH},
    {INV_NO_ACCOUNT, SASL_NOUSER, SASL_NOUSER, SASL_NOUSER},
    {INV_ACCOUNT_EXPIRED, SASL_EXPIRED, SASL_EXPIRED, SASL_EXPIRED},
    {INV_THROTTLED, SASL_UNAVAIL, SASL_UNAVAIL, SASL_UNAVAIL},
    {INV_DIRECTORY_DOWN, SASL_UNAVAIL, SASL_UNAVAIL, SASL_UNAVAIL},
    {INV_TIMEOUT, SASL_UNAVAIL, SASL_UNAVAIL, SASL_UNAVAIL},
    {INV_CONFIG, SASL_UNAVAIL, SASL_CONFIGERR, SASL_CONFIGERR},
    {INV_NO_MEMORY, SASL_NOMEM, SASL_NOMEM, SASL_NOMEM},
};
#define ROWS (sizeof(table) / sizeof(table[0]))

START_TEST(every_result_has_the_code_of_the_design)
{
    for (size_t i = 0; i < ROWS; i++) {
        ck_assert_int_eq(inv_sasl_code(table[i].result, INV_SASL_LOOKUP), table[i].lookup);
        ck_assert_int_eq(inv_sasl_code(table[i].result, INV_SASL_STORE), table[i].store);
        ck_assert_int_eq(inv_sasl_code(table[i].result, INV_SASL_MECHANISM), table[i].mechanism);
        ck_assert_int_ne(table[i].store, SASL_CONSTRAINT_VIOLAT);
    }
    ck_assert_uint_eq(ROWS, INV_ACCOUNT_EXPIRED - INV_NO_MEMORY + 1);
}
END_TEST

START_TEST(what_is_no_result_fails_closed)
{
    ck_assert_int_eq(inv_sasl_code((inv_result)99, INV_SASL_MECHANISM), SASL_CONFIGERR);
    ck_assert_int_eq(inv_sasl_code((inv_result)-99, INV_SASL_STORE), SASL_CONFIGERR);
    ck_assert_int_eq(inv_sasl_code((inv_result)99, INV_SASL_LOOKUP), SASL_UNAVAIL);
}
END_TEST

START_TEST(what_an_account_is)
{
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_FRESH), SASL_OK);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_NONE), SASL_OK);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_STALE), SASL_OK);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_NO_ACCOUNT), SASL_NOUSER);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_SEVERAL), SASL_NOUSER);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_LOCKED), SASL_DISABLED);
    ck_assert_int_eq(inv_sasl_account_code(INV_VERIFIERS_EXPIRED), SASL_EXPIRED);
}
END_TEST

/* ------------------------------------------------------------------------------------- options */

/* "option" and its value, one behind the other. As libsasl2, it leaves what it has not alone. */
static int get_option(void *context, const char *plugin, const char *option, const char **value,
                      unsigned *length)
{
    const char *const *words = context;

    ck_assert_str_eq(plugin, "invite");
    for (; *words != NULL; words += 2) {
        if (strcmp(words[0], option) == 0) {
            *value = words[1];
            *length = (unsigned)strlen(words[1]);
            return SASL_OK;
        }
    }
    return SASL_FAIL;
}

static inv_result read_options(const char *const *words, inv_sasl_options *options,
                               inv_verdict *verdict)
{
    const sasl_utils_t utils = {
        .getopt = get_option,
        .getopt_context = (void *)(size_t)words,
    };

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    return inv_sasl_options_read(&utils, options, verdict);
}

START_TEST(without_options_it_is_not_configured)
{
    const char *const none[] = {NULL};
    inv_sasl_options options;
    inv_verdict verdict;

    ck_assert_int_eq(read_options(none, &options, &verdict), INV_OK);
    ck_assert(!options.configured);
    ck_assert(!options.plaintext);
    ck_assert_ptr_null(options.conf);
    ck_assert(!inv_sasl_options_serve(&options, "mail"));
    inv_sasl_options_clear(&options);
}
END_TEST

START_TEST(all_options)
{
    const char *const words[] = {
        "invite_conf", "/etc/x", "invite_attributes", "mail, uidNumber\tx-y", "invite_plaintext",
        "Yes",         NULL};
    inv_sasl_options options;
    inv_verdict verdict;

    ck_assert_int_eq(read_options(words, &options, &verdict), INV_OK);
    ck_assert(options.configured);
    ck_assert(options.plaintext);
    ck_assert_str_eq(options.conf, "/etc/x");
    ck_assert(inv_sasl_options_serve(&options, "MAIL"));
    ck_assert(inv_sasl_options_serve(&options, "uidnumber"));
    ck_assert(inv_sasl_options_serve(&options, "x-y"));
    ck_assert(!inv_sasl_options_serve(&options, "userPassword"));
    inv_sasl_options_clear(&options);
}
END_TEST

/* One alone makes it configured, also when its value is not possible. */
static const char *const wrong[][2] = {
    {"invite_conf", "etc/x"},
    {"invite_conf", ""},
    {"invite_plaintext", "perhaps"},
    {"invite_plaintext", ""},
    {"invite_attributes", "mail userPassword"},
    {"invite_attributes", "USERPASSWORD"},
    {"invite_attributes", "userPassword;binary"},
    {"invite_attributes", "2.5.4.35"},
    {"invite_attributes", "authPassword"},
    {"invite_attributes", "pwdHistory"},
    {"invite_attributes", "passwordHistory"},
    {"invite_attributes", "*"},
    {"invite_attributes", "+"},
    {"invite_attributes", "1.1"},
    {"invite_attributes", "mail)(x=*"},
    {"invite_attributes", "a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a"},
};

START_TEST(a_wrong_value_is_an_error)
{
    const char *const words[] = {wrong[_i][0], wrong[_i][1], NULL};
    inv_sasl_options options;
    inv_verdict verdict;

    ck_assert_int_eq(read_options(words, &options, &verdict), INV_CONFIG);
    ck_assert(options.configured);
    ck_assert_ptr_nonnull(strstr(verdict.why, words[0]));
    inv_sasl_options_clear(&options);
}
END_TEST

/* --------------------------------------------------------------------------------- the message */

#define PARSE(text, message) inv_sasl_message_parse(text, sizeof(text) - 1, message)

START_TEST(a_message)
{
    inv_sasl_message message;

    ck_assert(PARSE("alice\0bob\0TOKEN\0a:b c", &message));
    ck_assert_uint_eq(message.authzid.length, 5);
    ck_assert_str_eq(message.authzid.bytes, "alice");
    ck_assert_str_eq(message.authcid.bytes, "bob");
    ck_assert_str_eq(message.token.bytes, "TOKEN");
    ck_assert_uint_eq(message.password.length, 5);
    ck_assert_mem_eq(message.password.bytes, "a:b c", 5);
    ck_assert(PARSE("\0bob\0TOKEN\0p", &message));
    ck_assert_uint_eq(message.authzid.length, 0);
}
END_TEST

START_TEST(no_message)
{
    static char huge[INV_SASL_MESSAGE_MAX + 1];
    inv_sasl_message message;

    memset(huge, 'x', sizeof(huge));
    memcpy(huge, "\0bob\0TOKEN", 11);
    ck_assert(inv_sasl_message_parse(huge, sizeof(huge) - 1, &message));
    ck_assert(!inv_sasl_message_parse(huge, sizeof(huge), &message));
    ck_assert(!inv_sasl_message_parse(NULL, 0, &message));
    ck_assert(!inv_sasl_message_parse("", 0, &message));
    ck_assert(!PARSE("bob", &message));
    ck_assert(!PARSE("\0", &message));
    ck_assert(!PARSE("\0bob\0TOKEN", &message));
    ck_assert(!PARSE("\0bob\0TOKEN\0", &message));
    ck_assert(!PARSE("\0\0TOKEN\0p", &message));
    ck_assert(!PARSE("\0bob\0\0p", &message));
    ck_assert(!PARSE("\0bob\0TOKEN\0p\0", &message));
    ck_assert(!PARSE("\0bob\0TOKEN\0p\0q", &message));
    ck_assert(!PARSE("\0\0\0\0", &message));
}
END_TEST

START_TEST(redemptions_are_remembered)
{
    ck_assert(!inv_sasl_redeemed_lately(""));
    ck_assert(!inv_sasl_redeemed_lately("bob@example.org"));
    inv_sasl_redeemed_set("bob@example.org");
    ck_assert(inv_sasl_redeemed_lately("bob@example.org"));
    ck_assert(!inv_sasl_redeemed_lately("bo@example.org"));
    inv_sasl_redeemed_set("carol@example.org");
    ck_assert(inv_sasl_redeemed_lately("carol@example.org"));
    ck_assert(inv_sasl_redeemed_lately("bob@example.org"));
    inv_sasl_redeemed_forget();
    ck_assert(!inv_sasl_redeemed_lately("bob@example.org"));
    ck_assert(!inv_sasl_redeemed_lately("carol@example.org"));
}
END_TEST

/* Names of several threads, among them many at once; each finds those of the others. */
static void *redeem_many(void *number)
{
    char jid[64];

    for (int i = 0; i < 200; i++) {
        (void)snprintf(jid, sizeof(jid), "bob%d-%d@example.org", *(const int *)number, i);
        inv_sasl_redeemed_set(jid);
        if (!inv_sasl_redeemed_lately(jid))
            return NULL;
    }
    return number;
}

START_TEST(of_all_threads)
{
    pthread_t threads[4];
    int numbers[4];
    char jid[64];

    for (int i = 0; i < 4; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, redeem_many, &numbers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *done = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &done), 0);
        ck_assert_ptr_nonnull(done);
    }
    for (int i = 0; i < 800; i++) {
        (void)snprintf(jid, sizeof(jid), "bob%d-%d@example.org", i / 200, i % 200);
        ck_assert_msg(inv_sasl_redeemed_lately(jid), "%s", jid);
    }
    ck_assert(!inv_sasl_redeemed_lately("bob4-0@example.org"));
    inv_sasl_redeemed_forget();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_table");
    TCase *group = tcase_create("table");

    tcase_add_test(group, every_result_has_the_code_of_the_design);
    tcase_add_test(group, what_is_no_result_fails_closed);
    tcase_add_test(group, what_an_account_is);
    suite_add_tcase(suite, group);
    group = tcase_create("options");
    tcase_add_test(group, without_options_it_is_not_configured);
    tcase_add_test(group, all_options);
    tcase_add_loop_test(group, a_wrong_value_is_an_error, 0, sizeof(wrong) / sizeof(wrong[0]));
    suite_add_tcase(suite, group);
    group = tcase_create("message");
    tcase_add_test(group, a_message);
    tcase_add_test(group, no_message);
    tcase_add_test(group, redemptions_are_remembered);
    tcase_add_test(group, of_all_threads);
    suite_add_tcase(suite, group);
    return suite_run(suite);
}
