/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/roster/replicas.h"
#include "invitegate/changes.h"
#include "invitegate/directory.h"
#include "invitegate/pair.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"

/* Pairs that come up in the directory: who is told of them, from when on, and at what price. */

/* Written years ago here; written ten minutes ago at another provider. 389 DS takes no stamps. */
#define OLD_PAIRS                                                                                  \
    "dn: rosterPairId=old," SITE_ROSTERS "\nobjectClass: xmppRosterPair\nrosterPairId: old\n"      \
    "xmppContactJid: olga@example.org\nxmppContactJid: otto@example.org\nrosterGroup: Old\n"       \
    "modifyTimestamp: 20200101000000Z\nentryCSN: 20200101000000.000000Z#000000#000#000000\n\n"     \
    "dn: rosterPairId=late," SITE_ROSTERS "\nobjectClass: xmppRosterPair\nrosterPairId: late\n"    \
    "xmppContactJid: lars@example.org\nxmppContactJid: lena@example.org\nrosterGroup: Late\n"      \
    "modifyTimestamp: %.14sZ\nentryCSN: %.14s.000000Z#000000#002#000000\n"
#define LATE 600

static void start(void)
{
    struct site_settings settings = {.timeout = NULL};
    char late[INV_TIMESTAMP_SIZE];
    char *pairs = NULL;

    inv_timestamp_write_generalized(time(NULL) - LATE, late);
    ck_assert_int_gt(asprintf(&pairs, OLD_PAIRS, late, late), 0);
    settings.extra_ldif = pairs;
    site = site_start(&settings);
    free(pairs);
}

/* --------------------------------------------------------------------------- the asking */

struct told {
    char text[4096]; /* "owner contact group\n" */
    size_t count;
    size_t limit;
    bool restart;
    char next[INV_CHANGES_COOKIE_SIZE];
};
static struct told told;

static bool tell(void *context, const char *owner, const char *contact, const char *group)
{
    size_t used = strlen(told.text);

    (void)context;
    (void)snprintf(told.text + used, sizeof(told.text) - used, "%s %s %s\n", owner, contact, group);
    return ++told.count != told.limit;
}

/* Forgets what was told before; cookie may be the one of last time. */
static void ask_for(const char *cookie, size_t limit)
{
    char from[INV_CHANGES_COOKIE_SIZE];
    inv_result result;

    (void)snprintf(from, sizeof(from), "%s", cookie);
    memset(&told, 0, sizeof(told));
    told.limit = limit;
    result = inv_changes_since(&call, from, &(inv_changes_visitor){tell, NULL}, told.next,
                               &told.restart);
    ck_assert_msg(result == INV_OK, "%s: %s", inv_result_name(result), verdict.why);
}

static void ask(const char *cookie)
{
    ask_for(cookie, 0);
}

#define expect_told(line)                                                                          \
    ck_assert_msg(strstr(told.text, line "\n") != NULL, "no \"%s\" in:\n%s", line, told.text)
#define expect_not_told(word)                                                                      \
    ck_assert_msg(strstr(told.text, word) == NULL, "\"%s\" in:\n%s", word, told.text)

/* A cookie of this moment, seconds from now. */
static const char *cookie_at(char kind, int64_t seconds)
{
    static char cookie[INV_CHANGES_COOKIE_SIZE];
    struct timespec uptime;

    ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &uptime), 0);
    (void)snprintf(cookie, sizeof(cookie), "%c.%" PRId64 ".%" PRId64 ".%" PRId64, kind,
                   (int64_t)time(NULL) + seconds, (int64_t)time(NULL), (int64_t)uptime.tv_sec);
    return cookie;
}

/* By what this directory tells when an entry was written. */
static char own_kind(void)
{
    return slapd_kind() == SLAPD_OPENLDAP ? 'c' : 't';
}

/* --------------------------------------------------------------------------- the tests */

START_TEST(it_starts_now)
{
    site_add_pair(&call, "early@example.org", "bird@example.org", "G");
    ask("");
    ck_assert(told.restart);
    ck_assert_uint_eq(told.count, 0);
    ck_assert_uint_gt(strlen(told.next), 0);
    ask(told.next);
    ck_assert(!told.restart);
    expect_not_told("olga");
}
END_TEST

START_TEST(both_sides_are_told)
{
    ask("");

    site_add_pair(&call, "anna@example.org", "bert@example.org", "Friends");
    ask(told.next);
    ck_assert(!told.restart);
    expect_told("anna@example.org bert@example.org Friends");
    expect_told("bert@example.org anna@example.org Friends");
    expect_not_told("olga");
    ask(told.next); /* once more is allowed, an old one is not */
    ck_assert(!told.restart);
    expect_not_told("olga");
}
END_TEST

START_TEST(only_accounts_of_the_domain_are_told)
{
    ask("");

    site_add_pair(&call, "carl@example.org", "eva@elsewhere.example", "Abroad");
    ask(told.next);
    expect_told("carl@example.org eva@elsewhere.example Abroad");
    expect_not_told("eva@elsewhere.example carl@example.org");
}
END_TEST

START_TEST(another_group_is_told)
{
    char *dn = inv_pair_dn(call.domain, "gina@example.org", "hans@example.org");
    inv_operation *adopt =
        inv_pair_adopt_operation(dn, "Renewed", "fe8ed1b9e1c311291f06daec7dba860f82c3632a");

    site_add_pair(&call, "gina@example.org", "hans@example.org", "G");
    ask("");
    ck_assert_int_eq(inv_directory_run(call.directory, &adopt, 1, &call.deadline, &verdict),
                     INV_OK);
    inv_operation_free(&adopt);
    free(dn);
    ask(told.next);
    expect_told("gina@example.org hans@example.org Renewed");
}
END_TEST

/* 389 DS has no entryCSN; the other way works in every directory. */
START_TEST(by_the_time_of_change)
{
    site_add_pair(&call, "dora@example.org", "emil@example.org", "G");
    ask(cookie_at('t', 0));
    ck_assert(!told.restart);
    expect_told("dora@example.org emil@example.org G");
    expect_not_told("olga");
    ck_assert_int_eq(told.next[0], 't');
}
END_TEST

/* Written before the cookie, seen behind it: slow writers, other providers. */
START_TEST(what_was_begun_a_little_earlier_is_told)
{
    site_add_pair(&call, "frida@example.org", "gerd@example.org", "G");
    ask(cookie_at(own_kind(), 10));
    ck_assert(!told.restart);
    expect_told("frida@example.org gerd@example.org G");
}
END_TEST

START_TEST(cookies_that_lead_nowhere)
{
    static const char *const damaged[] = {"c",
                                          "c.",
                                          "c.1.2",
                                          "c.1.2.3.4",
                                          "x.1.2.3",
                                          "c.1.-2.3",
                                          "c.1.2.3 ",
                                          "c.1.2.9999999999999999999999",
                                          "c.1.2.3.1",
                                          "c.1.2.3.1-",
                                          "c.1.2.3.5000-1",
                                          "c.1.2.3.1-2.1-2",
                                          "c.1.2.3.1-1.2-1.3-1.4-1.5-1.6-1.7-1.8-1.9-1",
                                          "\xc3\xa4.1.2.3",
                                          NULL};

    for (size_t i = 0; damaged[i] != NULL; i++) {
        ask(damaged[i]);
        ck_assert_msg(told.restart && told.count == 0, "%s", damaged[i]);
        ask(told.next);
        ck_assert_msg(!told.restart, "%s", damaged[i]);
    }
    ask(cookie_at(own_kind(), -3700)); /* too long ago */
    ck_assert(told.restart);
    ask(cookie_at(own_kind(), -3500));
    ck_assert(!told.restart);
    ask(cookie_at(own_kind(), 60)); /* the directory's clock was set back */
    ck_assert(told.restart);
    ask(own_kind() == 'c' ? "t.1.2.3" : "c.1.2.3"); /* of another kind of directory */
    ck_assert(told.restart);
    ck_assert_int_eq(told.next[0], own_kind());
}
END_TEST

/* Read once, the clock is counted on: nothing is written, and two flights of reads are all. */
START_TEST(the_price)
{
    struct counter *counter;

    ask("");
    counter = counter_attach(call.directory);
    for (int i = 0; i < 10; i++)
        ask(told.next);
    ck_assert_uint_eq(counter->writes, 0);
    ck_assert_uint_eq(counter->flights, 20);
    counter_detach(call.directory, &counter);
}
END_TEST

/* The clock was read long ago, or this host was started again since. */
START_TEST(the_clock_is_read_again)
{
    char cookie[INV_CHANGES_COOKIE_SIZE];
    struct counter *counter;
    struct timespec uptime;

    ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &uptime), 0);
    counter = counter_attach(call.directory);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(cookie, sizeof(cookie), "%c.%" PRId64 ".%" PRId64 ".%" PRId64, own_kind(),
                       (int64_t)time(NULL) - 400, (int64_t)time(NULL) - 700,
                       i == 0 ? (int64_t)uptime.tv_sec - 600 : (int64_t)uptime.tv_sec + 600);
        if (i == 0 && uptime.tv_sec < 700)
            continue; /* no such moment yet */
        ask(cookie);
        ck_assert(!told.restart);
        ck_assert_uint_eq(counter->writes, 1);
        counter->writes = 0;
        ask(told.next);
        ck_assert_uint_eq(counter->writes, 0);
    }
    counter_detach(call.directory, &counter);
}
END_TEST

/* ------------------------------------------------------------ several providers */

/* The directory of this test, as if it replicated: what its suffix says of its providers. */
static const char *providers[REPLICAS_MAX + 2];
static const inv_directory_driver *real;
static inv_directory_driver replicating;

static inv_result receive(void *self, inv_operation *const *operations, size_t count,
                          const inv_deadline *deadline, inv_verdict *words)
{
    inv_result result = real->receive(self, operations, count, deadline, words);

    for (size_t i = 0; i < count; i++) {
        inv_operation *operation = operations[i];

        if (operation->state != INV_OPERATION_ANSWERED || operation->entry_count != 1 ||
            strcmp(operation->dn, SITE_BASE) != 0 || operation->attribute_count != 1 ||
            strcmp(operation->attributes[0], "contextCSN") != 0 ||
            inv_entry_count(operation->entries[0], "contextCSN") > 0)
            continue;
        for (size_t j = 0; providers[j] != NULL; j++)
            ck_assert(inv_entry_append(operation->entries[0], "contextCSN", providers[j],
                                       strlen(providers[j])));
    }
    return result;
}

static void exchange_receive(bool mine)
{
    const inv_directory_driver *driver = &replicating;
    void *self = NULL;

    inv_directory_swap_driver(call.directory, &driver, &self);
    if (mine) {
        real = driver;
        replicating = *real;
        replicating.receive = receive;
        driver = &replicating;
    } else {
        driver = real;
    }
    inv_directory_swap_driver(call.directory, &driver, &self);
}

/* A contextCSN of this provider, seconds from now; borrowed until the next of the same place. */
static const char *context(size_t place, unsigned id, int64_t seconds)
{
    static char texts[REPLICAS_MAX + 2][64];
    char moment[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(time(NULL) + (time_t)seconds, moment);
    (void)snprintf(texts[place], sizeof(texts[place]), "%.14s.123456Z#000000#%03x#000000", moment,
                   id);
    return texts[place];
}

/* A cookie of this moment that has seen provider 2 up to seconds from now, and 10 up to now. */
static const char *cookie_of_providers(int64_t seconds)
{
    static char cookie[INV_CHANGES_COOKIE_SIZE];

    (void)snprintf(cookie, sizeof(cookie), "%s.2-%" PRId64 ".10-%" PRId64, cookie_at('c', 0),
                   (int64_t)time(NULL) + seconds, (int64_t)time(NULL));
    return cookie;
}

START_TEST(what_comes_late_from_another_provider)
{
    exchange_receive(true);
    providers[0] = context(0, 2, -LATE - 100);
    providers[1] = context(1, 10, 5);
    ask("");
    ck_assert(told.restart);
    ask(told.next);
    ck_assert(!told.restart);
    expect_not_told("lars");
    providers[0] = context(0, 2, -LATE + 10); /* now it has come */
    ask(cookie_of_providers(-LATE - 100));
    ck_assert(!told.restart);
    expect_told("lars@example.org lena@example.org Late");
    expect_not_told("olga");
    ask(told.next);
    ck_assert(!told.restart);
    expect_not_told("lars");
    exchange_receive(false);
}
END_TEST

START_TEST(providers_that_are_others)
{
    exchange_receive(true);
    providers[1] = context(1, 10, 5);
    providers[0] = context(0, 2, -5);
    ask(cookie_of_providers(-10));
    ck_assert(!told.restart);
    ask(cookie_of_providers(10)); /* one went back */
    ck_assert(told.restart);
    ask(cookie_of_providers(-4000)); /* one that wrote nothing for long, and does again */
    ck_assert(told.restart);
    providers[0] = context(0, 3, -10);
    ask(cookie_of_providers(-10)); /* another one */
    ck_assert(told.restart);
    providers[1] = NULL;
    ask(cookie_of_providers(-10)); /* one went */
    ck_assert(told.restart);
    ask(cookie_at('c', 0)); /* the first one came */
    ck_assert(told.restart);
    for (unsigned i = 0; i < REPLICAS_MAX + 1; i++)
        providers[i] = context(i, i, -10);
    ask(cookie_at('c', 0)); /* more than are counted: as if there were none */
    ck_assert(!told.restart);
    providers[REPLICAS_MAX] = NULL;
    ask("");
    ask(told.next); /* as many as are counted fit into a cookie */
    ck_assert(!told.restart);
    providers[0] = "20300101000000.000000Z#000000";
    providers[1] = NULL;
    ask(cookie_at('c', 0)); /* and what is not understood says nothing */
    ck_assert(!told.restart);
    exchange_receive(false);
}
END_TEST

/* More than a plain search may return; and a visitor may have enough. */
START_TEST(many_at_once)
{
    char from[INV_CHANGES_COOKIE_SIZE];
    char contact[64];

    ask("");
    (void)snprintf(from, sizeof(from), "%s", told.next);
    for (int i = 0; i < 600; i++) {
        (void)snprintf(contact, sizeof(contact), "m%d@elsewhere.example", i);
        site_add_pair(&call, "popular@example.org", contact, "G");
    }
    ask_for(from, 7);
    ck_assert_uint_eq(told.count, 7);
    ask(from);
    ck_assert_uint_ge(told.count, 600);
}
END_TEST

START_TEST(what_is_no_pair_is_left_out_and_told)
{
    ask("");

    site_modify(site, "dn: rosterPairId=odd," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup: x\n"
                      "xmppContactJid: odd@example.org\n");
    site_modify(site, "dn: rosterPairId=bell," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup: x\n"
                      "xmppContactJid: bell@example.org\nxmppContactJid:: "
                      "YmUHbGxAZXhhbXBsZS5vcmc=\n"); /* with a U+0007 */
    site_modify(site, "dn: rosterPairId=group," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nrosterGroup:: VGVhbQE=\n" /* Team U+0001 */
                      "xmppContactJid: gil@example.org\nxmppContactJid: hal@example.org\n");
    ask(told.next);
    ck_assert(!told.restart);
    expect_not_told("odd@");
    expect_not_told("bell@");
    expect_told("gil@example.org hal@example.org Invited");
    ck_assert_msg(strstr(site->log, "rosterPairId=bell") != NULL, "%s", site->log);
    ck_assert_msg(strstr(site->log, "rosterPairId=odd") != NULL, "%s", site->log);
}
END_TEST

static Suite *changes_suite(void)
{
    Suite *suite = suite_create("changes");
    TCase *tests = tcase_create("changes");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_checked_fixture(tests, calls_begin, calls_end);
    tcase_add_test(tests, it_starts_now);
    tcase_add_test(tests, both_sides_are_told);
    tcase_add_test(tests, only_accounts_of_the_domain_are_told);
    tcase_add_test(tests, another_group_is_told);
    tcase_add_test(tests, by_the_time_of_change);
    tcase_add_test(tests, what_was_begun_a_little_earlier_is_told);
    tcase_add_test(tests, cookies_that_lead_nowhere);
    tcase_add_test(tests, the_price);
    tcase_add_test(tests, the_clock_is_read_again);
    if (slapd_kind() == SLAPD_OPENLDAP) {
        tcase_add_test(tests, what_comes_late_from_another_provider);
        tcase_add_test(tests, providers_that_are_others);
    }
    tcase_add_test(tests, what_is_no_pair_is_left_out_and_told);
    tcase_add_test(tests, many_at_once); /* the last one: they are told again for a while */
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return suite_run(changes_suite());
}
