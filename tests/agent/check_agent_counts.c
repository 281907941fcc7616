/* SPDX-License-Identifier: BSD-2-Clause */
/* What invite-agent counts of whom, and how long, without a directory. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "tools/agent/limits.h"

static agent_limits *new_limits(unsigned count, long seconds)
{
    const inv_agent_settings settings = {.limit_checks = {count, seconds},
                                         .limit_registrations = {count, seconds}};
    inv_verdict verdict = INV_VERDICT_INIT;
    agent_limits *limits = NULL;

    ck_assert_int_eq(agent_limits_new(&settings, &limits, &verdict), INV_OK);
    return limits;
}

static void fail_often(agent_limits *limits, agent_limit limit, const char *who, int times,
                       long long now)
{
    for (int i = 0; i < times; i++)
        agent_limits_charge(limits, limit, who, 1, now);
}

/* A name has ten times its limit in all networks of a /48 together, and others there have theirs.
 */
static void expect_name_of_site(agent_limits *limits)
{
    char who[AGENT_PAIR_SIZE];

    for (int i = 0; i < 10; i++) {
        char address[40];

        (void)snprintf(address, sizeof(address), "2001:db8:9:%d::1", i);
        agent_limits_pair(limits, address, "bob@example.org", who);
        ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
        fail_often(limits, AGENT_LIMIT_LOGIN_PAIR, who, 2, 1000);
    }
    agent_limits_pair(limits, "2001:db8:9:99::1", "bob@example.org", who);
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
    agent_limits_pair(limits, "2001:db8:9:99::1", "carl@example.org", who);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
    agent_limits_pair(limits, "2001:db8:a:99::1", "bob@example.org", who);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
    agent_limits_pair(limits, "192.0.2.99", "bob@example.org", who);
    fail_often(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1, 1000);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
    fail_often(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1, 1000);
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, who, 1000));
}

/* One name from one address, however either is written; and ten times that for all its names. */
START_TEST(a_name_from_an_address)
{
    static const struct {
        const char *address;
        const char *name;
        bool same; /* as bob@example.org from 2001:db8::1 */
    } rows[] = {
        {"2001:db8::1", "bob@example.org", true},
        {"2001:db8::2:3", "bob@example.org", true},
        {"2001:DB8:0:0:9::1", "bob@example.org", true},
        {"2001:db8:0:1::1", "bob@example.org", false},
        {"2001:db8::1", "bo@example.org", false},
        {"", "bob@example.org", false},
        {"next door", "bob@example.org", false},
    };
    agent_limits *limits = new_limits(2, 60);
    char first[AGENT_PAIR_SIZE];
    char who[AGENT_PAIR_SIZE];

    agent_limits_pair(limits, rows[0].address, rows[0].name, first);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        agent_limits_pair(limits, rows[i].address, rows[i].name, who);
        ck_assert_uint_eq(strlen(who), AGENT_PAIR_SIZE - 1);
        ck_assert_msg((strcmp(who, first) == 0) == rows[i].same, "%s, %s", rows[i].address,
                      rows[i].name);
    }
    fail_often(limits, AGENT_LIMIT_LOGIN_PAIR, first, 2, 1000);
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_LOGIN_PAIR, first, 1000));
    expect_name_of_site(limits);
    fail_often(limits, AGENT_LIMIT_LOGIN_ADDRESS, "192.0.2.1", 19, 1000);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_ADDRESS, "192.0.2.1", 1000));
    fail_often(limits, AGENT_LIMIT_LOGIN_ADDRESS, "192.0.2.1", 1, 1000);
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_LOGIN_ADDRESS, "192.0.2.1", 1000));
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, "192.0.2.1", 1000));
    /* a /48 of many networks, each within its own */
    for (int i = 0; i < 10; i++) {
        char address[40];

        (void)snprintf(address, sizeof(address), "2001:db8:7:%d::1", i);
        ck_assert(agent_limits_allow(limits, AGENT_LIMIT_LOGIN_ADDRESS, address, 1000));
        fail_often(limits, AGENT_LIMIT_LOGIN_ADDRESS, address, 20, 1000);
    }
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_LOGIN_ADDRESS, "2001:db8:7:99::1", 1000));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(failures_use_up_a_limit_and_time_gives_it_back)
{
    agent_limits *limits = new_limits(30, 60);
    const agent_limit limit = AGENT_LIMIT_CHECK_ADDRESS;

    ck_assert(agent_limits_allow(limits, limit, "192.0.2.1", 1000));
    fail_often(limits, limit, "192.0.2.1", 29, 1000);
    ck_assert(agent_limits_allow(limits, limit, "192.0.2.1", 1000));
    fail_often(limits, limit, "192.0.2.1", 1, 1000);
    ck_assert(!agent_limits_allow(limits, limit, "192.0.2.1", 1000));
    ck_assert(!agent_limits_allow(limits, limit, "192.0.2.1", 2999));
    ck_assert(agent_limits_allow(limits, limit, "192.0.2.1", 3000)); /* two seconds each */
    fail_often(limits, limit, "192.0.2.1", 1, 3000);
    ck_assert(!agent_limits_allow(limits, limit, "192.0.2.1", 3001));
    ck_assert(agent_limits_allow(limits, limit, "192.0.2.1", 63001));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(asking_often_does_not_slow_a_limit_down)
{
    agent_limits *limits = new_limits(10, 3600);
    const agent_limit limit = AGENT_LIMIT_REGISTRATION_TOKEN;

    fail_often(limits, limit, "token", 10, 1000);
    for (long long now = 1000; now < 1000 + 360000; now += 7)
        ck_assert(!agent_limits_allow(limits, limit, "token", now));
    ck_assert(agent_limits_allow(limits, limit, "token", 1000 + 360000));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(limits_know_who_is_who)
{
    static const struct {
        const char *who;
        const char *other;
        bool same;
    } rows[] = {
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"2001:DB8:1:2::1", "2001:db8:0001:2::1", true},
        {"unix", "UNIX", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        agent_limits *limits = new_limits(2, 60);

        fail_often(limits, AGENT_LIMIT_CHECK_ADDRESS, rows[i].who, 2, 1000);
        ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, rows[i].who, 1000));
        ck_assert_msg(agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, rows[i].other, 1000) !=
                          rows[i].same,
                      "%s and %s", rows[i].who, rows[i].other);
        /* the other limits are others */
        ck_assert(agent_limits_allow(limits, AGENT_LIMIT_CHECK_TOKEN, rows[i].who, 1000));
        ck_assert(agent_limits_allow(limits, AGENT_LIMIT_REGISTRATION_ADDRESS, rows[i].who, 1000));
        agent_limits_free(&limits);
    }
}
END_TEST

/* Whoever has a /48 has more than a /64 may, but not without end. */
START_TEST(a_site_of_many_networks)
{
    const agent_limit limits_of_addresses[] = {AGENT_LIMIT_CHECK_ADDRESS,
                                               AGENT_LIMIT_REGISTRATION_ADDRESS};
    char who[64];

    for (size_t i = 0; i < 2; i++) {
        const agent_limit limit = limits_of_addresses[i];
        agent_limits *limits = new_limits(2, 86400);

        for (int net = 0; net < 2 * AGENT_SITE_TIMES; net++) {
            (void)snprintf(who, sizeof(who), "2001:db8:1:%x::1", net);
            ck_assert(agent_limits_allow(limits, limit, who, 1000));
            if (net % 2 == 0)
                fail_often(limits, limit, who, 1, 1000);
            else
                ck_assert(agent_limits_take(limits, limit, who, 1000));
        }
        ck_assert(!agent_limits_allow(limits, limit, "2001:db8:1:ffff::1", 1000));
        ck_assert(!agent_limits_take(limits, limit, "2001:db8:1:ffff::1", 1000));
        ck_assert(agent_limits_allow(limits, limit, "2001:db8:2::1", 1000));
        agent_limits_return(limits, limit, "2001:db8:1:1::1", 1000);
        ck_assert(agent_limits_take(limits, limit, "2001:db8:1:ffff::1", 1000));
        ck_assert(!agent_limits_take(limits, limit, "2001:db8:1:fffe::1", 1000));
        /* what the /48 refuses is not taken from the /64 */
        ck_assert(agent_limits_allow(limits, limit, "2001:db8:1:fffe::1", 86400000 + 1000));
        /* IPv4 has none, in neither form */
        for (int net = 0; net < 3 * AGENT_SITE_TIMES; net++) {
            (void)snprintf(who, sizeof(who), "%s192.0.2.%d", net % 2 == 0 ? "" : "::ffff:", net);
            ck_assert(agent_limits_take(limits, limit, who, 1000));
        }
        agent_limits_free(&limits);
    }
}
END_TEST

START_TEST(other_rates_from_now_on)
{
    const inv_agent_settings settings = {.limit_checks = {5, 60}, .limit_registrations = {1, 60}};
    agent_limits *limits = new_limits(2, 60);
    const agent_limit limit = AGENT_LIMIT_CHECK_ADDRESS;

    fail_often(limits, limit, "192.0.2.1", 2, 1000);
    agent_limits_set(limits, &settings);
    ck_assert(!agent_limits_allow(limits, limit, "192.0.2.1", 1000)); /* nothing is forgiven */
    fail_often(limits, limit, "192.0.2.2", 4, 1000);
    ck_assert(agent_limits_allow(limits, limit, "192.0.2.2", 1000));
    fail_often(limits, AGENT_LIMIT_REGISTRATION_ADDRESS, "192.0.2.2", 1, 1000);
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_REGISTRATION_ADDRESS, "192.0.2.2", 1000));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(nobody_has_no_limit)
{
    agent_limits *limits = new_limits(1, 86400);

    fail_often(limits, AGENT_LIMIT_CHECK_ADDRESS, "", 100, 1000);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, "", 1000));
    agent_limits_free(&limits);
}
END_TEST

/* However many come along, the worst are the last to be forgotten. */
START_TEST(a_full_table_forgets_the_best)
{
    agent_limits *limits = new_limits(10, 86400);
    char who[32];

    fail_often(limits, AGENT_LIMIT_CHECK_ADDRESS, "198.51.100.1", 10, 1000);
    for (int i = 0; i < 200000; i++) {
        (void)snprintf(who, sizeof(who), "10.%d.%d.%d", i >> 16 & 255, i >> 8 & 255, i & 255);
        fail_often(limits, AGENT_LIMIT_CHECK_ADDRESS, who, 1, 1000);
    }
    ck_assert(!agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, "198.51.100.1", 1000));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(the_largest_rate_does_not_overflow)
{
    agent_limits *limits = new_limits(1000000, 86400);

    for (long long now = 1000; now < 86400000LL * 3; now += 86399000 / 2) {
        ck_assert(agent_limits_take(limits, AGENT_LIMIT_VERIFIERS_ADDRESS, "2001:db8::1", now));
        ck_assert(agent_limits_allow(limits, AGENT_LIMIT_VERIFIERS_ADDRESS, "2001:db8::1", now));
    }
    fail_often(limits, AGENT_LIMIT_CHECK_ADDRESS, "192.0.2.1", 1000, 1000);
    ck_assert(agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, "192.0.2.1", 86399000));
    ck_assert(
        agent_limits_allow(limits, AGENT_LIMIT_CHECK_ADDRESS, "192.0.2.1", 86399000LL * 100000));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(who_stands_for_several)
{
    agent_limits *limits = new_limits(2, 86400);
    agent_limit limit = AGENT_LIMIT_REGISTRATION_TOKEN;

    for (int i = 0; i < 2 * AGENT_SHARERS_MAX; i++) {
        ck_assert(agent_limits_allow(limits, limit, "many", 1000));
        agent_limits_charge(limits, limit, "many", AGENT_SHARERS_MAX, 1000);
    }
    ck_assert(!agent_limits_allow(limits, limit, "many", 1000));
    /* one of them has something back long before all have */
    ck_assert(agent_limits_allow(limits, limit, "many", 1000 + 86400000 / 2 / AGENT_SHARERS_MAX));
    /* and whoever costs more takes no more than there is */
    agent_limits_charge(limits, limit, "many", 1, 1000 + 86400000 / 2);
    ck_assert(!agent_limits_allow(limits, limit, "many", 1000 + 86400000 / 2));
    agent_limits_free(&limits);
}
END_TEST

START_TEST(what_costs_in_any_case)
{
    agent_limits *limits = new_limits(2, 86400);
    agent_limit limit = AGENT_LIMIT_REGISTRATION_ADDRESS;

    ck_assert(agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(!agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(!agent_limits_allow(limits, limit, "192.0.2.1", 1000));
    ck_assert(agent_limits_take(limits, limit, "192.0.2.2", 1000));
    agent_limits_return(limits, limit, "192.0.2.1", 1000);
    ck_assert(agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(!agent_limits_take(limits, limit, "192.0.2.1", 1000));
    /* never more than the whole of it */
    for (int i = 0; i < 5; i++)
        agent_limits_return(limits, limit, "192.0.2.1", 1000);
    ck_assert(agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(agent_limits_take(limits, limit, "192.0.2.1", 1000));
    ck_assert(!agent_limits_take(limits, limit, "192.0.2.1", 1000));
    /* to tell nothing lets nobody through: all who do so are one */
    ck_assert(agent_limits_take(limits, limit, "", 1000));
    ck_assert(agent_limits_take(limits, limit, "", 1000));
    ck_assert(!agent_limits_take(limits, limit, "", 1000));
    agent_limits_return(limits, limit, "", 1000);
    ck_assert(agent_limits_take(limits, limit, "", 1000));
    ck_assert(!agent_limits_take(limits, limit, "", 1000));
    ck_assert(agent_limits_allow(limits, limit, "", 1000));
    agent_limits_free(&limits);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_counts");
    TCase *limits = tcase_create("limits");

    tcase_set_timeout(limits, 60);
    tcase_add_test(limits, failures_use_up_a_limit_and_time_gives_it_back);
    tcase_add_test(limits, asking_often_does_not_slow_a_limit_down);
    tcase_add_test(limits, limits_know_who_is_who);
    tcase_add_test(limits, a_site_of_many_networks);
    tcase_add_test(limits, other_rates_from_now_on);
    tcase_add_test(limits, nobody_has_no_limit);
    tcase_add_test(limits, a_full_table_forgets_the_best);
    tcase_add_test(limits, the_largest_rate_does_not_overflow);
    tcase_add_test(limits, who_stands_for_several);
    tcase_add_test(limits, what_costs_in_any_case);
    tcase_add_test(limits, a_name_from_an_address);
    suite_add_tcase(suite, limits);
    return suite_run(suite);
}
