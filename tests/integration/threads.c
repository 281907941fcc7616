/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "tests/support/site_invites.h"
#include "tests/support/suite.h"

/*
 * Eight threads of one process over one gate, as in a server that loads a module of ours: each with
 * tokens of its own, all with the same token, and all with a directory that goes away meanwhile.
 * CI runs it with ThreadSanitizer as well.
 */

#define THREADS 8
#define ROUNDS  5

/* What one thread did in one round. Written by it alone, read when it has ended. */
struct outcome {
    inv_result own;    /* redeeming a token of its own */
    inv_result check;  /* looking at the token of all */
    inv_result shared; /* redeeming it, by a name of its own */
    inv_result login;
    char why[sizeof(((inv_verdict *)0)->why)];
};

static struct site *site;
static inv_context *threads_context;
static inv_token *own[THREADS][ROUNDS];
static inv_token *shared[ROUNDS];
static struct outcome outcomes[THREADS][ROUNDS];
static pthread_barrier_t round_start;
static const char *prefix;
static bool patient; /* tries again what the directory was not there for */

static void log_nothing(void *context, inv_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static void start(void)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    site = site_start(NULL);
    site_add_account(site, "alice");
    site_next_second();
    ck_assert_msg(inv_context_open(slapd_conf_path(site->slapd),
                                   &(inv_own_log){log_nothing, NULL, false}, &threads_context,
                                   &verdict) == INV_OK,
                  "%s", verdict.why);
}

static void stop(void)
{
    inv_context_free(&threads_context);
    site_stop(&site);
}

static bool is_temporary(inv_result result)
{
    return result == INV_DIRECTORY_DOWN || result == INV_TIMEOUT;
}

static void pause_shortly(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
}

/* ---------------------------------------------------------------------------------- one thread */

typedef inv_result (*act)(inv_call *call, const inv_token *token, const inv_jid *name);

static inv_result redeem(inv_call *call, const inv_token *token, const inv_jid *name)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_result result = INV_NO_MEMORY;

    if (password != NULL)
        result = inv_redeem(
            call, &(inv_redeem_request){token, name, password, INV_ALLOW_REGISTRATION, 0});
    inv_secret_free(&password);
    return result;
}

static inv_result look(inv_call *call, const inv_token *token, const inv_jid *name)
{
    inv_acceptance acceptance = {0};

    return inv_redeem_check(call, token, name, INV_ALLOW_REGISTRATION, &acceptance);
}

static inv_result log_in(inv_call *call, const inv_token *token, const inv_jid *name)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_result result = INV_NO_MEMORY;

    (void)token;
    if (password != NULL)
        result = inv_account_login(call, name, password);
    inv_secret_free(&password);
    return result;
}

/* In a call of its own, as a front end does. */
static inv_result once(act what, const inv_token *token, const char *local, struct outcome *outcome)
{
    const inv_domain *domain = &threads_context->config->domains[0];
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_call call = {0};
    inv_result result = inv_jid_prepare(domain, local, strlen(local), &name, &verdict);

    if (result == INV_OK)
        result = inv_call_begin(threads_context, domain, patient ? 1000 : 20000, &call, &verdict);
    if (result == INV_OK)
        result = what(&call, token, name);
    if (result != INV_OK)
        (void)snprintf(outcome->why, sizeof(outcome->why), "%s", verdict.why);
    inv_call_end(&call);
    inv_jid_free(&name);
    return result;
}

static inv_result until_answered(act what, const inv_token *token, const char *local,
                                 struct outcome *outcome)
{
    inv_result result = once(what, token, local, outcome);

    for (int tries = 0; patient && is_temporary(result) && tries < 1000; tries++) {
        pause_shortly();
        result = once(what, token, local, outcome);
    }
    return result;
}

static void name_of(const char *kind, size_t thread, size_t round, char name[64])
{
    (void)snprintf(name, 64, "%s-%s%zu-%zu", prefix, kind, thread, round);
}

static void take_part(size_t thread, size_t round)
{
    struct outcome *outcome = &outcomes[thread][round];
    char mine[64];
    char ours[64];

    name_of("own", thread, round, mine);
    name_of("all", thread, round, ours);
    outcome->own = until_answered(redeem, own[thread][round], mine, outcome);
    outcome->check = until_answered(look, shared[round], ours, outcome);
    outcome->shared = until_answered(redeem, shared[round], ours, outcome);
    outcome->login = until_answered(log_in, NULL, mine, outcome);
}

static void *work(void *number)
{
    size_t thread = *(const size_t *)number;

    for (size_t round = 0; round < ROUNDS; round++) {
        (void)pthread_barrier_wait(&round_start);
        take_part(thread, round);
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- all of them */

static void make_tokens(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        shared[round] = site_invite(site, "alice@example.org", 1);
        for (size_t thread = 0; thread < THREADS; thread++)
            own[thread][round] = site_invite(site, "alice@example.org", 1);
    }
}

static void free_tokens(void)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        inv_token_free(&shared[round]);
        for (size_t thread = 0; thread < THREADS; thread++)
            inv_token_free(&own[thread][round]);
    }
}

static void run_threads(bool restart)
{
    static size_t numbers[THREADS];
    pthread_t threads[THREADS];

    ck_assert_int_eq(pthread_barrier_init(&round_start, NULL, THREADS + 1), 0);
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        (void)pthread_barrier_wait(&round_start);
        if (restart) {
            pause_shortly();
            site_restart(site, NULL, NULL);
        }
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&round_start);
}

/* The answer is OK as soon as the account is there; the same again finishes what was cut off. */
static void finish(const inv_token *token, const char *kind, size_t thread, size_t round)
{
    inv_verdict verdict;
    char name[64];

    name_of(kind, thread, round, name);
    if (patient) {
        site_redeem(site, token, name, SITE_PASSWORD, &verdict);
        site_expect_result(verdict, INV_OK);
    }
    site_expect(site, token, 0, 0, 1, 1, 1);
}

static void expect_round(size_t round)
{
    int winners = 0;

    for (size_t i = 0; i < THREADS; i++) {
        const struct outcome *outcome = &outcomes[i][round];

        ck_assert_msg(outcome->own == INV_OK && outcome->login == INV_OK,
                      "round %zu, thread %zu: redeemed %s, login %s: %s", round, i,
                      inv_result_name(outcome->own), inv_result_name(outcome->login), outcome->why);
        ck_assert_msg(outcome->check == INV_OK || outcome->check == INV_BAD_TOKEN, "check: %s",
                      inv_result_name(outcome->check));
        ck_assert_msg(outcome->shared == INV_OK || outcome->shared == INV_BAD_TOKEN, "shared: %s",
                      inv_result_name(outcome->shared));
        finish(own[i][round], "own", i, round);
        if (outcome->shared != INV_OK)
            continue;
        finish(shared[round], "all", i, round);
        winners++;
    }
    ck_assert_int_eq(winners, 1);
}

START_TEST(one_gate_for_all)
{
    prefix = "calm";
    make_tokens();
    run_threads(false);
    for (size_t round = 0; round < ROUNDS; round++)
        expect_round(round);
    free_tokens();
}
END_TEST

START_TEST(the_directory_goes_away_meanwhile)
{
    prefix = "lost";
    patient = true;
    make_tokens();
    run_threads(true);
    for (size_t round = 0; round < ROUNDS; round++)
        expect_round(round);
    free_tokens();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("threads");
    TCase *tests = tcase_create("threads");

    tcase_set_timeout(tests, 240);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_test(tests, one_gate_for_all);
    tcase_add_test(tests, the_directory_goes_away_meanwhile);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
