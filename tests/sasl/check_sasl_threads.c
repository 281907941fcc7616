/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eight threads of one program over libinvite.so, as in svnserve --threads: each registers with
 * tokens of its own, all with the same one, they store and log in, also while the directory goes
 * away. With ThreadSanitizer too (HACKING.md).
 */
#include "config.h"

#include <check.h>
#include <pthread.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/fixture.h"
#include "tests/support/sasl_host.h"

#define THREADS   8
#define ROUNDS    4
#define MECHANISM "X-INVITE-TOKEN"

/* What one thread got in one round. Written by it alone, read when it has ended. */
struct outcome {
    int own;    /* by the mechanism, with a token of its own */
    int again;  /* stored once more */
    int shared; /* with the token of all, for a name of its own */
    int login;
    int wrong; /* with another password */
    int offers;
};

static pthread_barrier_t round_start;
static char own[THREADS][ROUNDS][INV_TOKEN_LENGTH + 1];
static char shared[ROUNDS][INV_TOKEN_LENGTH + 1];
static struct outcome outcomes[THREADS][ROUNDS];
static const char *prefix;

/* ------------------------------------------------------- what a threaded program has to give it */

static void *mutex_new(void)
{
    pthread_mutex_t *mutex = malloc(sizeof(*mutex));

    if (mutex != NULL)
        (void)pthread_mutex_init(mutex, NULL);
    return mutex;
}

static int mutex_lock(void *mutex)
{
    return pthread_mutex_lock(mutex);
}

static int mutex_unlock(void *mutex)
{
    return pthread_mutex_unlock(mutex);
}

static void mutex_free(void *mutex)
{
    (void)pthread_mutex_destroy(mutex);
    free(mutex);
}

static void start(void)
{
    fixture_start_aged_with(&(struct site_settings){
        .domain_lines = "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n",
        .log_lines = "to = stderr\nlevel = error"});
    site_show_verifiers(site);
}

static void begin(void)
{
    sasl_host_start(sasl_host_options(slapd_conf_path(site->slapd), ""));
}

/* ---------------------------------------------------------------------------------- one thread */

static bool is_temporary(int code)
{
    return code == SASL_UNAVAIL;
}

static int present(sasl_host *host, const char *mechanism, const char *user, const char *password)
{
    int code = sasl_host_login(host, mechanism, user, password);

    for (int tries = 0; is_temporary(code) && tries < 1000; tries++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        code = sasl_host_login(host, mechanism, user, password);
    }
    return code;
}

static int store(sasl_host *host, const char *user, const char *password)
{
    int code = sasl_host_setpass(host, user, password, NULL, SASL_SET_CREATE);

    for (int tries = 0; is_temporary(code) && tries < 1000; tries++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        code = sasl_host_setpass(host, user, password, NULL, SASL_SET_CREATE);
    }
    return code;
}

static void take_part(sasl_host *host, size_t thread, size_t round)
{
    struct outcome *outcome = &outcomes[thread][round];
    char mine[64];
    char ours[64];
    char password[256];

    (void)snprintf(mine, sizeof(mine), "%s-own%zu-%zu", prefix, thread, round);
    (void)snprintf(ours, sizeof(ours), "%s-all%zu-%zu", prefix, thread, round);
    (void)snprintf(password, sizeof(password), "%s:%s", own[thread][round], SITE_PASSWORD);
    outcome->own = present(host, MECHANISM, mine, password);
    outcome->again = store(host, mine, password);
    (void)snprintf(password, sizeof(password), "%s:%s", shared[round], SITE_PASSWORD);
    outcome->shared = present(host, MECHANISM, ours, password);
    outcome->login = present(host, "SCRAM-SHA-256", mine, SITE_PASSWORD);
    outcome->wrong = present(host, "SCRAM-SHA-256", mine, "another password");
    outcome->offers = sasl_host_offers(host, MECHANISM) ? 1 : 0;
}

static void *work(void *number)
{
    sasl_host host = {.realm = "example.org"};
    size_t thread = *(const size_t *)number;

    for (size_t round = 0; round < ROUNDS; round++) {
        (void)pthread_barrier_wait(&round_start);
        take_part(&host, thread, round);
    }
    sasl_host_end(&host);
    return NULL;
}

/* --------------------------------------------------------------------------------- all of them */

static void make_token(char text[INV_TOKEN_LENGTH + 1])
{
    inv_token *token = site_invite(site, NULL, 1);

    inv_token_write(token, text);
    inv_token_free(&token);
}

static void run_threads(bool restart)
{
    static size_t numbers[THREADS];
    pthread_t threads[THREADS];

    for (size_t round = 0; round < ROUNDS; round++) {
        make_token(shared[round]);
        for (size_t thread = 0; thread < THREADS; thread++)
            make_token(own[thread][round]);
    }
    ck_assert_int_eq(pthread_barrier_init(&round_start, NULL, THREADS + 1), 0);
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        (void)pthread_barrier_wait(&round_start);
        if (restart) {
            (void)nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
            site_restart(site, NULL, NULL);
        }
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&round_start);
}

static void expect_round(size_t round)
{
    size_t winners = 0;

    for (size_t i = 0; i < THREADS; i++) {
        const struct outcome *outcome = &outcomes[i][round];

        ck_assert_msg(outcome->own == SASL_OK && outcome->again == SASL_OK &&
                          outcome->login == SASL_OK && outcome->wrong == SASL_BADAUTH &&
                          outcome->offers == 1,
                      "round %zu, thread %zu: %d %d %d %d\n%s", round, i, outcome->own,
                      outcome->again, outcome->login, outcome->wrong, sasl_host_log());
        ck_assert_msg(outcome->shared == SASL_OK || outcome->shared == SASL_BADAUTH, "%d",
                      outcome->shared);
        winners += outcome->shared == SASL_OK ? 1 : 0;
    }
    ck_assert_uint_eq(winners, 1);
}

START_TEST(one_gate_for_all)
{
    prefix = _i == 0 ? "calm" : "lost";
    run_threads(_i == 1);
    for (size_t round = 0; round < ROUNDS; round++)
        expect_round(round);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sasl_threads");
    TCase *group = tcase_create("threads");

    sasl_set_mutex(mutex_new, mutex_lock, mutex_unlock, mutex_free);
    tcase_set_timeout(group, 240);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, sasl_host_stop);
    tcase_add_loop_test(group, one_gate_for_all, 0, 2);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
