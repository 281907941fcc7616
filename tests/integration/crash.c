/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/counter.h"
#include "tests/support/fixture.h"

/*
 * kill -9 of a redeemer before each operation it sends and after each answer it gets, until it runs
 * through. Whatever it leaves, no use is lost, no account is there without one, and whoever comes
 * with the same token, name and password ends where the first one would have.
 */

#define POINTS_MAX   64
#define GRACE        1 /* seconds */
#define NEW_PASSWORD "the password of a reset"

enum scenario {
    SCENARIO_ACCOUNT,  /* one use, an inviter */
    SCENARIO_PRESET,   /* and a preset name */
    SCENARIO_MULTIPLE, /* three uses */
    SCENARIO_CONTACT,
    SCENARIO_RESET,
};

/* One crash: where, and what it was about. */
struct point {
    enum scenario scenario;
    counter_moment moment;
    size_t number;
    inv_token *token;
    char local[32];
    char other[32];
    bool was_killed;
};

static struct point points[POINTS_MAX];

/* --------------------------------------------------------------------------------- one redeemer */

static const char *password_of(const struct point *point)
{
    return point->scenario == SCENARIO_RESET ? NEW_PASSWORD : SITE_PASSWORD;
}

static inv_result redeem_as(const struct point *point, inv_call *call, const char *local)
{
    char jid[64];
    inv_jid *name;
    inv_result result;

    if (point->scenario != SCENARIO_CONTACT)
        return site_redeem_in(call, point->token, local, password_of(point));
    (void)snprintf(jid, sizeof(jid), "%s@elsewhere.example", local);
    name = site_jid(jid);
    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_redeem_contact(call, point->token, name, 0);
    inv_jid_free(&name);
    return result;
}

static inv_result redeem_in_time(const struct point *point, const char *local)
{
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = redeem_as(point, &call, local);
    inv_call_end(&call);
    return result;
}

static void die(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct point *point = context;

    (void)write;
    if (moment == point->moment && number == point->number)
        (void)raise(SIGKILL);
}

static void redeem_and_die(struct point *point)
{
    struct counter *counter;
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = die;
    counter->context = point;
    result = redeem_as(point, &call, point->local);
    _exit(result == INV_OK ? 0 : 1);
}

/* ------------------------------------------------------------------------------------ one crash */

static void prepare(struct point *point, const char *run)
{
    struct site_request request;
    inv_invite_type type = INV_INVITE_ACCOUNT;
    const char *inviter = "alice@example.org";

    (void)snprintf(point->local, sizeof(point->local), "%s%d%c%zu", run, (int)point->scenario,
                   point->moment == COUNTER_BEFORE_SEND ? 'b' : 'a', point->number);
    (void)snprintf(point->other, sizeof(point->other), "%s-other", point->local);
    if (point->scenario == SCENARIO_CONTACT)
        type = INV_INVITE_CONTACT;
    if (point->scenario == SCENARIO_RESET) {
        type = INV_INVITE_RESET;
        inviter = NULL;
        site_add_account(site, point->local);
    }
    site_request(site, &request, type, inviter);
    if (point->scenario == SCENARIO_MULTIPLE)
        request.request.uses = 3;
    if (point->scenario == SCENARIO_PRESET || point->scenario == SCENARIO_RESET)
        site_request_user(site, &request, point->local);
    point->token = site_create(site, &request);
}

/* The child's end; false when it ran through. */
static bool crash(struct point *point)
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ne(child, -1);
    if (child == 0)
        redeem_and_die(point);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    point->was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    ck_assert_msg(point->was_killed || status == 0, "%s: ended by itself with %d", point->local,
                  status);
    site_expect_consistent(site, point->token);
    return point->was_killed;
}

static void expect_done(const struct point *point)
{
    switch (point->scenario) {
    case SCENARIO_ACCOUNT:
    case SCENARIO_PRESET:
        site_expect(site, point->token, 0, 0, 1, 1, 1);
        break;
    case SCENARIO_MULTIPLE:
        site_expect(site, point->token, 2, 0, 1, 1, 1);
        break;
    case SCENARIO_CONTACT:
        site_expect(site, point->token, 0, 0, 1, 0, 1);
        break;
    case SCENARIO_RESET:
        site_expect(site, point->token, 0, 0, 1, 0, 0);
        break;
    }
    if (point->scenario != SCENARIO_CONTACT)
        ck_assert(site_login(site, point->local, password_of(point)));
}

/* A finished use has all its pairs; nobody logs in with a password that was never given. */
static void expect_whole(const struct point *point)
{
    struct site_state state;

    site_state(site, point->token, &state);
    if (point->scenario != SCENARIO_RESET)
        ck_assert_msg(state.pairs >= state.used_by, "%s: half a roster", point->local);
    else
        ck_assert_msg(site_login(site, point->local, SITE_PASSWORD) !=
                          site_login(site, point->local, NEW_PASSWORD),
                      "%s: two passwords, or none", point->local);
}

/* All crashes of a scenario. Returns how many, the one that ran through included. */
static size_t crash_everywhere(enum scenario scenario, const char *run)
{
    const counter_moment moments[] = {COUNTER_BEFORE_SEND, COUNTER_AFTER_ANSWER};
    size_t count = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t number = 0;
        bool was_killed = true;

        while (was_killed) {
            ck_assert_uint_lt(count, POINTS_MAX);
            points[count] =
                (struct point){.scenario = scenario, .moment = moments[i], .number = ++number};
            prepare(&points[count], run);
            was_killed = crash(&points[count]);
            expect_whole(&points[count]);
            count++;
        }
        ck_assert_msg(number > 6, "only %zu operations: nothing was tried", number);
    }
    return count;
}

static void free_tokens(size_t count)
{
    for (size_t i = 0; i < count; i++)
        inv_token_free(&points[i].token);
}

/* ------------------------------------------------------------------------------- who comes next */

START_TEST(the_same_again)
{
    size_t count = crash_everywhere((enum scenario)_i, "s");

    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(redeem_in_time(&points[i], points[i].local) == INV_OK, "%s: %s",
                      points[i].local, verdict.why);
        expect_done(&points[i]);
        /* and once more, as a host that sends again would */
        ck_assert_int_eq(redeem_in_time(&points[i], points[i].local), INV_OK);
        expect_done(&points[i]);
    }
    free_tokens(count);
}
END_TEST

/* The account, or for contacts the pair, is there: the use is not free for anybody else. */
static bool has_effect(const struct point *point)
{
    struct site_state state;

    site_state(site, point->token, &state);
    return state.accounts > 0 || (point->scenario == SCENARIO_CONTACT && state.pairs > 0);
}

/* Tries every point that is still open with another name; returns how many are left. */
static size_t try_others(size_t count, bool *done)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        if (done[i])
            continue;
        done[i] = redeem_in_time(&points[i], points[i].other) == INV_OK;
        ck_assert_msg(done[i] || verdict.result == INV_BAD_TOKEN, "%s: %s", points[i].other,
                      verdict.why);
        site_expect_consistent(site, points[i].token);
        left += !done[i];
    }
    return left;
}

START_TEST(another_name_after_the_grace)
{
    bool done[POINTS_MAX] = {false};
    bool taken[POINTS_MAX] = {false};
    time_t end;
    size_t count;

    site_domain(site)->claim_grace = GRACE;
    count = crash_everywhere((enum scenario)_i, "o");
    for (size_t i = 0; i < count; i++)
        taken[i] = done[i] = has_effect(&points[i]);
    for (end = time(NULL) + 20; try_others(count, done) > 0; site_next_second())
        ck_assert_msg(time(NULL) < end, "a use is still not free");
    for (size_t i = 0; i < count; i++) {
        inv_result result =
            redeem_in_time(&points[i], taken[i] ? points[i].other : points[i].local);

        ck_assert_msg(result == INV_BAD_TOKEN, "%s: %s", points[i].local, verdict.why);
        if (taken[i])
            ck_assert_int_eq(redeem_in_time(&points[i], points[i].local), INV_OK);
        else
            (void)snprintf(points[i].local, sizeof(points[i].local), "%s", points[i].other);
        expect_done(&points[i]);
    }
    free_tokens(count);
}
END_TEST

/* Other names go on at once where an invite has more uses; the crashed one is not lost. */
START_TEST(the_other_uses_meanwhile)
{
    size_t count = crash_everywhere(SCENARIO_MULTIPLE, "m");

    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(redeem_in_time(&points[i], points[i].other), INV_OK);
        site_expect_consistent(site, points[i].token);
        ck_assert_int_eq(redeem_in_time(&points[i], points[i].local), INV_OK);
        site_expect(site, points[i].token, 1, 0, 2, 2, 2);
    }
    free_tokens(count);
}
END_TEST

/* A preset name stays its invite's, at every moment. */
START_TEST(a_preset_name_meanwhile)
{
    size_t count = crash_everywhere(SCENARIO_PRESET, "p");
    inv_token *token = site_invite(site, NULL, 1);

    for (size_t i = 0; i < count; i++) {
        inv_result result = site_redeem(site, token, points[i].local, SITE_PASSWORD, &verdict);

        ck_assert_msg(result == INV_NAME_RESERVED || result == INV_NAME_TAKEN, "%s: %s",
                      points[i].local, verdict.why);
        result = redeem_in_time(&points[i], points[i].other);
        ck_assert_msg(result == INV_NAME_RESERVED || result == INV_BAD_TOKEN, "%s: %s",
                      points[i].other, verdict.why);
        ck_assert_int_eq(redeem_in_time(&points[i], points[i].local), INV_OK);
        expect_done(&points[i]);
    }
    site_expect(site, token, 1, 0, 0, 0, 0);
    inv_token_free(&token);
    free_tokens(count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crash");
    TCase *crashes = tcase_create("crash");

    tcase_set_timeout(crashes, 300);
    tcase_add_unchecked_fixture(crashes, fixture_start_aged, fixture_stop);
    tcase_add_loop_test(crashes, the_same_again, SCENARIO_ACCOUNT, SCENARIO_RESET + 1);
    tcase_add_loop_test(crashes, another_name_after_the_grace, SCENARIO_ACCOUNT,
                        SCENARIO_ACCOUNT + 1);
    tcase_add_loop_test(crashes, another_name_after_the_grace, SCENARIO_CONTACT,
                        SCENARIO_CONTACT + 1);
    tcase_add_test(crashes, the_other_uses_meanwhile);
    tcase_add_test(crashes, a_preset_name_meanwhile);
    suite_add_tcase(suite, crashes);
    return suite_run(suite);
}
