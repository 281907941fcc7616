/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever the locale of the host: the same names, keys and attributes. */
#include "config.h"

#include <check.h>
#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/config.h"
#include "invitegate/directory.h"
#include "invitegate/jid.h"
#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define PASSWORD     "Seventeen-green-kettles!"

/* Letters that nodeprep keeps and that look like those of a reserved name. */
static const char dotless_admin[] = "adm\xc4\xb1n";  /* U+0131 */
static const char alpha_admin[] = "\xc9\x91\x64min"; /* U+0251 */

static const char *program;
static char folder[] = "/tmp/check_locale.XXXXXX";

static const char *const locales[] = {"en_US.UTF-8", "tr_TR.UTF-8"};

/* A host whose C library came without C.UTF-8. */
static bool without_c_utf8;

locale_t __real_newlocale(int mask, const char *name, locale_t base);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    if (without_c_utf8 && strcmp(name, "C.UTF-8") == 0)
        return (locale_t)0;
    return __real_newlocale(mask, name, base);
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    char command[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    if (system(command) == 0)
        return;
    (void)fprintf(stderr, "failed: %s\n", command);
    exit(EXIT_FAILURE);
}

static void make_locales(void)
{
    if (mkdtemp(folder) == NULL)
        exit(EXIT_FAILURE);
    run("cd %s && localedef -i en_US -f UTF-8 ./en_US.UTF-8 && "
        "localedef -i tr_TR -f UTF-8 ./tr_TR.UTF-8",
        folder);
}

/* Loads a locale from the folder. A host's own lie where the C library looks for them, so LOCPATH
 * goes again: newlocale(3) of glibc 2.36 loses the memory of a search path that came from there. */
static bool load_locale(const char *name)
{
    bool loaded = setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, name) != NULL;

    return unsetenv("LOCPATH") == 0 && loaded;
}

/* From here on the process of the test is a host with this locale. */
static void become_host(int host)
{
    ck_assert_msg(load_locale(locales[host]), "no locale %s in %s", locales[host], folder);
}

/* What the tests below are about: without care the locale decides. */
START_TEST(these_locales_do_differ)
{
    regex_t pattern;

    become_host(_i);
    ck_assert_int_eq(regcomp(&pattern, "^[a-z]+$", REG_EXTENDED), 0);
    if (_i == 0)
        ck_assert_int_eq(regexec(&pattern, dotless_admin, 0, NULL, 0), 0);
    else
        ck_assert_int_ne(tolower('I'), 'i'); /* as strcasecmp does, but for AddressSanitizer's */
    regfree(&pattern);
}
END_TEST

static inv_config *read_config(const char *path)
{
    inv_config *config = NULL;

    ck_assert_msg(inv_config_read(path, &config, &verdict) == INV_OK, "%s", verdict.why);
    return config;
}

static inv_result prepare(const inv_config *config, const char *local)
{
    inv_jid *name = NULL;
    inv_result result = inv_jid_prepare(&config->domains[0], local, strlen(local), &name, &verdict);

    inv_jid_free(&name);
    return result;
}

START_TEST(the_default_pattern_means_ascii)
{
    static const char *const good[] = {"alina", "Alina", "ILIAS", "istanbul", "zoe", "a.b-c_9"};
    inv_config *config;

    become_host(_i);
    config = read_config(pam_site_conf());
    for (int i = 0; i < COUNT(good); i++)
        ck_assert_msg(prepare(config, good[i]) == INV_OK, "%s", good[i]);
    ck_assert_int_eq(prepare(config, dotless_admin), INV_NAME_INVALID);
    ck_assert_int_eq(prepare(config, alpha_admin), INV_NAME_INVALID);
    ck_assert_int_eq(prepare(config, "\xc3\xa9va"), INV_NAME_INVALID);
    inv_config_free(&config);
}
END_TEST

/* An administrator's pattern is of characters, not of bytes. */
START_TEST(a_pattern_beyond_ascii)
{
    const char *path =
        pam_site_conf_with("umlauts.conf", "name_pattern", "^[a-z\xc3\xa4\xc3\xb6\xc3\xbc]{1,4}$");
    inv_config *config;

    become_host(_i);
    config = read_config(path);
    ck_assert_int_eq(prepare(config, "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), INV_OK);
    ck_assert_int_eq(prepare(config, "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), INV_NAME_INVALID);
    ck_assert_int_eq(prepare(config, "\xc3\xa9"), INV_NAME_INVALID);
    inv_config_free(&config);
    config = read_config(pam_site_conf_with("dots.conf", "name_pattern", "^.{3}$"));
    ck_assert_int_eq(prepare(config, "\xc3\xa9va"), INV_OK);
    ck_assert_int_eq(prepare(config, "\xc3\xa9v"), INV_NAME_INVALID);
    inv_config_free(&config);
}
END_TEST

static int require(bool holds, const char *what)
{
    if (!holds)
        (void)fprintf(stderr, "without C.UTF-8: %s\n", what);
    return holds ? 0 : 1;
}

/* In a process of its own, which the locale was not looked for in before. */
static int on_a_host_without_c_utf8(const char *locale, const char *ascii, const char *dots,
                                    const char *umlauts)
{
    inv_config *config = NULL;
    int faults = 0;

    without_c_utf8 = true;
    faults += require(load_locale(locale), locale);
    faults += require(inv_config_read(umlauts, &config, &verdict) == INV_CONFIG, "taken");
    faults += require(strstr(verdict.why, "C.UTF-8") != NULL, verdict.why);
    inv_config_free(&config);
    if (inv_config_read(ascii, &config, &verdict) != INV_OK)
        return require(false, verdict.why);
    faults += require(prepare(config, "alina") == INV_OK, "alina");
    faults += require(prepare(config, dotless_admin) == INV_NAME_INVALID, dotless_admin);
    inv_config_free(&config);
    if (inv_config_read(dots, &config, &verdict) != INV_OK)
        return require(false, verdict.why);
    faults += require(prepare(config, "eva") == INV_OK, "eva");
    faults += require(prepare(config, "\xc3\xa9va") == INV_NAME_INVALID, "three letters");
    faults += require(prepare(config, "\xc3\xa9v") == INV_NAME_INVALID, "three bytes");
    inv_config_free(&config);
    return faults;
}

START_TEST(without_c_utf8_nothing_beyond_ascii_passes)
{
    const char *dots = pam_site_conf_with("dots.conf", "name_pattern", "^.{3}$");
    char kept[256];

    (void)snprintf(kept, sizeof(kept), "%s", dots);
    run("%s %s %s %s %s %s", program, folder, locales[_i], pam_site_conf(), kept,
        pam_site_conf_with("umlauts.conf", "name_pattern", "^[a-z\xc3\xa4]+$"));
}
END_TEST

START_TEST(keys_and_attributes_have_no_case)
{
    inv_entry *entry = inv_entry_new("inviteId=1");
    inv_invite_type type = INV_INVITE_ACCOUNT;
    inv_config *config;
    char path[64];

    run("umask 077 && sed 's/^invites/INVITES/' %s >%s/capitals.conf", pam_site_conf(), folder);
    (void)snprintf(path, sizeof(path), "%s/capitals.conf", folder);
    become_host(_i);
    config = read_config(path);
    ck_assert_ptr_nonnull(strstr(config->domains[0].invites, "ou=invites"));
    inv_config_free(&config);
    ck_assert(inv_entry_append(entry, "INVITEID", "ALICE", 5));
    ck_assert_str_eq(inv_entry_text(entry, "inviteId"), "ALICE");
    ck_assert(inv_entry_has(entry, "inviteid", "alice"));
    ck_assert(inv_ascii_contains("( 1.2 NAME 'x' MAY ( INVITETERMS ) )", "inviteTerms"));
    ck_assert(inv_ascii_contains("inviteTerms", "INVITETERMS"));
    ck_assert(inv_ascii_contains("inviteTerms", ""));
    ck_assert(!inv_ascii_contains("inviteTerm", "inviteTerms"));
    ck_assert(!inv_ascii_contains("\xc4\xb1nviteTerms", "inviteTerms"));
    ck_assert(inv_invite_type_parse("CONTACT", &type));
    ck_assert_int_eq(type, INV_INVITE_CONTACT);
    inv_entry_free(&entry);
}
END_TEST

static int change(const char *user)
{
    inv_invite_request request = {.uses = 1};
    char token[INV_TOKEN_LENGTH + 1];
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {token, PASSWORD, PASSWORD}};

    pam_site_invite(&request, token);
    return pam_host_change(&host, pam_site_folder(), "register", user);
}

START_TEST(names_through_pam)
{
    char plain[24];

    become_host(_i);
    (void)snprintf(plain, sizeof(plain), "alina%d", _i);
    ck_assert_int_eq(change(dotless_admin), PAM_PERM_DENIED);
    ck_assert_int_eq(change(alpha_admin), PAM_PERM_DENIED);
    ck_assert_int_eq(change(plain), PAM_SUCCESS);
    /* the locale stays the host's */
    ck_assert_str_eq(setlocale(LC_ALL, NULL), locales[_i]);
    ck_assert(uselocale((locale_t)0) == LC_GLOBAL_LOCALE);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, these_locales_do_differ, 0, COUNT(locales));
    tcase_add_loop_test(tests, the_default_pattern_means_ascii, 0, COUNT(locales));
    tcase_add_loop_test(tests, a_pattern_beyond_ascii, 0, COUNT(locales));
    tcase_add_loop_test(tests, without_c_utf8_nothing_beyond_ascii_passes, 0, COUNT(locales));
    tcase_add_loop_test(tests, keys_and_attributes_have_no_case, 0, COUNT(locales));
    tcase_add_loop_test(tests, names_through_pam, 0, COUNT(locales));
}

static void start(void)
{
    pam_site_start();
    make_locales();
    pam_site_stack("register", "password required pam_invite.so conf=CONF\n");
}

static void stop(void)
{
    run("rm -rf %s", folder);
    fixture_stop();
}

int main(int argc, char **argv)
{
    Suite *suite;
    TCase *tests;

    if (argc == 6) {
        (void)snprintf(folder, sizeof(folder), "%s", argv[1]);
        return on_a_host_without_c_utf8(argv[2], argv[3], argv[4], argv[5]);
    }
    program = argv[0];
    suite = suite_create("locale");
    tests = tcase_create("locale");
    add_tests(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, stop);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
