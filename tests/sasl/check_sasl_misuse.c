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
#include <sys/stat.h>

#include "tests/support/fixture.h"
#include "tests/support/sasl_host.h"

#define MECHANISM "X-INVITE-TOKEN"

static const char *folder;
static sasl_host host;
static char token[INV_TOKEN_LENGTH + 1];

static void keep_text(inv_token *made)
{
    inv_token_write(made, token);
    inv_token_free(&made);
}

/* With ada, who was registered by an invite. */
static void start(void)
{
    static const char *const options[] = {"--conf", NULL};
    inv_token *made;

    fixture_start_aged_with(&(struct site_settings){
        .slapd_options = options,
        .domain_lines = "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n",
        .log_lines = "to = stderr\nlevel = notice"});
    site_show_verifiers(site);
    made = site_invite(site, NULL, 1);
    redeem(made, "ada", SITE_PASSWORD);
    expect(INV_OK);
    inv_token_free(&made);
}

static const char *lines_with(const char *conf, const char *lines)
{
    static char text[2048];

    (void)snprintf(text, sizeof(text), "invite_conf: %s\nauxprop_plugin: invite\n%s", conf, lines);
    return text;
}

static void begin_with(const char *lines)
{
    sasl_host_start(lines_with(slapd_conf_path(site->slapd), lines));
    host = (sasl_host){.realm = "example.org"};
}

static void begin(void)
{
    begin_with("");
    keep_text(site_invite(site, NULL, 1));
}

static void end(void)
{
    sasl_host_end(&host);
    sasl_host_stop();
}

static void restart_with(const char *lines)
{
    end();
    begin_with(lines);
}

static int login(const char *user)
{
    return sasl_host_login(&host, "SCRAM-SHA-256", user, SITE_PASSWORD);
}

static void expect_code_in(int line, int got, int wanted)
{
    ck_assert_msg(got == wanted, "line %d: %d, not %d: %s\n%s", line, got, wanted, host.words,
                  sasl_host_log());
}
#define expect_code(call, wanted) expect_code_in(__LINE__, call, wanted)

static bool is_there(const char *local)
{
    return site_count(site, SITE_PEOPLE, "(uid=%s)", local) == 1;
}

static void expect_kept(void)
{
    inv_token *parsed = NULL;

    ck_assert_int_eq(inv_token_parse(site->context->keys, "example.org", token, strlen(token),
                                     &parsed, &verdict),
                     INV_OK);
    site_expect(site, parsed, 1, 0, 0, 0, 0);
    inv_token_free(&parsed);
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

        ck_assert_msg(is_there("pia") == makes, "flags %x: %d", flags, code);
        ck_assert_msg((code == SASL_OK) == makes, "flags %x: %d", flags, code);
        if (!makes) {
            expect_kept();
            continue;
        }
        site_delete(site, "uid=pia," SITE_PEOPLE);
        keep_text(site_invite(site, NULL, 1));
    }
    /* without a token there is nothing to be changed */
    expect_code(sasl_host_setpass(&host, "pia", SITE_PASSWORD, NULL, SASL_SET_NOPLAIN), SASL_OK);
    expect_code(sasl_host_setpass(&host, "pia", SITE_PASSWORD, "", SASL_SET_NOPLAIN), SASL_OK);
    ck_assert(!is_there("pia"));
}
END_TEST

/* The mechanism of the connection sets the password alone, if the program wants that. */
START_TEST(setpass_by_the_mechanism_of_the_login)
{
    char text[128];

    restart_with("scram_secret_generate: yes\n");
    (void)snprintf(text, sizeof(text), "%s:%s", token, SITE_PASSWORD);
    expect_code(sasl_host_login(&host, MECHANISM, "rita", text), SASL_OK);
    keep_text(site_invite(site, NULL, 1));
    expect_code(sasl_setpass(host.connection, "rosa", SITE_PASSWORD, strlen(SITE_PASSWORD), token,
                             (unsigned)strlen(token), SASL_SET_NOPLAIN | SASL_SET_CURMECH_ONLY),
                SASL_OK);
    ck_assert(is_there("rosa"));
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
    restart_with(orders[_i].lines);
    code = sasl_host_setpass(&host, local, SITE_PASSWORD, token, SASL_SET_NOPLAIN);
    ck_assert_msg((code == SASL_OK) == orders[_i].makes, "%d\n%s", code, sasl_host_log());
    ck_assert(is_there(local) == orders[_i].makes);
    if (!orders[_i].makes) {
        ck_assert_uint_eq(sasl_host_count("result=CONFIG"), 1);
        expect_kept();
    }
}
END_TEST

static int sockets(void)
{
    int count = 0;

    for (int number = 3; number < 256; number++) {
        struct stat each;

        count += fstat(number, &each) == 0 && S_ISSOCK(each.st_mode) ? 1 : 0;
    }
    return count;
}

/* Connections that the program has not ended; libsasl2 itself cannot do that after sasl_done. */
static sasl_conn_t *left[3];

/* The library is found in two folders, begun twice, and ends with a connection left. */
START_TEST(begun_and_ended)
{
    char twice[600];
    int count;

    end();
    count = sockets();
    (void)snprintf(twice, sizeof(twice), "%s:%s", folder, folder);
    ck_assert_int_eq(setenv("SASL_PATH", twice, 1), 0);
    for (int i = 0; i < 3; i++) {
        begin();
        ck_assert_int_eq(sasl_server_init(NULL, "another"), SASL_OK);
        ck_assert_int_eq(sasl_client_init(NULL), SASL_OK);
        expect_code(login("ada"), SASL_OK);
        ck_assert_int_eq(sasl_idle(host.connection), 0);
        sasl_done();
        expect_code(login("ada"), SASL_OK);
        left[i] = host.connection;
        host.connection = NULL;
        sasl_host_stop();
        ck_assert_int_eq(sockets(), count);
    }
    ck_assert_int_eq(setenv("SASL_PATH", folder, 1), 0);
    begin();
}
END_TEST

START_TEST(not_in_slapd)
{
    static const char *asked[] = {"authPassword", NULL};
    char text[128];

    end();
    sasl_host_start_as("slapd", lines_with(slapd_conf_path(site->slapd), ""));
    host.requests = asked;
    expect_code(login("ada"), SASL_NOUSER);
    expect_code(login("ada"), SASL_NOUSER);
    ck_assert_uint_eq(sasl_host_count("does not serve slapd"), 1);
    ck_assert(!sasl_host_offers(&host, MECHANISM));
    (void)snprintf(text, sizeof(text), "%s:%s", token, SITE_PASSWORD);
    expect_code(sasl_host_setpass(&host, "tim", text, NULL, SASL_SET_CREATE), SASL_BADAUTH);
    expect_code(sasl_host_setpass(&host, "tim", SITE_PASSWORD, token, SASL_SET_NOPLAIN), SASL_OK);
    ck_assert(!is_there("tim"));
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
        ck_assert_msg(login(names[i]) != SASL_OK, "%s", names[i]);
    /* libsasl2 itself loses the memory of a name that it finds too long */
    without_leaks_begin();
    ck_assert_int_ne(login(far_too_long), SASL_OK);
    without_leaks_end();
    expect_code(login("ADA@EXAMPLE.ORG"), SASL_OK);
    ck_assert_str_eq(host.user, "ADA@EXAMPLE.ORG"); /* libsasl2 leaves it as it came */
    host.realm = long_realm;
    ck_assert_int_ne(login("ada"), SASL_OK);
    host.realm = "example.org";
    length = (size_t)snprintf(message, sizeof(message), "%c%s%c%s%c%s", 0, far_too_long, 0, token,
                              0, SITE_PASSWORD);
    expect_code(sasl_host_message(&host, MECHANISM, message, length), SASL_BADPARAM);
    expect_kept();
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
    expect_kept();
    ck_assert(!is_there("ulla"));
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
    restart_with("invite_attributes: mail description\n");
    host.requests = asked;
    expect_code(login("ada"), SASL_OK);
    ck_assert_str_eq(sasl_host_property(&host, "description", 0), big);
    ck_assert_str_eq(sasl_host_property(&host, "*description", 0), big);
    ck_assert_str_eq(sasl_host_property(&host, "mail", 0), "ada@example.org");
    ck_assert_ptr_null(sasl_host_property(&host, "unknown-property-0", 0));
    free(big);
}
END_TEST

static TCase *group_of(const char *name)
{
    TCase *group = tcase_create(name);

    tcase_set_timeout(group, 240);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, end);
    return group;
}

int main(void)
{
    Suite *suite = suite_create("sasl_misuse");
    TCase *group = group_of("calls");
    int status;

    folder = sasl_host_prepare();
    if (folder == NULL) {
        puts("1..0 # SKIP no libsasl2 with its plugins (libsasl2-modules, libsasl2-modules-db)");
        return 0;
    }
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
    status = suite_run(suite);
    sasl_host_remove();
    return status;
}
