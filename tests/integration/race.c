/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/fixture.h"

/*
 * Many processes on one token, or on one name without any, round after round: whatever the order,
 * the directory's answers let exactly as many of them through as the invite has uses, or one.
 */

#define WORKERS 32

/* How often. 389 DS answers claims that come too late a hundred times slower than OpenLDAP. */
static int rounds(int often)
{
    return slapd_kind() == SLAPD_389DS ? often / 10 : often;
}

/* Microseconds, see adjust_lead. */
#define LEAD_STEP     200
#define LEAD_STEP_MAX 500000

/* What the workers of a round do. */
enum race {
    RACE_NAMES,     /* each a name of its own */
    RACE_PASSWORDS, /* one name, each a password of its own */
    RACE_SAME,      /* one name and one password */
    RACE_REVOKE,    /* as RACE_NAMES, but worker 0 revokes */
};

/* Shared by all processes of a race. */
struct arena {
    pthread_barrier_t start;
    pthread_barrier_t end;
    bool over;
    enum race race;
    int round;
    long lead;       /* RACE_REVOKE: microseconds the revocation starts before the others */
    long step;       /* what the next round adds to it or takes from it */
    bool redeemed;   /* in the last round */
    char prefix[16]; /* of the names */
    char token[INV_TOKEN_LENGTH + 1]; /* empty: without one */
    inv_result results[WORKERS];
    char why[WORKERS][sizeof(((inv_verdict *)0)->why)];
};

static struct arena *arena;
static pid_t workers[WORKERS];

/* ----------------------------------------------------------------------------------- one worker */

static void name_of(int worker, char name[64])
{
    bool own = arena->race == RACE_NAMES || arena->race == RACE_REVOKE;

    (void)snprintf(name, 64, "%s%d-%d", arena->prefix, arena->round, own ? worker : 0);
}

static void password_of(int worker, char password[64])
{
    (void)snprintf(password, 64, "the password of worker %d",
                   arena->race == RACE_PASSWORDS ? worker : 0);
}

static void hesitate(int worker)
{
    long lead = worker == 0 ? -arena->lead : arena->lead;

    if (lead > 0)
        (void)nanosleep(
            &(struct timespec){.tv_sec = lead / 1000000, .tv_nsec = lead % 1000000 * 1000}, NULL);
}

/*
 * However fast the machine and its directory are: who came too late starts earlier in the next
 * round, by twice as much each time, until the other comes too late; then by half as much.
 */
static void adjust_lead(bool redeemed)
{
    bool turned = redeemed != arena->redeemed;

    if (turned && arena->step > LEAD_STEP)
        arena->step /= 2;
    else if (!turned && arena->step < LEAD_STEP_MAX)
        arena->step *= 2;
    arena->lead += redeemed ? arena->step : -arena->step;
    arena->redeemed = redeemed;
}

static void take_part(int worker)
{
    inv_token *token = NULL;
    char name[64];
    char password[64];

    if (arena->token[0] != '\0')
        ck_assert_int_eq(inv_token_parse(site->context->keys, "example.org", arena->token,
                                         INV_TOKEN_LENGTH, &token, &verdict),
                         INV_OK);
    name_of(worker, name);
    password_of(worker, password);
    if (arena->race == RACE_REVOKE)
        hesitate(worker);
    if (arena->race == RACE_REVOKE && worker == 0) {
        arena->results[worker] = site_revoke(site, token);
    } else {
        arena->results[worker] = site_redeem(site, token, name, password, &verdict);
    }
    (void)snprintf(arena->why[worker], sizeof(arena->why[worker]), "%s", verdict.why);
    inv_token_free(&token);
}

static void work(int worker)
{
    for (;;) {
        (void)pthread_barrier_wait(&arena->start);
        if (arena->over)
            _exit(0);
        take_part(worker);
        (void)pthread_barrier_wait(&arena->end);
    }
}

/* ------------------------------------------------------------------------------------- the race */

static void open_arena(enum race race, const char *prefix)
{
    pthread_barrierattr_t attributes;

    arena = mmap(NULL, sizeof(*arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(arena, MAP_FAILED);
    arena->race = race;
    (void)snprintf(arena->prefix, sizeof(arena->prefix), "%s", prefix);
    ck_assert_int_eq(pthread_barrierattr_init(&attributes), 0);
    ck_assert_int_eq(pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), 0);
    ck_assert_int_eq(pthread_barrier_init(&arena->start, &attributes, WORKERS + 1), 0);
    ck_assert_int_eq(pthread_barrier_init(&arena->end, &attributes, WORKERS + 1), 0);
    (void)pthread_barrierattr_destroy(&attributes);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        ck_assert_int_ne(workers[i], -1);
        if (workers[i] == 0)
            work(i);
    }
}

static void close_arena(void)
{
    arena->over = true;
    (void)pthread_barrier_wait(&arena->start);
    for (int i = 0; i < WORKERS; i++) {
        int status = -1;

        ck_assert_int_eq(waitpid(workers[i], &status, 0), workers[i]);
        ck_assert_int_eq(status, 0);
    }
    (void)pthread_barrier_destroy(&arena->start);
    (void)pthread_barrier_destroy(&arena->end);
    (void)munmap(arena, sizeof(*arena));
    arena = NULL;
}

/* Lets all workers go at once and waits for the last. */
static void run_round(const inv_token *token)
{
    if (token != NULL)
        inv_token_write(token, arena->token);
    (void)pthread_barrier_wait(&arena->start);
    (void)pthread_barrier_wait(&arena->end);
}

/* How many workers got this result, from worker first on. Any third result fails the test. */
static int winners(int first, inv_result otherwise, int *winner)
{
    int count = 0;

    for (int i = first; i < WORKERS; i++) {
        if (arena->results[i] == INV_OK) {
            count++;
            *winner = i;
        } else {
            ck_assert_msg(arena->results[i] == otherwise, "round %d, worker %d: %s: %s",
                          arena->round, i, inv_result_name(arena->results[i]), arena->why[i]);
        }
    }
    return count;
}

static void expect_logs_in(int worker, bool works)
{
    char name[64];
    char password[64];

    name_of(worker, name);
    password_of(worker, password);
    ck_assert_msg(site_login(site, name, password) == works, "round %d, worker %d", arena->round,
                  worker);
}

START_TEST(many_names)
{
    open_arena(RACE_NAMES, "n");
    for (arena->round = 0; arena->round < rounds(100); arena->round++) {
        inv_token *token = site_invite(site, "alice@example.org", 1);
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_BAD_TOKEN, &winner), 1);
        site_expect(site, token, 0, 0, 1, 1, 1);
        expect_logs_in(winner, true);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

START_TEST(one_name_many_passwords)
{
    open_arena(RACE_PASSWORDS, "p");
    for (arena->round = 0; arena->round < rounds(100); arena->round++) {
        inv_token *token = site_invite(site, "alice@example.org", 1);
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_BAD_TOKEN, &winner), 1);
        site_expect(site, token, 0, 0, 1, 1, 1);
        expect_logs_in(winner, true);
        expect_logs_in((winner + 1) % WORKERS, false);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

START_TEST(one_name_one_password)
{
    open_arena(RACE_SAME, "s");
    for (arena->round = 0; arena->round < rounds(100); arena->round++) {
        inv_token *token = site_invite(site, "alice@example.org", 1);
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_OK, &winner), WORKERS);
        site_expect(site, token, 0, 0, 1, 1, 1);
        expect_logs_in(0, true);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

START_TEST(five_uses)
{
    open_arena(RACE_NAMES, "f");
    for (arena->round = 0; arena->round < rounds(20); arena->round++) {
        inv_token *token = site_invite(site, "alice@example.org", 5);
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_BAD_TOKEN, &winner), 5);
        site_expect(site, token, 0, 0, 5, 5, 5);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

/* Nothing but the add of the account decides. */
static void race_without_a_token(enum race race, const char *prefix, int wanted)
{
    site_domain(site)->invite_only = false;
    open_arena(race, prefix);
    for (arena->round = 0; arena->round < rounds(20); arena->round++) {
        int winner = -1;

        run_round(NULL);
        ck_assert_int_eq(winners(0, INV_NAME_TAKEN, &winner), wanted);
        ck_assert_uint_eq(
            site_count(site, SITE_PEOPLE, "(xmppJid=%s%d-0@example.org)", prefix, arena->round), 1);
        expect_logs_in(winner, true);
        if (wanted == 1)
            expect_logs_in((winner + 1) % WORKERS, false);
    }
    close_arena();
}

START_TEST(one_name_without_a_token_many_passwords)
{
    race_without_a_token(RACE_PASSWORDS, "op", 1);
}
END_TEST

START_TEST(one_name_without_a_token_one_password)
{
    race_without_a_token(RACE_SAME, "os", WORKERS);
}
END_TEST

START_TEST(a_revocation)
{
    int wanted = slapd_kind() == SLAPD_389DS ? 10 : rounds(50);
    int redeemed = 0;

    open_arena(RACE_REVOKE, "r");
    arena->step = LEAD_STEP;
    for (arena->round = 0; arena->round < wanted; arena->round++) {
        inv_token *token = site_invite(site, "alice@example.org", 1);
        int winner = -1;
        int count;

        run_round(token);
        ck_assert_int_eq(arena->results[0], INV_OK);
        count = winners(1, INV_BAD_TOKEN, &winner);
        ck_assert_int_le(count, 1);
        if (count == 1)
            site_expect(site, token, -1, 0, 1, 1, 1);
        else
            site_expect(site, token, -2, 0, 0, 0, 0);
        redeemed += count;
        adjust_lead(count == 1);
        inv_token_free(&token);
    }
    ck_assert_msg(redeemed > 0 &&
                          redeemed<wanted, "the revocation always came %s: this race tests nothing",
                                   redeemed> 0
                      ? "too late"
                      : "first");
    close_arena();
}
END_TEST

/* --------------------------------------------------------------------------------------- resets */

static inv_token *reset_invite(void)
{
    char name[64];

    name_of(0, name);
    site_add_account(site, name);
    return site_reset_invite(site, name);
}

START_TEST(one_reset_many_passwords)
{
    open_arena(RACE_PASSWORDS, "w");
    for (arena->round = 0; arena->round < rounds(50); arena->round++) {
        inv_token *token = reset_invite();
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_BAD_TOKEN, &winner), 1);
        site_expect(site, token, 0, 0, 1, 0, 0);
        expect_logs_in(winner, true);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

START_TEST(one_reset_one_password)
{
    open_arena(RACE_SAME, "x");
    for (arena->round = 0; arena->round < rounds(20); arena->round++) {
        inv_token *token = reset_invite();
        int winner = -1;

        run_round(token);
        ck_assert_int_eq(winners(0, INV_OK, &winner), WORKERS);
        site_expect(site, token, 0, 0, 1, 0, 0);
        expect_logs_in(0, true);
        inv_token_free(&token);
    }
    close_arena();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("race");
    TCase *race = tcase_create("race");

    tcase_set_timeout(race, 300);
    tcase_add_unchecked_fixture(race, fixture_start_aged, fixture_stop);
    tcase_add_test(race, many_names);
    tcase_add_test(race, one_name_many_passwords);
    tcase_add_test(race, one_name_one_password);
    tcase_add_test(race, five_uses);
    tcase_add_test(race, one_name_without_a_token_many_passwords);
    tcase_add_test(race, one_name_without_a_token_one_password);
    tcase_add_test(race, a_revocation);
    tcase_add_test(race, one_reset_many_passwords);
    tcase_add_test(race, one_reset_one_password);
    suite_add_tcase(suite, race);
    return suite_run(suite);
}
