/* SPDX-License-Identifier: BSD-2-Clause */
/* What the requests of a registration cost the directory, and what they answer for it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/directory.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tools/agent/operations.h"

static agent_service service;
static inv_directory *directory;

static void start_with(const char *domain_lines)
{
    fixture_start_aged_with(&(struct site_settings){.domain_lines = domain_lines});
    service = (agent_service){.context = site->context};
    ck_assert_int_eq(agent_limits_new(&site->context->config->agent, &service.limits, &verdict),
                     INV_OK);
    ck_assert_int_eq(
        inv_directory_new(&site->context->config->directory, NULL, NULL, &directory, &verdict),
        INV_OK);
}

static void start(void)
{
    start_with(NULL);
}

static void start_scram(void)
{
    start_with("password_verifiers = server scram-sha-256\nscram_iterations = 4096\n");
    site_show_verifiers(site);
    site->context->config->agent.serves_verifiers = true;
}

static void stop(void)
{
    inv_directory_free(&directory);
    agent_limits_free(&service.limits);
    fixture_stop();
}

static inv_token *invite(const char *inviter, char text[INV_TOKEN_LENGTH + 1])
{
    inv_token *token = site_invite(site, inviter, 1);

    inv_token_write(token, text);
    return token;
}

#define ANSWER_SIZE 512

/* What one request costs, and the bytes of its answer. */
typedef struct expense {
    size_t flights;
    size_t writes;
    size_t sends;
    char answer[ANSWER_SIZE];
} expense;

/* request: with the id "1", and spaces for NULs. expected: the name of its result. */
static expense operate_to(const char *request, const char *expected)
{
    struct counter *counter = counter_attach(directory);
    const char *problem = NULL;
    char bytes[ANSWER_SIZE];
    agent_frame frame;
    agent_answer answer;
    expense spent = {0};

    (void)snprintf(bytes, sizeof(bytes), "%s", request);
    for (char *at = bytes; (at = strchr(at, ' ')) != NULL; at++)
        *at = '\0';
    ck_assert_int_eq(agent_frame_parse(bytes, strlen(request), &frame, &problem), AGENT_FRAME_GOOD);
    agent_answer_start(&answer, "1");
    agent_operate(&service, &frame, directory, &answer);
    spent.flights = counter->flights;
    spent.writes = counter->writes;
    spent.sends = counter->sends;
    ck_assert_uint_lt(answer.length, sizeof(spent.answer));
    memcpy(spent.answer, answer.bytes, answer.length);
    ck_assert_msg(strcmp(spent.answer + 4, expected) == 0, "%s", spent.answer + 4);
    agent_answer_clear(&answer);
    agent_frame_clear(&frame);
    counter_detach(directory, &counter);
    return spent;
}

/* It must end well. */
static expense operate(const char *request)
{
    return operate_to(request, "OK");
}

static expense check_to(const char *token, const char *expected)
{
    char request[128];

    (void)snprintf(request, sizeof(request), "1 check example.org %s ", token);
    return operate_to(request, expected);
}

static expense check(const char *token)
{
    return check_to(token, "OK");
}

/* With the moment of an earlier check, as Prosody's module has it. */
static expense register_as(const char *token, const char *name)
{
    char request[128];

    (void)snprintf(request, sizeof(request), "1 register example.org %s %s battery-staple  %lld",
                   token, name, (long long)time(NULL));
    return operate(request);
}

/* Behind the length, "1" and "OK". */
static const char *text_of(const expense *spent)
{
    return spent->answer + 7;
}

static bool tells_contact(const expense *spent, const char *jid)
{
    return memmem(spent->answer, sizeof(spent->answer), jid, strlen(jid) + 1) != NULL;
}

/* The registration's account is the one that roster tells. */
static void expect_account(const expense *registration, const char *roster_request)
{
    expense roster = operate(roster_request);

    ck_assert_uint_gt(strlen(text_of(&roster)), strlen("account="));
    ck_assert_str_eq(text_of(registration), text_of(&roster));
}

START_TEST(a_check_reads_the_invite_once)
{
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(NULL, text);
    expense spent = check(text);

    ck_assert_uint_eq(spent.flights, 1);
    ck_assert(!tells_contact(&spent, "alice@example.org"));
    inv_token_free(&token);
    token = invite("alice@example.org", text);
    spent = check(text);
    ck_assert_uint_eq(spent.flights, 2); /* is the inviter there? */
    ck_assert(tells_contact(&spent, "alice@example.org"));
    inv_token_free(&token);
}
END_TEST

/*
 * A forged token, here of a key that there is and of one that there is not, costs no traffic; one
 * of a revoked invite a single read.
 */
START_TEST(a_forged_token_asks_the_directory_nothing)
{
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(NULL, text);
    char request[128];
    expense spent;

    ck_assert_int_eq(site_revoke(site, token), INV_OK);
    spent = check_to(text, "BAD_TOKEN");
    ck_assert_uint_eq(spent.flights, 1);
    text[INV_TOKEN_LENGTH - 1] = text[INV_TOKEN_LENGTH - 1] == 'A' ? 'B' : 'A';
    for (int i = 0; i < 2; i++) {
        spent = check_to(text, "BAD_TOKEN");
        ck_assert_uint_eq(spent.flights, 0);
        (void)snprintf(request, sizeof(request),
                       "1 register example.org %s alice battery-staple  0", text);
        spent = operate_to(request, "BAD_TOKEN");
        ck_assert_uint_eq(spent.flights, 0);
        text[0] = text[0] == 'z' ? 'y' : 'z';
    }
    inv_token_free(&token);
}
END_TEST

/* Behind the registration one read: of all the contacts that the account has. */
START_TEST(a_registration_knows_what_it_made)
{
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(NULL, text);
    expense spent = register_as(text, "plain");

    ck_assert_uint_eq(spent.flights, 4 + 1);
    ck_assert_uint_eq(spent.writes, 3);
    expect_account(&spent, "1 roster example.org plain");
    spent = register_as(text, "plain"); /* the same again */
    expect_account(&spent, "1 roster example.org plain");
    inv_token_free(&token);
    token = invite("alice@example.org", text);
    spent = register_as(text, "invited");
    ck_assert_uint_eq(spent.flights, 5 + 1);
    ck_assert_uint_eq(spent.writes, 4);
    ck_assert(tells_contact(&spent, "alice@example.org"));
    expect_account(&spent, "1 roster example.org invited");
    inv_token_free(&token);
}
END_TEST

/*
 * Verifiers are one flight: the account, whether it has a userPassword, and for the first that asks
 * how the directory dates passwords. A free name costs as much as another.
 */
START_TEST(verifiers_are_one_flight)
{
    static const struct {
        const char *request;
        const char *result;
        size_t sends;
    } asked[] = {
        {"1 verifiers example.org held 192.0.2.7", "OK", 3},
        {"1 verifiers example.org held 192.0.2.7", "OK", 2},
        {"1 verifiers example.org free-name 192.0.2.7", "NO_ACCOUNT", 2},
        {"1 verifiers example.org held 192.0.2.7", "OK", 2},
    };
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(NULL, text);

    (void)register_as(text, "held");
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        expense spent = operate_to(asked[i].request, asked[i].result);

        ck_assert_uint_eq(spent.flights, 1);
        ck_assert_msg(spent.sends == asked[i].sends, "row %zu: %zu searches", i, spent.sends);
    }
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_flights");
    TCase *tests = tcase_create("flights");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_test(tests, a_check_reads_the_invite_once);
    tcase_add_test(tests, a_forged_token_asks_the_directory_nothing);
    tcase_add_test(tests, a_registration_knows_what_it_made);
    suite_add_tcase(suite, tests);
    tests = tcase_create("verifiers");
    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start_scram, stop);
    tcase_add_test(tests, verifiers_are_one_flight);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
