/* SPDX-License-Identifier: BSD-2-Clause */
/* In which order invite-agent takes requests, who has a place, and whose invites wait, without a
 * directory. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/agent/inviters.h"
#include "tools/agent/operations.h"
#include "tools/agent/places.h"

static agent_turns turns;

static void start(void)
{
    turns = (agent_turns){.ceiling = 2};
}

static void stop(void)
{
    agent_job *job = agent_turns_empty(&turns);

    while (job != NULL) {
        agent_job *next = job->next;

        agent_job_free(&job);
        job = next;
    }
    while ((job = turns.running) != NULL) {
        agent_turns_end(&turns, job);
        agent_job_free(&job);
    }
}

/* A request of a subject and an address ('\0': none); number tells it from others. */
static agent_job *new_job(char subject, char address, uint64_t number)
{
    agent_job *job = calloc(1, sizeof(*job));

    ck_assert_ptr_nonnull(job);
    memset(job->claim.subject, subject, AGENT_DIGEST_SIZE);
    memset(job->claim.address, address, AGENT_DIGEST_SIZE);
    job->claim.has_address = address != '\0';
    job->connection = number;
    return job;
}

static void add(char subject, char address, uint64_t number)
{
    ck_assert_ptr_null(agent_turns_add(&turns, new_job(subject, address, number)));
}

/* The next one is that one, and is worked on. */
static agent_job *expect_take(uint64_t number)
{
    agent_job *job;

    ck_assert(agent_turns_has_next(&turns));
    job = agent_turns_take(&turns);
    ck_assert_ptr_nonnull(job);
    ck_assert_uint_eq(job->connection, number);
    return job;
}

static void expect_nothing(void)
{
    ck_assert(!agent_turns_has_next(&turns));
    ck_assert_ptr_null(agent_turns_take(&turns));
}

static void end(agent_job *job)
{
    agent_turns_end(&turns, job);
    agent_job_free(&job);
}

START_TEST(subjects_take_turns)
{
    for (uint64_t i = 1; i <= 3; i++)
        add('a', '\0', i);
    add('b', '\0', 11);
    add('b', '\0', 12);
    add('c', '\0', 21);
    end(expect_take(1));
    end(expect_take(11));
    end(expect_take(21));
    add('d', '\0', 31); /* behind nobody's third request */
    end(expect_take(2));
    end(expect_take(12));
    end(expect_take(31));
    end(expect_take(3));
    expect_nothing();
}
END_TEST

/* However many come for the first time, those who wait have their turns. */
START_TEST(newcomers_starve_nobody)
{
    uint64_t served = 0;
    char subject = 'b';

    for (uint64_t i = 1; i <= 4; i++)
        add('a', '\0', i);
    for (int i = 0; i < 20 && served < 4; i++) {
        agent_job *job;

        add(subject++, '\0', 100);
        job = agent_turns_take(&turns);
        if (job->connection != 100)
            ck_assert_uint_eq(job->connection, ++served);
        end(job);
    }
    ck_assert_uint_eq(served, 4);
}
END_TEST

START_TEST(no_subject_has_more_than_its_ceiling)
{
    agent_job *first;

    for (uint64_t i = 1; i <= 4; i++)
        add('a', '\0', i);
    first = expect_take(1);
    (void)expect_take(2);
    expect_nothing();
    add('b', '\0', 11);
    (void)expect_take(11);
    expect_nothing();
    end(first);
    (void)expect_take(3);
    expect_nothing();
}
END_TEST

START_TEST(no_address_has_more_than_its_ceiling)
{
    agent_job *first;

    add('a', 'X', 1);
    add('b', 'X', 2);
    add('c', 'X', 3);
    add('c', 'Y', 4); /* the same subject from elsewhere does not wait for that */
    add('d', '\0', 5);
    add('e', '\0', 6); /* no address is no address */
    first = expect_take(1);
    (void)expect_take(2);
    (void)expect_take(5);
    (void)expect_take(6);
    (void)expect_take(4);
    expect_nothing();
    end(first);
    (void)expect_take(3);
    expect_nothing();
}
END_TEST

START_TEST(a_flood_gives_up_its_last_place)
{
    agent_job *refused;

    for (uint64_t i = 1; i <= AGENT_QUEUE_MAX; i++)
        add('a', '\0', i);
    refused = agent_turns_add(&turns, new_job('a', '\0', 1000));
    ck_assert_ptr_nonnull(refused);
    ck_assert_uint_eq(refused->connection, 1000);
    agent_job_free(&refused);
    refused = agent_turns_add(&turns, new_job('b', '\0', 11));
    ck_assert_ptr_nonnull(refused);
    ck_assert_uint_eq(refused->connection, AGENT_QUEUE_MAX);
    agent_job_free(&refused);
    ck_assert_uint_eq(turns.waiting_count, AGENT_QUEUE_MAX);
    end(expect_take(1));
    end(expect_take(11));
    end(expect_take(2));
}
END_TEST

/* Whoever has been idle gains nothing by it, and whoever was served owes nothing for it. */
START_TEST(the_past_does_not_count)
{
    for (uint64_t i = 1; i <= 50; i++) {
        add('a', '\0', i);
        end(expect_take(i));
    }
    add('b', '\0', 101);
    add('a', '\0', 51);
    add('b', '\0', 102);
    end(expect_take(101));
    end(expect_take(51));
    end(expect_take(102));
}
END_TEST

START_TEST(a_quarter_of_the_workers_is_for_others)
{
    static const struct {
        unsigned workers;
        size_t ceiling;
    } rows[] = {{1, 1}, {2, 1}, {3, 2}, {4, 3}, {5, 3}, {8, 6}, {256, 192}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_uint_eq(agent_turns_ceiling(rows[i].workers), rows[i].ceiling);
}
END_TEST

/* -------------------------------------------------------------------------------------- places */

START_TEST(no_user_has_all_places)
{
    agent_places *places = calloc(1, sizeof(*places));
    const char *problem = NULL;

    ck_assert_ptr_nonnull(places);
    for (int i = 0; i < AGENT_PEER_MAX; i++)
        ck_assert_ptr_nonnull(agent_places_add(places, 0, 1, 1000, &problem));
    ck_assert_ptr_null(agent_places_add(places, 0, 1, 1000, &problem));
    ck_assert_ptr_nonnull(strstr(problem, "its user"));
    for (int i = AGENT_PEER_MAX; i < AGENT_PLACES_MAX; i++)
        ck_assert_ptr_nonnull(agent_places_add(places, 0, 1, 1001, &problem));
    ck_assert_ptr_null(agent_places_add(places, 0, 1, 1002, &problem));
    ck_assert_ptr_nonnull(strstr(problem, "all places"));
    agent_places_clear(places);
    ck_assert(agent_places_empty(places));
    free(places);
}
END_TEST

/* The time in which nothing is read from a client does not count against its frame. */
START_TEST(half_frames_have_their_time)
{
    agent_connection *connection;
    int pipe_ends[2];

    ck_assert_int_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
    connection = agent_connection_new(1, pipe_ends[0], STDOUT_FILENO);
    ck_assert_ptr_nonnull(connection);
    ck_assert(!agent_connection_stuck(connection, 1000000)); /* nothing was begun */
    ck_assert_int_eq(write(pipe_ends[1], "\0", 1), 1);
    agent_connection_read(connection, 1000000);
    ck_assert(!agent_connection_stuck(connection, 1000000 + AGENT_FRAME_SECONDS * 1000));
    ck_assert_int_eq(write(pipe_ends[1], "\7", 1), 1);
    agent_connection_read(connection, 1004000); /* another byte of it is no new frame */
    ck_assert(agent_connection_stuck(connection, 1000001 + AGENT_FRAME_SECONDS * 1000));
    connection->unsent_length = AGENT_OUTPUT_MAX;
    ck_assert(!agent_connection_stuck(connection, 2000000));
    connection->unsent_length = 0;
    ck_assert(!agent_connection_stuck(connection, 2000000 + AGENT_FRAME_SECONDS * 1000));
    ck_assert(agent_connection_stuck(connection, 2000001 + AGENT_FRAME_SECONDS * 1000));
    agent_connection_free(&connection);
    (void)close(pipe_ends[1]);
}
END_TEST

/* ----------------------------------------------------------------------------------- inviters */

struct leaving {
    agent_inviters *inviters;
    agent_inviter *present;
};

static void *leave_later(void *context)
{
    const struct leaving *leaving = context;

    (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    agent_inviters_leave(leaving->inviters, leaving->present);
    return NULL;
}

/* What waits in vain is not present afterwards. */
START_TEST(one_invite_of_an_inviter_is_made_at_a_time)
{
    agent_inviters *inviters = agent_inviters_new();
    agent_inviter first = {.jid = "alice@example.org"}, second = {.jid = "alice@example.org"};
    agent_inviter other = {.jid = "bob@example.org"};
    struct leaving leaving = {inviters, &first};
    inv_deadline soon = inv_deadline_in(50), late = inv_deadline_in(30000);
    pthread_t thread;

    ck_assert_ptr_nonnull(inviters);
    ck_assert(agent_inviters_enter(inviters, &first, &soon));
    ck_assert(agent_inviters_enter(inviters, &other, &soon));
    ck_assert(!agent_inviters_enter(inviters, &second, &soon));
    ck_assert_int_eq(pthread_create(&thread, NULL, leave_later, &leaving), 0);
    ck_assert(agent_inviters_enter(inviters, &second, &late));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    agent_inviters_leave(inviters, &second);
    soon = inv_deadline_in(0);
    ck_assert(agent_inviters_enter(inviters, &first, &soon));
    ck_assert(!agent_inviters_enter(inviters, &second, &soon));
    agent_inviters_leave(inviters, &first);
    agent_inviters_leave(inviters, &other);
    agent_inviters_free(&inviters);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_turns");
    TCase *tests = tcase_create("turns");
    TCase *places = tcase_create("places");
    TCase *inviters = tcase_create("inviters");

    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, subjects_take_turns);
    tcase_add_test(tests, newcomers_starve_nobody);
    tcase_add_test(tests, no_subject_has_more_than_its_ceiling);
    tcase_add_test(tests, no_address_has_more_than_its_ceiling);
    tcase_add_test(tests, a_flood_gives_up_its_last_place);
    tcase_add_test(tests, the_past_does_not_count);
    tcase_add_test(tests, a_quarter_of_the_workers_is_for_others);
    suite_add_tcase(suite, tests);
    tcase_add_test(places, no_user_has_all_places);
    tcase_add_test(places, half_frames_have_their_time);
    suite_add_tcase(suite, places);
    tcase_add_test(inviters, one_invite_of_an_inviter_is_made_at_a_time);
    suite_add_tcase(suite, inviters);
    return suite_run(suite);
}
