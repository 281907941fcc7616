/* SPDX-License-Identifier: BSD-2-Clause */
/* libinvite.so in programs that call in an unusual order, or give it strange bytes. */
#include "config.h"

#include <check.h>
#include <malloc.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include <sasl/sasl.h>
#include <sasl/saslplug.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/descriptors.h"
#include "tests/support/sasl_fixture.h"

static void start(void)
{
    sasl_fixture_start();
    fixture_register("ada");
}

/* ------------------------------------------------------------------------------ order of calls */

/* An account is made only where sasl_setpass then says so. */
START_TEST(setpass_with_all_flags)
{
    const unsigned all =
        SASL_SET_CREATE | SASL_SET_DISABLE | SASL_SET_NOPLAIN | SASL_SET_CURMECH_ONLY;

    for (unsigned flags = 0; flags <= all; flags++) {
        const bool makes = (flags & (SASL_SET_NOPLAIN | SASL_SET_DISABLE)) == SASL_SET_NOPLAIN &&
                           (flags & SASL_SET_CURMECH_ONLY) == 0;
        int code = sasl_host_setpass(&host, "pia", SITE_PASSWORD, token, flags);

        ck_assert_msg(sasl_fixture_has("pia") == makes, "flags %x: %d", flags, code);
        ck_assert_msg((code == SASL_OK) == makes, "flags %x: %d", flags, code);
        if (!makes) {
            sasl_fixture_expect_unused();
            continue;
        }
        site_delete(site, "uid=pia," SITE_PEOPLE);
        sasl_fixture_invite();
    }
    /* without a token there is nothing to be changed */
    expect_code(sasl_host_setpass(&host, "pia", SITE_PASSWORD, NULL, SASL_SET_NOPLAIN), SASL_OK);
    expect_code(sasl_host_setpass(&host, "pia", SITE_PASSWORD, "", SASL_SET_NOPLAIN), SASL_OK);
    ck_assert(!sasl_fixture_has("pia"));
}
END_TEST

/* The mechanism of the connection sets the password alone, if the program wants that. */
START_TEST(setpass_by_the_mechanism_of_the_login)
{
    sasl_fixture_restart_with("scram_secret_generate: yes\n");
    expect_code(sasl_host_login(&host, MECHANISM, "rita", sasl_fixture_combined(SITE_PASSWORD)),
                SASL_OK);
    sasl_fixture_invite();
    expect_code(sasl_setpass(host.connection, "rosa", SITE_PASSWORD, strlen(SITE_PASSWORD), token,
                             (unsigned)strlen(token), SASL_SET_NOPLAIN | SASL_SET_CURMECH_ONLY),
                SASL_OK);
    ck_assert(sasl_fixture_has("rosa"));
}
END_TEST

/* The verifiers of SCRAM, which comes first, are refused, and sasl_setpass returns that. */
static const struct {
    const char *lines;
    bool makes;
} orders[] = {
    {"scram_secret_generate: yes\n", false},
    {"scram_secret_generate: on\nmech_list: SCRAM-SHA-256 " MECHANISM "\n", false},
    {"scram_secret_generate: yes\nmech_list: PLAIN " MECHANISM " SCRAM-SHA-256\n", true},
    {"scram_secret_generate: no\nmech_list: SCRAM-SHA-256 " MECHANISM "\n", true},
};

START_TEST(setpass_beside_scram)
{
    char local[16];
    int code;

    (void)snprintf(local, sizeof(local), "sam%d", _i);
    sasl_fixture_restart_with(orders[_i].lines);
    code = sasl_host_setpass(&host, local, SITE_PASSWORD, token, SASL_SET_NOPLAIN);
    ck_assert_msg((code == SASL_OK) == orders[_i].makes, "%d\n%s", code, sasl_host_log());
    ck_assert(sasl_fixture_has(local) == orders[_i].makes);
    if (!orders[_i].makes) {
        ck_assert_uint_eq(sasl_host_count("result=CONFIG"), 1);
        sasl_fixture_expect_unused();
    }
}
END_TEST

/* Connections that the program has not ended; libsasl2 itself cannot do that after sasl_done. */
static sasl_conn_t *left[3];

/* The library is found in two folders, begun twice, and ends with a connection left. */
START_TEST(begun_and_ended)
{
    const char *folder = sasl_host_folder();
    char twice[600];
    unsigned long sum = 0;
    size_t count;

    sasl_fixture_end();
    count = descriptors_sockets(&sum);
    (void)snprintf(twice, sizeof(twice), "%s:%s", folder, folder);
    ck_assert_int_eq(setenv("SASL_PATH", twice, 1), 0);
    for (int i = 0; i < 3; i++) {
        sasl_fixture_begin();
        ck_assert_int_eq(sasl_server_init(NULL, "another"), SASL_OK);
        ck_assert_int_eq(sasl_client_init(NULL), SASL_OK);
        expect_code(sasl_fixture_login("ada"), SASL_OK);
        ck_assert_int_eq(sasl_idle(host.connection), 0);
        sasl_done();
        expect_code(sasl_fixture_login("ada"), SASL_OK);
        left[i] = host.connection;
        host.connection = NULL;
        sasl_host_stop();
        ck_assert_uint_eq(descriptors_sockets(&sum), count);
    }
    ck_assert_int_eq(setenv("SASL_PATH", folder, 1), 0);
    sasl_fixture_begin();
}
END_TEST

START_TEST(not_in_slapd)
{
    static const char *asked[] = {"authPassword", NULL};

    sasl_fixture_end();
    sasl_host_start_as("slapd", sasl_host_options(slapd_conf_path(site->slapd), ""));
    host.requests = asked;
    expect_code(sasl_fixture_login("ada"), SASL_NOUSER);
    expect_code(sasl_fixture_login("ada"), SASL_NOUSER);
    ck_assert_uint_eq(sasl_host_count("does not serve slapd"), 1);
    ck_assert(!sasl_host_offers(&host, MECHANISM));
    expect_code(sasl_host_setpass(&host, "tim", sasl_fixture_combined(SITE_PASSWORD), NULL,
                                  SASL_SET_CREATE),
                SASL_BADAUTH);
    expect_code(sasl_host_setpass(&host, "tim", SITE_PASSWORD, token, SASL_SET_NOPLAIN), SASL_OK);
    ck_assert(!sasl_fixture_has("tim"));
    ck_assert_uint_eq(sasl_host_count("result="), 0);
}
END_TEST

/* ------------------------------------------------------------------------------- strange bytes */

static char *long_text(size_t length)
{
    char *text = calloc(length + 1, 1);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', length);
    return text;
}

static void without_leaks_begin(void)
{
#ifdef __SANITIZE_ADDRESS__
    __lsan_disable();
#endif
}

static void without_leaks_end(void)
{
#ifdef __SANITIZE_ADDRESS__
    __lsan_enable();
#endif
}

START_TEST(strange_names)
{
    static const char *const names[] = {
        "ada@", "@example.org",          "@", "ada@example.org@x", "\xff\xfe",
        "a\nb", "ada@elsewhere.example", "*", "(uid=ada)",         ""};
    char *far_too_long = long_text(5000);
    char *long_realm = long_text(900);
    static char message[8192];
    size_t length;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_msg(sasl_fixture_login(names[i]) != SASL_OK, "%s", names[i]);
    /* libsasl2 itself loses the memory of a name that it finds too long */
    without_leaks_begin();
    ck_assert_int_ne(sasl_fixture_login(far_too_long), SASL_OK);
    without_leaks_end();
    expect_code(sasl_fixture_login("ADA@EXAMPLE.ORG"), SASL_OK);
    ck_assert_str_eq(host.user, "ADA@EXAMPLE.ORG"); /* libsasl2 leaves it as it came */
    host.realm = long_realm;
    ck_assert_int_ne(sasl_fixture_login("ada"), SASL_OK);
    host.realm = "example.org";
    length = (size_t)snprintf(message, sizeof(message), "%c%s%c%s%c%s", 0, far_too_long, 0, token,
                              0, SITE_PASSWORD);
    expect_code(sasl_host_message(&host, MECHANISM, message, length), SASL_BADPARAM);
    sasl_fixture_expect_unused();
    free(far_too_long);
    free(long_realm);
}
END_TEST

/* Clients are not asked who they are before this: none may take memory that is not given back. */
START_TEST(long_names_lose_no_memory)
{
    enum { TIMES = 100, ALLOWED = TIMES * 300 };
    static const size_t lengths[] = {1000, 1008, 1009, 1010, 1011, 1012, 1013,
                                     1020, 1023, 1024, 1025, 1100, 2000, 4000};
    static char message[8192];

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        char *name = long_text(lengths[i]);
        size_t length = (size_t)snprintf(message, sizeof(message), "%c%s%c%s%c%s", 0, name, 0,
                                         token, 0, SITE_PASSWORD);
        size_t before = 0;

        free(name);
        for (int time = 0; time <= TIMES; time++) {
            ck_assert_int_ne(sasl_host_message(&host, MECHANISM, message, length), SASL_OK);
            if (time == 0)
                before = mallinfo2().uordblks;
        }
        ck_assert_msg(mallinfo2().uordblks < before + ALLOWED, "a name of %zu bytes: %zu lost",
                      lengths[i], mallinfo2().uordblks - before);
    }
}
END_TEST

/* Every beginning of a message, and one with more behind. */
START_TEST(cut_messages)
{
    char message[128];
    size_t length = (size_t)snprintf(message, sizeof(message), "%culla%c%s%cx", 0, 0, token, 0);

    for (size_t cut = 0; cut < length; cut++)
        expect_code(sasl_host_message(&host, MECHANISM, message, cut), SASL_BADPROT);
    expect_code(sasl_host_message(&host, MECHANISM, message, length), SASL_WEAKPASS);
    expect_code(sasl_host_message(&host, MECHANISM, message, length + 1), SASL_BADPROT);
    /* the password of setpass may have any bytes */
    (void)sasl_host_offers(&host, MECHANISM);
    expect_code(sasl_setpass(host.connection, "ulla", "long enough\0and more", 20, token,
                             INV_TOKEN_LENGTH, SASL_SET_NOPLAIN),
                SASL_WEAKPASS);
    sasl_fixture_expect_unused();
    ck_assert(!sasl_fixture_has("ulla"));
}
END_TEST

#define PROPERTIES 300
#define BIG        60000

START_TEST(huge_properties)
{
    static const char *asked[PROPERTIES + 4];
    static char names[PROPERTIES][32];
    char *big = long_text(BIG);

    for (size_t i = 0; i < PROPERTIES; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "unknown-property-%zu", i);
        asked[i] = names[i];
    }
    asked[PROPERTIES] = "description";
    asked[PROPERTIES + 1] = "*description";
    asked[PROPERTIES + 2] = "mail";
    site_modify(site,
                "dn: uid=ada," SITE_PEOPLE "\nchangetype: modify\nreplace: description\n"
                "description: %s\n",
                big);
    sasl_fixture_restart_with("invite_attributes: mail description\n");
    host.requests = asked;
    expect_code(sasl_fixture_login("ada"), SASL_OK);
    ck_assert_str_eq(sasl_host_property(&host, "description", 0), big);
    ck_assert_str_eq(sasl_host_property(&host, "*description", 0), big);
    ck_assert_str_eq(sasl_host_property(&host, "mail", 0), "ada@example.org");
    ck_assert_ptr_null(sasl_host_property(&host, "unknown-property-0", 0));
    free(big);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_misuse");
    TCase *group = sasl_fixture_case("calls", 240, start);

    tcase_add_test(group, setpass_with_all_flags);
    tcase_add_test(group, setpass_by_the_mechanism_of_the_login);
    tcase_add_loop_test(group, setpass_beside_scram, 0, 4);
    tcase_add_test(group, begun_and_ended);
    tcase_add_test(group, not_in_slapd);
    tcase_add_test(group, strange_names);
    tcase_add_test(group, long_names_lose_no_memory);
    tcase_add_test(group, cut_messages);
    tcase_add_test(group, huge_properties);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
