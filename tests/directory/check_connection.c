/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections: kept, lost, slow, bound as somebody or refused. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/connection_fixture.h"
#include "tests/support/counter.h"
#include "tests/support/descriptors.h"

static pid_t stopped; /* a slapd that has to be continued */

static inv_result touch(inv_directory *directory, inv_operation_state *state)
{
    inv_deadline deadline = inv_deadline_in(20000);
    inv_operation *change = inv_operation_new_modify(SITE_INVITES);
    inv_result result;

    inv_operation_text(change, INV_CHANGE_REPLACE, "inviteClock", "20260101000000Z");
    result = inv_directory_run(directory, &change, 1, &deadline, &verdict);
    *state = change->state;
    inv_operation_free(&change);
    return result;
}

/* ----------------------------------------------------------------------------------------- kept */

START_TEST(a_kept_connection_is_used_again)
{
    unsigned long before = 0;
    unsigned long first = 0;
    unsigned long second = 0;
    size_t count = descriptors_sockets(&before);

    connection_use_once();
    ck_assert_uint_eq(descriptors_sockets(&first), count + 1);
    connection_use_once();
    ck_assert_uint_eq(descriptors_sockets(&second), count + 1);
    ck_assert_uint_eq(first, second);
}
END_TEST

#define AT_ONCE 10

/* As threads of a host ask: eight connections are kept, until all are ended. */
START_TEST(several_at_the_same_time)
{
    unsigned long sum = 0;
    unsigned long again = 0;
    size_t count = descriptors_sockets(&sum);
    inv_directory *directories[AT_ONCE];

    for (size_t i = 0; i < AT_ONCE; i++) {
        directories[i] = connection_acquire();
        connection_expect_answer(directories[i], INV_LDAP_SUCCESS);
    }
    ck_assert_uint_eq(descriptors_sockets(&sum), count + AT_ONCE);
    for (size_t i = 0; i < AT_ONCE; i++)
        inv_directory_release(&directories[i]);
    ck_assert_uint_eq(descriptors_sockets(&sum), count + 8);
    for (size_t i = 0; i < 8; i++) {
        directories[i] = connection_acquire();
        connection_expect_answer(directories[i], INV_LDAP_SUCCESS);
    }
    ck_assert_uint_eq(descriptors_sockets(&again), count + 8);
    ck_assert_uint_eq(again, sum);
    for (size_t i = 0; i < 8; i++)
        inv_directory_release(&directories[i]);
    inv_directory_end_kept();
    ck_assert_uint_eq(descriptors_sockets(&sum), count);
    connection_use_once();
    ck_assert_uint_eq(descriptors_sockets(&sum), count + 1);
}
END_TEST

START_TEST(other_settings_get_another_connection)
{
    inv_directory *directory;
    char *path = NULL;
    char bind_dn[] = "uid=alice," SITE_PEOPLE;
    FILE *file;

    connection_use_once();
    ck_assert_int_gt(asprintf(&path, "%s/other.password", slapd_directory(site->slapd)), 0);
    file = fopen(path, "w");
    ck_assert_int_ge(fputs(SITE_PASSWORD "\n", file), 0);
    (void)fclose(file);
    ck_assert_int_eq(chmod(path, 0600), 0);
    settings.bind = INV_BIND_SIMPLE;
    settings.bind_dn = bind_dn;
    settings.bind_password_file = path;
    directory = connection_acquire();
    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    /* alice, not the kept identity: she cannot touch the clock */
    {
        inv_operation_state state;
        inv_deadline deadline = inv_deadline_in(20000);
        inv_operation *change = inv_operation_new_modify(SITE_INVITES);

        inv_operation_text(change, INV_CHANGE_REPLACE, "inviteClock", "20260101000000Z");
        ck_assert_int_eq(inv_directory_run(directory, &change, 1, &deadline, &verdict), INV_OK);
        ck_assert_int_ne(change->code, INV_LDAP_SUCCESS);
        inv_operation_free(&change);
        inv_directory_release(&directory);
        settings = site->context->config->directory;
        directory = connection_acquire();
        ck_assert_int_eq(touch(directory, &state), INV_OK);
    }
    inv_directory_release(&directory);
    free(path);
}
END_TEST

START_TEST(a_dead_connection_is_replaced_unnoticed)
{
    connection_use_once();
    site_restart(site, NULL, NULL);
    connection_use_once();
}
END_TEST

/* A write may have been done: it is never sent twice. */
START_TEST(a_write_on_a_dead_connection_is_not_repeated)
{
    inv_directory *directory;
    inv_operation_state state = INV_OPERATION_UNSENT;

    connection_use_once();
    site_restart(site, NULL, NULL);
    directory = connection_acquire();
    ck_assert_int_eq(touch(directory, &state), INV_DIRECTORY_DOWN);
    ck_assert_int_ne(state, INV_OPERATION_ANSWERED);
    ck_assert_int_eq(touch(directory, &state), INV_OK);
    ck_assert_int_eq(state, INV_OPERATION_ANSWERED);
    inv_directory_release(&directory);
}
END_TEST

/* -------------------------------------------------------------------------------------- SIGPIPE */

/* Signal by signal: sigprocmask(2) leaves bytes of a sigset_t as they were. */
static bool same_signals(const sigset_t *a, const sigset_t *b)
{
    for (int number = 1; number < NSIG; number++) {
        if (sigismember(a, number) != sigismember(b, number))
            return false;
    }
    return true;
}

static void break_connection(void)
{
    connection_use_once();
    site_restart(site, NULL, NULL);
}

START_TEST(sigpipe_does_not_kill)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    inv_operation_state state;
    inv_directory *directory;
    sigset_t before;
    sigset_t after;
    sigset_t pending;

    ck_assert_int_eq(sigaction(SIGPIPE, &action, NULL), 0);
    break_connection();
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &before), 0);
    directory = connection_acquire();
    ck_assert_int_eq(touch(directory, &state), INV_DIRECTORY_DOWN);
    inv_directory_release(&directory);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &after), 0);
    ck_assert(same_signals(&before, &after));
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGPIPE), 0);
}
END_TEST

/* Who blocks it and has one pending finds it so afterwards; who blocks it and has none, too. */
START_TEST(a_pending_sigpipe_stays)
{
    const bool was_pending = _i == 1;
    const struct timespec no_wait = {0, 0};
    inv_operation_state state;
    inv_directory *directory;
    sigset_t pipe_only;
    sigset_t now;

    (void)sigemptyset(&pipe_only);
    (void)sigaddset(&pipe_only, SIGPIPE);
    break_connection();
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &pipe_only, NULL), 0);
    if (was_pending)
        ck_assert_int_eq(raise(SIGPIPE), 0);
    directory = connection_acquire();
    ck_assert_int_eq(touch(directory, &state), INV_DIRECTORY_DOWN);
    inv_directory_release(&directory);
    ck_assert_int_eq(sigpending(&now), 0);
    ck_assert_int_eq(sigismember(&now, SIGPIPE), was_pending);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &now), 0);
    ck_assert_int_eq(sigismember(&now, SIGPIPE), 1);
    (void)sigtimedwait(&pipe_only, NULL, &no_wait);
}
END_TEST

/* ------------------------------------------------------------------------------------ deadlines */

static void stop_slapd(void)
{
    stopped = site_slapd_pid(site);
    ck_assert(slapd_freeze(stopped));
}

/* Also when a test failed half-way: a stopped server would not end. */
static void continue_slapd(void)
{
    if (stopped > 0)
        (void)kill(stopped, SIGCONT);
    stopped = 0;
}

static long milliseconds_since(const struct timespec *began)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000;
}

#define TIME_ALLOWED 600L
#define TIME_MORE    500L

START_TEST(a_silent_server_costs_the_time_allowed)
{
    inv_directory *directory = connection_acquire();
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    struct timespec began = {0, 0};
    inv_deadline deadline;
    inv_result result = INV_OK;
    long took;

    if (_i == 0)
        connection_expect_answer(directory,
                                 INV_LDAP_SUCCESS); /* connected; else it has to connect */
    stop_slapd();
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    if (_i < 2) {
        result = connection_search(directory, TIME_ALLOWED, NULL);
    } else {
        deadline = inv_deadline_in(TIME_ALLOWED);
        result = inv_directory_verify(directory, "uid=alice," SITE_PEOPLE, password, &deadline,
                                      &verdict);
    }
    took = milliseconds_since(&began);
    continue_slapd();
    ck_assert_msg(result == INV_TIMEOUT, "%s: %s", inv_result_name(result), verdict.why);
    ck_assert_int_ge(took, TIME_ALLOWED - 50);
    ck_assert_int_le(took, TIME_ALLOWED + TIME_MORE);
    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    inv_secret_free(&password);
    inv_directory_release(&directory);
}
END_TEST

START_TEST(nothing_is_sent_after_the_deadline)
{
    inv_deadline deadline = inv_deadline_in(0);
    inv_directory *directory = connection_acquire();
    inv_operation *flight[2] = {connection_new_search(SITE_BASE),
                                inv_operation_new_modify(SITE_INVITES)};
    struct counter *counter;

    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    counter = counter_attach(directory);
    inv_operation_text(flight[1], INV_CHANGE_REPLACE, "inviteClock", "20260101000000Z");
    ck_assert_int_eq(inv_directory_run(directory, flight, 2, &deadline, &verdict), INV_TIMEOUT);
    ck_assert_uint_eq(counter->sends, 0);
    ck_assert_int_eq(flight[0]->state, INV_OPERATION_UNSENT);
    ck_assert_int_eq(flight[1]->state, INV_OPERATION_UNSENT);
    counter_detach(directory, &counter);
    inv_operation_free(&flight[0]);
    inv_operation_free(&flight[1]);
    inv_directory_release(&directory);
}
END_TEST

/* ----------------------------------------------------------------------------------- identities */

static char *write_password(const char *text, mode_t mode)
{
    char *path = NULL;
    FILE *file;

    ck_assert_int_gt(asprintf(&path, "%s/bind.password", slapd_directory(site->slapd)), 0);
    (void)unlink(path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    (void)fclose(file);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

struct bind_try {
    const char *text;
    mode_t mode;
    inv_result wanted;
};

static const struct bind_try bind_tries[] = {
    {SITE_PASSWORD "\n", 0600, INV_OK},
    {SITE_PASSWORD, 0400, INV_OK},
    {SITE_PASSWORD "\na remark\n", 0600, INV_OK},
    {"\n" SITE_PASSWORD "\n", 0600, INV_CONFIG},
    {SITE_PASSWORD "\n", 0640, INV_OK},
    {SITE_PASSWORD "\n", 0644, INV_CONFIG},
    {SITE_PASSWORD "\n", 0620, INV_CONFIG},
    {"wrong\n", 0600, INV_CONFIG},
    {"\n", 0600, INV_CONFIG},
    {"", 0600, INV_CONFIG},
};

START_TEST(simple_binds_take_their_password_from_a_file)
{
    const struct bind_try *try = &bind_tries[_i];
    char *path = write_password(try->text, try->mode);
    char bind_dn[] = "uid=alice," SITE_PEOPLE;
    inv_directory *directory;
    inv_result result;

    settings.bind = INV_BIND_SIMPLE;
    settings.bind_dn = bind_dn;
    settings.bind_password_file = path;
    directory = connection_acquire();
    result = connection_search(directory, 20000, NULL);
    ck_assert_msg(result == try->wanted, "%s: %s", inv_result_name(result), verdict.why);
    if (result != INV_OK)
        ck_assert_msg(strstr(verdict.why, strcmp(try->text, "wrong\n") == 0 ? bind_dn : path) !=
                          NULL,
                      "%s", verdict.why);
    ck_assert_ptr_null(strstr(verdict.why, SITE_PASSWORD));
    inv_directory_release(&directory);
    free(path);
}
END_TEST

START_TEST(a_password_file_that_is_not_there)
{
    char path[] = "/nonexistent/bind.password";
    char bind_dn[] = "uid=alice," SITE_PEOPLE;
    inv_directory *directory;

    settings.bind = INV_BIND_SIMPLE;
    settings.bind_dn = bind_dn;
    settings.bind_password_file = path;
    directory = connection_acquire();
    ck_assert_int_eq(connection_search(directory, 20000, NULL), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, path));
    inv_directory_release(&directory);
}
END_TEST

START_TEST(anybody_sees_nothing)
{
    inv_deadline deadline = inv_deadline_in(20000);
    inv_operation *search = connection_new_search("uid=alice," SITE_PEOPLE);
    inv_directory *directory = NULL;

    ck_assert_int_eq(inv_directory_new_anonymous(&settings, &directory, &verdict), INV_OK);
    ck_assert_int_eq(inv_directory_run(directory, &search, 1, &deadline, &verdict), INV_OK);
    /* 389 DS finds nothing, slapd says that there is nothing */
    ck_assert_int_eq(search->code,
                     slapd_kind() == SLAPD_389DS ? INV_LDAP_SUCCESS : INV_LDAP_NO_SUCH_OBJECT);
    ck_assert_uint_eq(search->entry_count, 0);
    inv_operation_free(&search);
    inv_directory_free(&directory);
}
END_TEST

START_TEST(a_socket_that_is_not_there)
{
    char uri[] = "ldapi://%2Fnonexistent%2Fldapi";
    char *uris[] = {uri, NULL};
    inv_directory *directory;

    settings.uris = uris;
    directory = connection_acquire();
    ck_assert_int_eq(connection_search(directory, 20000, NULL), INV_DIRECTORY_DOWN);
    ck_assert_ptr_nonnull(strstr(verdict.why, uri));
    ck_assert_int_eq(inv_directory_verify(directory, "uid=alice," SITE_PEOPLE, site->admin_password,
                                          &(inv_deadline){.end = {0, 0}}, &verdict),
                     INV_TIMEOUT);
    inv_directory_release(&directory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connection");
    TCase *connection = tcase_create("connection");

    tcase_set_timeout(connection, 60);
    tcase_add_checked_fixture(connection, connection_start, fixture_stop);
    tcase_add_checked_fixture(connection, NULL, continue_slapd);
    tcase_add_test(connection, a_kept_connection_is_used_again);
    tcase_add_test(connection, several_at_the_same_time);
    tcase_add_test(connection, other_settings_get_another_connection);
    tcase_add_test(connection, a_dead_connection_is_replaced_unnoticed);
    tcase_add_test(connection, a_write_on_a_dead_connection_is_not_repeated);
    tcase_add_test(connection, sigpipe_does_not_kill);
    tcase_add_loop_test(connection, a_pending_sigpipe_stays, 0, 2);
    tcase_add_loop_test(connection, a_silent_server_costs_the_time_allowed, 0, 3);
    tcase_add_test(connection, nothing_is_sent_after_the_deadline);
    tcase_add_loop_test(connection, simple_binds_take_their_password_from_a_file, 0,
                        (int)(sizeof(bind_tries) / sizeof(bind_tries[0])));
    tcase_add_test(connection, a_password_file_that_is_not_there);
    tcase_add_test(connection, anybody_sees_nothing);
    tcase_add_test(connection, a_socket_that_is_not_there);
    suite_add_tcase(suite, connection);
    return suite_run(suite);
}
