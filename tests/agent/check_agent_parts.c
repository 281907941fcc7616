/* SPDX-License-Identifier: BSD-2-Clause */
/* What invite-agent is made of, without a directory: frames and limits. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "tools/agent/frame.h"
#include "tools/agent/limits.h"
#include "tools/agent/operations.h"

#define FRAME(literal) literal, sizeof(literal) - 1

static agent_frame_state parse(const char *bytes, size_t length, agent_frame *frame)
{
    const char *problem = NULL;
    agent_frame_state state = agent_frame_parse(bytes, length, frame, &problem);

    ck_assert(state == AGENT_FRAME_GOOD || problem != NULL);
    return state;
}

START_TEST(a_frame_is_its_fields)
{
    agent_frame frame;

    ck_assert_int_eq(parse(FRAME("7\0check\0example.org\0TOKEN\0"), &frame), AGENT_FRAME_GOOD);
    ck_assert_uint_eq(frame.field_count, 5);
    ck_assert_str_eq(frame.fields[0], "7");
    ck_assert_str_eq(frame.fields[3], "TOKEN");
    ck_assert_str_eq(frame.fields[4], "");
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("x"), &frame), AGENT_FRAME_GOOD);
    ck_assert_uint_eq(frame.field_count, 1);
    agent_frame_clear(&frame);
}
END_TEST

START_TEST(what_is_no_frame)
{
    char long_id[AGENT_ID_MAX + 2];
    char many[AGENT_FIELDS_MAX + 1];
    char *large = malloc(AGENT_REQUEST_MAX + 1);
    agent_frame frame;

    memset(long_id, 'i', sizeof(long_id));
    memset(many, 0, sizeof(many));
    many[0] = '1';
    ck_assert_ptr_nonnull(large);
    memset(large, 'x', AGENT_REQUEST_MAX + 1);
    large[1] = '\0';
    ck_assert_int_eq(parse("", 0, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("\0ping"), &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(long_id, sizeof(long_id) - 1, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(long_id, AGENT_ID_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("\xff\0ping"), &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(FRAME("1\0\xc0\x80"), &frame), AGENT_FRAME_BAD);
    ck_assert_str_eq(frame.fields[0], "1");
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(many, AGENT_FIELDS_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(many, sizeof(many), &frame), AGENT_FRAME_BAD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(large, AGENT_REQUEST_MAX, &frame), AGENT_FRAME_GOOD);
    agent_frame_clear(&frame);
    ck_assert_int_eq(parse(large, AGENT_REQUEST_MAX + 1, &frame), AGENT_FRAME_LOST);
    agent_frame_clear(&frame);
    free(large);
}
END_TEST

/* A request with "|" for NUL. */
static const agent_operation *operation_of(const char *text, const char **problem)
{
    static agent_frame frame; /* operations borrow nothing of it */
    char *bytes = strdup(text);
    const agent_operation *operation;

    for (char *at = bytes; (at = strchr(at, '|')) != NULL; at++)
        *at = '\0';
    ck_assert_int_eq(parse(bytes, strlen(text), &frame), AGENT_FRAME_GOOD);
    operation = agent_operation_of(&frame, problem);
    agent_frame_clear(&frame);
    free(bytes);
    return operation;
}

START_TEST(a_request_has_its_arguments)
{
    static const struct {
        const char *request;
        const char *problem; /* NULL: fine */
    } rows[] = {
        {"1|ping", NULL},
        {"1|ping|", NULL},
        {"1|ping||x", "arguments"},
        {"1", "operation"},
        {"1|PING", "operation"},
        {"1|check|d|t|a", NULL},
        {"1|check|d|t", "arguments"},
        {"1|check|d|t|a|x", "arguments"},
        {"1|check", "arguments"},
        {"1|register|d|t|u|p|a|", NULL},
        {"1|register|d|t|u|p|a|1790000000", NULL},
        {"1|register|d|t|u|p|a|-1", "accepted_at"},
        {"1|register|d|t|u|p|a|1e9", "accepted_at"},
        {"1|register|d|t|u|p|a|9999999999999", "accepted_at"},
        {"1|reset|d|t|u|p|a|x", "accepted_at"},
        {"1|create|d|j|account", NULL},
        {"1|create|d|j|account|user=|note=a=b|expires=1d|roster-subscription=1", NULL},
        {"1|create|d|j|account|user=a|user=b", "once"},
        {"1|create|d|j|account|uses=5", "options"},
        {"1|create|d|j|account|user", "options"},
        {"1|create|d|j", "arguments"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *problem = NULL;
        const agent_operation *operation = operation_of(rows[i].request, &problem);

        ck_assert_msg((operation != NULL) == (rows[i].problem == NULL), "%s", rows[i].request);
        ck_assert_msg(operation != NULL || strstr(problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].request, problem);
    }
}
END_TEST

START_TEST(an_answer_is_bytes)
{
    static const char expected[] = "\0\x0e"
                                   "9\0OK\0hi\0a@b\0\0G";
    agent_answer answer;

    agent_answer_start(&answer, "9");
    ck_assert(agent_answer_contact(&answer, "a@b", "", "G"));
    ck_assert(agent_answer_finish(&answer, "OK", "hi"));
    ck_assert_uint_eq(answer.length, sizeof(expected) - 1);
    ck_assert_mem_eq(answer.bytes, expected, sizeof(expected) - 1);
    agent_answer_clear(&answer);
}
END_TEST

START_TEST(a_long_answer_is_several_frames)
{
    agent_answer answer;
    size_t frames = 0;
    size_t contacts = 0;

    agent_answer_start(&answer, "many");
    for (int i = 0; i < 5000; i++)
        ck_assert(agent_answer_contact(&answer, "somebody@example.org", "", "Invited"));
    ck_assert(agent_answer_finish(&answer, "OK", NULL));
    for (size_t at = 0; at < answer.length; frames++) {
        size_t length = agent_frame_length(answer.bytes + at);
        const char *frame = answer.bytes + at + AGENT_LENGTH_SIZE;

        ck_assert_str_eq(frame, "many");
        at += AGENT_LENGTH_SIZE + length;
        ck_assert_uint_le(at, answer.length);
        ck_assert_str_eq(frame + 5, at < answer.length ? "more" : "OK");
        for (size_t i = 0; i < length; i++)
            contacts += frame[i] == '@';
    }
    ck_assert_uint_ge(frames, 3);
    ck_assert_uint_eq(contacts, 5000);
    agent_answer_clear(&answer);
}
END_TEST

START_TEST(no_answer_breaks_its_frame)
{
    size_t length = 70000;
    char *huge = malloc(length + 1);
    agent_answer answer;

    ck_assert_ptr_nonnull(huge);
    for (size_t i = 0; i < length; i += 2)
        memcpy(huge + i, "\xc3\xa9", 2);
    huge[length] = '\0';
    agent_answer_start(&answer, "1");
    ck_assert(!agent_answer_contact(&answer, huge, "", ""));
    ck_assert(agent_answer_finish(&answer, "OK", huge));
    ck_assert_uint_eq(answer.length, AGENT_LENGTH_SIZE + agent_frame_length(answer.bytes));
    ck_assert_uint_eq(answer.length % 2, 1); /* cut between characters: 2 + 1 + 1 + 2 + 1 + even */
    agent_answer_clear(&answer);
    free(huge);
}
END_TEST

/* -------------------------------------------------------------------------------------- limits */

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
    Suite *suite = suite_create("agent_parts");
    TCase *frames = tcase_create("frames");
    TCase *limits = tcase_create("limits");

    tcase_add_test(frames, a_frame_is_its_fields);
    tcase_add_test(frames, what_is_no_frame);
    tcase_add_test(frames, a_request_has_its_arguments);
    tcase_add_test(frames, an_answer_is_bytes);
    tcase_add_test(frames, a_long_answer_is_several_frames);
    tcase_add_test(frames, no_answer_breaks_its_frame);
    suite_add_tcase(suite, frames);
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
