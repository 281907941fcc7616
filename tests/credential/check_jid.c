/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stringprep.h>

#include "invitegate/jid.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

#define ANY_NAME     "^.+$"
#define DEFAULT_NAME "^[a-z0-9_][a-z0-9._-]{0,63}$"

static char path[] = "test.conf";
static char names[][24] = {"example.org", "xn--bcher-kva.example"};
static char any_name[] = ANY_NAME;
static char default_name[] = DEFAULT_NAME;
static char reserved[][16] = {"Root", "admin", "\357\274\270box", "no good"};
static char *reserved_names[] = {reserved[0], reserved[1], reserved[2], reserved[3], NULL};
static inv_domain domains[2];
static inv_config config;

/* example.org takes any name, bücher.example those of the default pattern. */
static void make_config(void)
{
    memset(domains, 0, sizeof(domains));
    for (int i = 0; i < 2; i++) {
        domains[i].name = names[i];
        domains[i].reserved_names = reserved_names;
    }
    domains[0].name_pattern_text = any_name;
    domains[1].name_pattern_text = default_name;
    ck_assert_int_eq(regcomp(&domains[0].name_pattern, ANY_NAME, REG_EXTENDED), 0);
    ck_assert_int_eq(regcomp(&domains[1].name_pattern, DEFAULT_NAME, REG_EXTENDED), 0);
    config = (inv_config){.path = path, .domains = domains, .domain_count = 2};
}

static void free_config(void)
{
    regfree(&domains[0].name_pattern);
    regfree(&domains[1].name_pattern);
}

/* ---------------------------------------------------------------------------- preparing names */

static const struct {
    const char *local;
    const char *prepared;
} prepared[] = {
    {"alice", "alice"},
    {"Alice", "alice"},
    {"\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa3", "abc"}, /* full-width ABC */
    {"user\xc2\xad", "user"},                        /* soft hyphen */
    {"us\342\200\213er", "user"},                    /* zero-width space */
    {"\xe2\x84\xa6", "\xcf\x89"},                    /* the ohm sign: omega */
    {"\xce\xa9", "\xcf\x89"},                        /* capital omega */
    {"jul\304\261et", "jul\304\261et"},              /* dotless i stays another letter */
    {"\xd0\xb0lice", "\xd0\xb0lice"},                /* Cyrillic a too */
    {"stra\303\237e", "strasse"},
    {"e\xcc\x81", "\xc3\xa9"}, /* composed */
    {"*()\\,+=;#", "*()\\,+=;#"},
    {"-leading", "-leading"},
    {".", "."},
    {"\\20", "\\20"},
};

START_TEST(a_name_is_prepared)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    char jid[96];

    ck_assert_msg(inv_jid_prepare(&domains[0], prepared[_i].local, strlen(prepared[_i].local),
                                  &name, &verdict) == INV_OK,
                  "%s", verdict.why);
    ck_assert_str_eq(inv_jid_local(name), prepared[_i].prepared);
    ck_assert_str_eq(inv_jid_domain(name), "example.org");
    (void)snprintf(jid, sizeof(jid), "%s@example.org", prepared[_i].prepared);
    ck_assert_str_eq(inv_jid_text(name), jid);
    ck_assert_str_eq(verdict.user, jid);
    inv_jid_free(&name);
    ck_assert_ptr_null(name);
    inv_jid_free(&name);
}
END_TEST

/* Plain ASCII does not go through libidn here: it must come out as it would there. */
START_TEST(each_ascii_character_is_prepared_as_by_libidn)
{
    for (char character = 1; character < 127; character++) {
        const char local[] = {'a', character, 'z', '\0'};
        char expected[16] = "";
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_jid *name = NULL;
        inv_result result = inv_jid_prepare(&domains[0], local, 3, &name, &verdict);

        memcpy(expected, local, sizeof(local));
        if (stringprep_xmpp_nodeprep(expected, sizeof(expected)) == STRINGPREP_OK) {
            ck_assert_msg(result == INV_OK, "%d: %s", character, verdict.why);
            ck_assert_str_eq(inv_jid_local(name), expected);
        } else {
            ck_assert_int_eq(result, INV_NAME_INVALID);
        }
        inv_jid_free(&name);
    }
}
END_TEST

START_TEST(a_plain_name_has_the_same_limit)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    char local[1024];

    memset(local, 'a', sizeof(local));
    ck_assert_int_eq(inv_jid_prepare(&domains[0], local, 1024, &name, &verdict), INV_NAME_INVALID);
    ck_assert_msg(strstr(verdict.why, "longer than 1023") != NULL, "%s", verdict.why);
    ck_assert_int_eq(inv_jid_prepare(&domains[0], local, 1023, &name, &verdict), INV_OK);
    ck_assert_uint_eq(strlen(inv_jid_local(name)), 1023);
    inv_jid_free(&name);
}
END_TEST

static const struct {
    const char *local;
    size_t length;
    const char *why;
} refused[] = {
    {"", 0, "empty"},
    {"bad user", 8, "forbid"},
    {" alice", 6, "forbid"},
    {"a&b", 3, "forbid"},
    {"a\"b", 3, "forbid"},
    {"a'b", 3, "forbid"},
    {"a/b", 3, "forbid"},
    {"a:b", 3, "forbid"},
    {"a<b", 3, "forbid"},
    {"a>b", 3, "forbid"},
    {"a@b", 3, "another @"},
    {"a\tb", 3, "forbid"},
    {"a\nb", 3, "forbid"},
    {"a\x7f", 2, "forbid"},
    {"\xef\xbc\x8f", 3, "forbid"},  /* full-width slash */
    {"a\xc2\xa0", 3, "forbid"},     /* no-break space */
    {"a\xe2\x80\xae", 4, "forbid"}, /* right-to-left override */
    {"alice\0", 6, "NUL"},
    {"ali\0ce", 6, "NUL"},
    {"\0", 1, "NUL"},
    {"caf\xe9", 4, "UTF-8"},
    {"a\xc3", 2, "UTF-8"},
    {"\xc0\xaf", 2, "UTF-8"},
    {"\xed\xa0\x80", 3, "UTF-8"},
    {"\xc2\xad", 2, "nothing"},
    {"\xf0\x9f\x98\x80", 4, "Unicode 3.2"}, /* an emoji */
    {"\xc8\xa1", 2, "Unicode 3.2"},
    {"a\xd7\x90", 3, "right-to-left"},
    {"\xe1\x84\x80\xcc\x80\xe1\x85\xa1", 8, "different ways"}, /* of Unicode's PR #29 */
};

START_TEST(what_a_jid_forbids_is_refused)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_int_eq(
        inv_jid_prepare(&domains[0], refused[_i].local, refused[_i].length, &name, &verdict),
        INV_NAME_INVALID);
    ck_assert_int_eq(verdict.result, INV_NAME_INVALID);
    ck_assert_ptr_null(name);
    ck_assert_str_eq(verdict.user, "");
    ck_assert_msg(strstr(verdict.why, refused[_i].why) != NULL, "%s", verdict.why);
}
END_TEST

static inv_result prepare_repeated(const char *piece, size_t times)
{
    size_t size = strlen(piece);
    char *text = malloc(size * times + 1);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result;

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * size, piece, size);
    result = inv_jid_prepare(&domains[0], text, size * times, &name, &verdict);
    inv_jid_free(&name);
    free(text);
    return result;
}

START_TEST(the_length_is_that_of_the_prepared_name)
{
    ck_assert_int_eq(prepare_repeated("a", 1023), INV_OK);
    ck_assert_int_eq(prepare_repeated("a", 1024), INV_NAME_INVALID);
    ck_assert_int_eq(prepare_repeated("\xef\xbc\xa1", 1023), INV_OK);
    ck_assert_int_eq(prepare_repeated("\xef\xbc\xa1", 1024), INV_NAME_INVALID);
    ck_assert_int_eq(prepare_repeated("\xc3\xa9", 511), INV_OK);
    ck_assert_int_eq(prepare_repeated("\xc3\xa9", 512), INV_NAME_INVALID);
    ck_assert_int_eq(prepare_repeated("\xef\xb7\xba", 1365), INV_NAME_INVALID); /* grows 11-fold */
    ck_assert_int_eq(prepare_repeated("a", 4097), INV_NAME_INVALID);
    ck_assert_int_eq(prepare_repeated("a", 1 << 20), INV_NAME_INVALID);
    ck_assert_int_eq(prepare_repeated("\xcc\x81", 2048), INV_NAME_INVALID);
}
END_TEST

START_TEST(the_pattern_judges_the_prepared_name)
{
    static const char *const bad[] = {"-a",  ".a",  "*()", "a,b",  "a+b",
                                      "a=b", "a;b", "a#b", "a\\b", "jul\304\261et"};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_int_eq(inv_jid_prepare(&domains[1], "ALICE-1._x", 10, &name, &verdict), INV_OK);
    ck_assert_str_eq(inv_jid_text(name), "alice-1._x@xn--bcher-kva.example");
    inv_jid_free(&name);
    for (int i = 0; i < COUNT(bad); i++) {
        ck_assert_int_eq(inv_jid_prepare(&domains[1], bad[i], strlen(bad[i]), &name, &verdict),
                         INV_NAME_INVALID);
        ck_assert_ptr_null(name);
        ck_assert_ptr_nonnull(strstr(verdict.why, DEFAULT_NAME));
    }
}
END_TEST

/* From ^ to $ reads like the whole name, so it is; also where | takes it apart. */
START_TEST(the_pattern_is_for_the_whole_name)
{
    static const char *const patterns[] = {"^[a-z]+|[0-9]+$", "^[a-z]+\\$",
                                           "^[a-z]+|[a-z]+[0-9]*$"};
    static const struct {
        const char *local;
        bool fits[3];
    } rows[] = {
        {"bob", {true, false, true}},      {"12", {true, false, false}},
        {"bob;rm", {false, false, false}}, {"bob$", {false, true, false}},
        {"bob$x", {false, false, false}},  {"bob12", {false, false, true}},
    };
    inv_domain domain = {.name = names[0], .reserved_names = reserved_names};
    char text[64];

    (void)snprintf(text, sizeof(text), "%s", patterns[_i]);
    domain.name_pattern_text = text;
    ck_assert_int_eq(regcomp(&domain.name_pattern, text, REG_EXTENDED), 0);
    for (int i = 0; i < COUNT(rows); i++) {
        const char *local = rows[i].local;
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_jid *name = NULL;
        inv_result result = inv_jid_prepare(&domain, local, strlen(local), &name, &verdict);

        ck_assert_msg(result == (rows[i].fits[_i] ? INV_OK : INV_NAME_INVALID), "%s for %s: %s",
                      local, text, inv_result_name(result));
        inv_jid_free(&name);
    }
    regfree(&domain.name_pattern);
}
END_TEST

/* Dots of a mail address stand between other characters, where the template makes one of names. */
START_TEST(a_name_that_is_a_mail_address)
{
    static const char *const good[] = {"x", "a.b", "a.b.c", "_", "a-"};
    static const char *const bad[] = {"x.", "a..b", "x..", "A..B", ".x", "."};

    for (int is_mail = 0; is_mail < 2; is_mail++) {
        domains[0].names_are_mail = is_mail == 1;
        for (int i = 0; i < COUNT(good) + COUNT(bad); i++) {
            const char *local = i < COUNT(good) ? good[i] : bad[i - COUNT(good)];
            inv_verdict verdict = INV_VERDICT_INIT;
            inv_jid *name = NULL;
            inv_result result = inv_jid_prepare(&domains[0], local, strlen(local), &name, &verdict);

            ck_assert_msg(result == (is_mail == 0 || i < COUNT(good) ? INV_OK : INV_NAME_INVALID),
                          "%s: %s", local, inv_result_name(result));
            if (result != INV_OK)
                ck_assert_msg(strstr(verdict.why, "mail address") != NULL, "%s", verdict.why);
            inv_jid_free(&name);
        }
    }
}
END_TEST

static void expect_words(inv_result result, const inv_verdict *verdict, const char *words)
{
    ck_assert_int_eq(result, INV_NAME_INVALID);
    ck_assert_msg(strstr(verdict->why, words) != NULL, "%s", verdict->why);
    ck_assert_msg(strstr(verdict->why, "IDNA") == NULL, "%s", verdict->why);
}

START_TEST(what_is_wrong_with_a_domain_is_told_in_words)
{
    static const char twice[] = "alice@example.org@example.org";
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_domain *domain = NULL;
    inv_jid *name = NULL;
    size_t local = 0;

    expect_words(inv_jid_parse(twice, &name, &verdict), &verdict, "given twice?");
    ck_assert_int_eq(inv_user_find_domain(&config, &(inv_user){twice, strlen(twice), NULL}, &domain,
                                          &local, &verdict),
                     INV_OK);
    expect_words(inv_jid_prepare(domain, twice, local, &name, &verdict), &verdict, "given twice?");
    expect_words(inv_jid_parse("alice@exa_mple.org", &name, &verdict), &verdict, "letters, digits");
    expect_words(inv_jid_parse("alice@-example.org", &name, &verdict), &verdict, "letters, digits");
}
END_TEST

START_TEST(reserved_names_are_compared_prepared)
{
    static const struct {
        const char *local;
        bool reserved;
    } cases[] = {{"root", true},  {"ROOT", true}, {"\xef\xbc\xb2oot", true},
                 {"admin", true}, {"xbox", true}, {"roots", false},
                 {"no", false}};

    for (int i = 0; i < COUNT(cases); i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_jid *name = NULL;

        ck_assert_int_eq(
            inv_jid_prepare(&domains[0], cases[i].local, strlen(cases[i].local), &name, &verdict),
            INV_OK);
        ck_assert_int_eq(inv_jid_check_reserved(&domains[0], name, &verdict),
                         cases[i].reserved ? INV_NAME_RESERVED : INV_OK);
        inv_jid_free(&name);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------- memory */

static long callocs_left = -1; /* until one fails; -1: none does */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    if (callocs_left == 0)
        return NULL;
    if (callocs_left > 0)
        callocs_left--;
    return __real_calloc(count, size);
}

/* A name is not reserved because that cannot be found out. */
START_TEST(want_of_memory_reserves_no_name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    ck_assert_int_eq(inv_jid_prepare(&domains[0], "bob", 3, &name, &verdict), INV_OK);
    for (long i = 0; i < 2; i++) {
        callocs_left = i;
        ck_assert_int_eq(inv_jid_check_reserved(&domains[0], name, &verdict), INV_NO_MEMORY);
        ck_assert_int_eq(verdict.result, INV_NO_MEMORY);
    }
    callocs_left = -1;
    ck_assert_int_eq(inv_jid_check_reserved(&domains[0], name, &verdict), INV_OK);
    inv_jid_free(&name);
}
END_TEST

/* ---------------------------------------------------------------------------------------- JIDs */

static const struct {
    const char *text;
    const char *jid; /* NULL: refused */
} jids[] = {
    {"alice@example.org", "alice@example.org"},
    {"Alice@Example.ORG", "alice@example.org"},
    {"alice@example.org.", "alice@example.org"},
    {"alice@B\303\234CHER.example", "alice@xn--bcher-kva.example"},
    {"alice@xn--BCHER-KVA.example", "alice@xn--bcher-kva.example"},
    {"alice@a\343\200\202b", "alice@a.b"}, /* ideographic full stop */
    {"alice@192.0.2.1", "alice@192.0.2.1"},
    {"a+b@localhost", "a+b@localhost"},
    {"", NULL},
    {"alice", NULL},
    {"example.org", NULL},
    {"@example.org", NULL},
    {"alice@", NULL},
    {"alice@.", NULL},
    {"alice@.org", NULL},
    {"alice@example..org", NULL},
    {"alice@example.org..", NULL},
    {"alice@bob@example.org", NULL},
    {"alice@example.org/home", NULL},
    {"alice@example.org/", NULL},
    {"alice@exa mple.org", NULL},
    {"alice @example.org", NULL},
    {"alice@example.org ", NULL},
    {"alice@-example.org", NULL},
    {"alice@exa\xff.org", NULL},
    {"ali\xff@example.org", NULL},
    {"alice@[::1]", NULL},
    {"alice@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org", NULL},
};

START_TEST(a_jid_is_parsed)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result = inv_jid_parse(jids[_i].text, &name, &verdict);

    if (jids[_i].jid == NULL) {
        ck_assert_int_eq(result, INV_NAME_INVALID);
        ck_assert_int_eq(verdict.result, INV_NAME_INVALID);
        ck_assert_ptr_null(name);
        return;
    }
    ck_assert_msg(result == INV_OK, "%s", verdict.why);
    ck_assert_str_eq(inv_jid_text(name), jids[_i].jid);
    ck_assert_str_eq(verdict.user, "");
    inv_jid_free(&name);
}
END_TEST

START_TEST(equality_is_of_the_prepared_jid)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *a = NULL;
    inv_jid *same = NULL;
    inv_jid *other = NULL;

    ck_assert_int_eq(inv_jid_parse("alice@example.org", &a, &verdict), INV_OK);
    ck_assert_int_eq(inv_jid_parse("ALICE@Example.org", &same, &verdict), INV_OK);
    ck_assert_int_eq(inv_jid_parse("alice@example.net", &other, &verdict), INV_OK);
    ck_assert(inv_jid_equal(a, same));
    ck_assert(!inv_jid_equal(a, other));
    inv_jid_free(&a);
    inv_jid_free(&same);
    inv_jid_free(&other);
}
END_TEST

/* ------------------------------------------------------------------------------- which domain */

#define FIRST  0
#define SECOND 1
#define NONE   (-1)

static const struct {
    const char *user;
    const char *option;
    size_t domains;
    inv_result result;
    int domain;
    size_t local_length;
} wanted[] = {
    {"alice", NULL, 1, INV_OK, FIRST, 5},
    {"alice", NULL, 2, INV_CONFIG, NONE, 5},
    {"alice", "example.org", 2, INV_OK, FIRST, 5},
    {"alice", "Example.ORG", 2, INV_OK, FIRST, 5},
    {"alice", "b\303\274cher.example", 2, INV_OK, SECOND, 5},
    {"alice", "example.net", 2, INV_CONFIG, NONE, 5},
    {"alice", "example.net", 1, INV_CONFIG, NONE, 5},
    {"alice", "", 1, INV_CONFIG, NONE, 5},
    {"alice@example.org", NULL, 2, INV_OK, FIRST, 5},
    {"alice@EXAMPLE.org", NULL, 2, INV_OK, FIRST, 5},
    {"alice@example.org", "example.org", 2, INV_OK, FIRST, 5},
    {"alice@b\303\274cher.example", NULL, 2, INV_OK, SECOND, 5},
    {"alice@xn--bcher-kva.example", "example.org", 2, INV_NAME_INVALID, NONE, 5},
    {"alice@example.org", "example.net", 2, INV_CONFIG, NONE, 5},
    {"alice@example.net", NULL, 2, INV_NAME_INVALID, NONE, 5},
    {"alice@example.net", NULL, 1, INV_NAME_INVALID, NONE, 5},
    {"alice@", NULL, 1, INV_NAME_INVALID, NONE, 5},
    {"alice@exa mple", NULL, 1, INV_NAME_INVALID, NONE, 5},
    {"a@b@example.org", NULL, 2, INV_OK, FIRST, 3}, /* the last @; nodeprep refuses a@b */
    {"@example.org", NULL, 2, INV_OK, FIRST, 0},
    {"", NULL, 1, INV_OK, FIRST, 0},
};

START_TEST(the_domain_is_told_by_the_rules)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_domain *domain = &domains[1];
    size_t local_length = 99;

    config.domain_count = wanted[_i].domains;
    ck_assert_int_eq(inv_user_find_domain(
                         &config,
                         &(inv_user){wanted[_i].user, strlen(wanted[_i].user), wanted[_i].option},
                         &domain, &local_length, &verdict),
                     wanted[_i].result);
    if (wanted[_i].domain == NONE) {
        ck_assert_ptr_null(domain);
        ck_assert_int_eq(verdict.result, wanted[_i].result);
    } else {
        ck_assert_ptr_eq(domain, &domains[wanted[_i].domain]);
        ck_assert_uint_eq(local_length, wanted[_i].local_length);
    }
}
END_TEST

START_TEST(the_length_ends_the_user_name)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    const inv_domain *domain = NULL;
    size_t local_length = 0;

    ck_assert_int_eq(inv_user_find_domain(&config, &(inv_user){"alice@example.orgX", 17, NULL},
                                          &domain, &local_length, &verdict),
                     INV_OK);
    ck_assert_ptr_eq(domain, &domains[0]);
    ck_assert_int_eq(inv_user_find_domain(&config, &(inv_user){"alice@example.org\0", 18, NULL},
                                          &domain, &local_length, &verdict),
                     INV_NAME_INVALID);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("name");
    TCase *tests = tcase_create("name");

    tcase_add_checked_fixture(tests, make_config, free_config);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_ascii_character_is_prepared_as_by_libidn);
    tcase_add_test(tests, a_plain_name_has_the_same_limit);
    tcase_add_loop_test(tests, a_name_is_prepared, 0, COUNT(prepared));
    tcase_add_loop_test(tests, what_a_jid_forbids_is_refused, 0, COUNT(refused));
    tcase_add_test(tests, the_length_is_that_of_the_prepared_name);
    tcase_add_test(tests, the_pattern_judges_the_prepared_name);
    tcase_add_loop_test(tests, the_pattern_is_for_the_whole_name, 0, 3);
    tcase_add_test(tests, a_name_that_is_a_mail_address);
    tcase_add_test(tests, what_is_wrong_with_a_domain_is_told_in_words);
    tcase_add_test(tests, reserved_names_are_compared_prepared);
    tcase_add_test(tests, want_of_memory_reserves_no_name);
    tcase_add_loop_test(tests, a_jid_is_parsed, 0, COUNT(jids));
    tcase_add_test(tests, equality_is_of_the_prepared_jid);
    tcase_add_loop_test(tests, the_domain_is_told_by_the_rules, 0, COUNT(wanted));
    tcase_add_test(tests, the_length_ends_the_user_name);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
