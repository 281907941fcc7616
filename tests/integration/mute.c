/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "tests/support/counter.h"
#include "tests/support/peer.h"
#include "tests/support/suite.h"
#include "tests/support/tls_site.h"

/*
 * Peers that take a connection, or do not even do that, and never answer: every call ends within
 * its timeout and half a second, and does not spin meanwhile. These tests measure time, so nothing
 * else may run beside them (tests/integration/local.mk).
 */

#define TIMEOUT_TEXT      "1s"
#define TIMEOUT_SECONDS   1.0
#define ALLOWANCE_SECONDS 0.5
#define BUSY_SECONDS      0.1

static struct tls_site tls;
static inv_token *token; /* slapd knows it */

static void start(void)
{
    const struct tls_connection local = {.scheme = "ldapi"};

    tls_site_start(&tls);
    tls_site_configure(&tls, &local);
    token = site_invite(tls.site, "alice@example.org", 1);
}

static void stop(void)
{
    inv_token_free(&token);
    tls_site_stop(&tls);
}

/* --------------------------------------------------------------------------------- measuring */

struct stopwatch {
    double began;
    double busy;
};

static double seconds_of(clockid_t id)
{
    struct timespec now = {0, 0};

    ck_assert_int_eq(clock_gettime(id, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct stopwatch stopwatch_start(void)
{
    return (struct stopwatch){.began = seconds_of(CLOCK_MONOTONIC),
                              .busy = seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static void expect_prompt(const struct stopwatch *watch, const char *what)
{
    double took = seconds_of(CLOCK_MONOTONIC) - watch->began;
    double busy = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - watch->busy;

    ck_assert_msg(took <= TIMEOUT_SECONDS + ALLOWANCE_SECONDS, "%s took %.3f s", what, took);
    ck_assert_msg(busy <= BUSY_SECONDS, "%s kept the processor busy for %.3f s", what, busy);
}

static void expect_no_verdict(inv_result result, const char *what)
{
    ck_assert_msg(result == INV_TIMEOUT || result == INV_DIRECTORY_DOWN, "%s: %s", what,
                  inv_result_name(result));
}

/* Each of the calls a front end makes. */
static void expect_prompt_calls(void)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *alice = site_name(tls.site, "alice");
    struct stopwatch watch = stopwatch_start();
    inv_call call;

    expect_no_verdict(site_redeem(tls.site, token, "mallory", SITE_PASSWORD, &verdict),
                      "a registration");
    expect_prompt(&watch, "a registration");
    watch = stopwatch_start();
    site_begin(tls.site, &call, &verdict);
    expect_no_verdict(inv_account_login(&call, alice, password), "a login");
    inv_call_end(&call);
    expect_prompt(&watch, "a login");
    inv_jid_free(&alice);
    inv_secret_free(&password);
}

/* -------------------------------------------------------------------------------- mute peers */

static void expect_prompt_with(struct peer *peer, const char *scheme)
{
    const struct tls_connection connection = {.scheme = scheme,
                                              .port = peer_port(peer),
                                              .path = peer_path(peer),
                                              .timeout = TIMEOUT_TEXT};

    tls_site_configure(&tls, &connection);
    expect_prompt_calls();
    peer_stop(&peer);
}

static const char *const tcp_schemes[] = {"ldap", "ldaps"};

START_TEST(tcp_and_then_nothing)
{
    expect_prompt_with(peer_start_tcp(PEER_MUTE), tcp_schemes[_i]);
}
END_TEST

START_TEST(starttls_and_then_nothing)
{
    expect_prompt_with(peer_start_tcp(PEER_STARTTLS), "ldap");
}
END_TEST

START_TEST(tcp_and_a_trickle)
{
    expect_prompt_with(peer_start_tcp(PEER_TRICKLE), tcp_schemes[_i]);
}
END_TEST

START_TEST(starttls_and_a_trickle)
{
    expect_prompt_with(peer_start_tcp(PEER_STARTTLS_TRICKLE), "ldap");
}
END_TEST

START_TEST(a_socket_and_a_trickle)
{
    expect_prompt_with(peer_start_local(PEER_TRICKLE, slapd_directory(tls.site->slapd)), "ldapi");
}
END_TEST

START_TEST(tcp_that_is_full)
{
    expect_prompt_with(peer_start_tcp(PEER_FULL), tcp_schemes[_i]);
}
END_TEST

START_TEST(a_socket_and_then_nothing)
{
    expect_prompt_with(peer_start_local(PEER_MUTE, slapd_directory(tls.site->slapd)), "ldapi");
}
END_TEST

START_TEST(a_socket_that_is_full)
{
    expect_prompt_with(peer_start_local(PEER_FULL, slapd_directory(tls.site->slapd)), "ldapi");
}
END_TEST

/* ------------------------------------------------------------------------------ frozen slapd */

static const char *const schemes[] = {"ldap", "ldaps", "ldapi"};

static void configure(const char *scheme)
{
    const struct tls_connection connection = {.scheme = scheme, .timeout = TIMEOUT_TEXT};

    tls_site_configure(&tls, &connection);
}

START_TEST(frozen_before_the_connection)
{
    configure(schemes[_i]);
    ck_assert(slapd_freeze(site_slapd_pid(tls.site)));
    expect_prompt_calls();
    ck_assert_int_eq(kill(site_slapd_pid(tls.site), SIGCONT), 0);
}
END_TEST

START_TEST(frozen_with_a_kept_connection)
{
    configure(schemes[_i]);
    ck_assert(site_login(tls.site, "alice", SITE_PASSWORD));
    ck_assert(slapd_freeze(site_slapd_pid(tls.site)));
    expect_prompt_calls();
    ck_assert_int_eq(kill(site_slapd_pid(tls.site), SIGCONT), 0);
}
END_TEST

/* Frozen under a bind that proves a password: the rest of the call was answered before. */
static void freeze(void *context, counter_moment moment, size_t number, size_t writes)
{
    (void)context;
    (void)writes;
    if (moment == COUNTER_AFTER_ANSWER && number > 0)
        (void)slapd_freeze(site_slapd_pid(tls.site));
}

START_TEST(frozen_before_a_proof)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_jid *alice = NULL;
    struct stopwatch watch;
    struct counter *counter;
    inv_call call;

    configure(schemes[_i]);
    alice = site_name(tls.site, "alice");
    ck_assert(site_login(tls.site, "alice", SITE_PASSWORD));
    watch = stopwatch_start();
    site_begin(tls.site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = freeze;
    expect_no_verdict(inv_account_login(&call, alice, password), "a proof");
    ck_assert_uint_eq(counter->proofs, 1);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    expect_prompt(&watch, "a proof");
    ck_assert_int_eq(kill(site_slapd_pid(tls.site), SIGCONT), 0);
    inv_jid_free(&alice);
    inv_secret_free(&password);
}
END_TEST

/* The goodbye of TLS and of LDAP must not wait for somebody who does not read. */
START_TEST(closes_without_waiting)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_deadline deadline = inv_deadline_in(20000);
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, nothing);
    inv_directory *directory = NULL;
    struct stopwatch watch;

    configure(schemes[_i]);
    ck_assert_int_eq(
        inv_directory_new(&tls.site->context->config->directory, NULL, NULL, &directory, &verdict),
        INV_OK);
    ck_assert_msg(inv_directory_run(directory, &search, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
    ck_assert(slapd_freeze(site_slapd_pid(tls.site)));
    watch = stopwatch_start();
    inv_directory_free(&directory);
    expect_prompt(&watch, "closing");
    ck_assert_int_eq(kill(site_slapd_pid(tls.site), SIGCONT), 0);
    inv_operation_free(&search);
}
END_TEST

/* Whatever became of a test: the next one finds slapd awake. */
static void wake(void)
{
    (void)kill(site_slapd_pid(tls.site), SIGCONT);
}

static void nothing_before(void)
{
}

int main(void)
{
    Suite *suite = suite_create("mute");
    TCase *tests = tcase_create("mute");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_checked_fixture(tests, nothing_before, wake);
    tcase_add_loop_test(tests, tcp_and_then_nothing, 0, 2);
    tcase_add_test(tests, starttls_and_then_nothing);
    tcase_add_loop_test(tests, tcp_and_a_trickle, 0, 2);
    tcase_add_test(tests, starttls_and_a_trickle);
    tcase_add_test(tests, a_socket_and_a_trickle);
    tcase_add_loop_test(tests, tcp_that_is_full, 0, 2);
    tcase_add_test(tests, a_socket_and_then_nothing);
    tcase_add_test(tests, a_socket_that_is_full);
    tcase_add_loop_test(tests, frozen_before_the_connection, 0, 3);
    tcase_add_loop_test(tests, frozen_with_a_kept_connection, 0, 3);
    tcase_add_loop_test(tests, frozen_before_a_proof, 0, 3);
    tcase_add_loop_test(tests, closes_without_waiting, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
