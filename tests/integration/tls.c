/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invitegate/directory.h"
#include "tests/support/peer.h"
#include "tests/support/suite.h"
#include "tests/support/tls_site.h"

/*
 * The directory over TCP: what StartTLS and ldaps protect, and what is refused. In a private slapd
 * with a throw-away CA; peers that are no directory are sockets of this test.
 */

static struct tls_site tls;

static void start(void)
{
    tls_site_start(&tls);
}

static void stop(void)
{
    tls_site_stop(&tls);
}

static const struct tls_connection connections[] = {
    {.scheme = "ldap"},
    {.scheme = "ldaps"},
    {.scheme = "ldapi"},
};
#define CONNECTIONS ((int)(sizeof(connections) / sizeof(connections[0])))

/* Names are this test's own: all tests share one directory. */
static const char *name_of(const char *what, int i)
{
    static char name[64];

    (void)snprintf(name, sizeof(name), "%s-%s", what, connections[i].scheme);
    return name;
}

/* ---------------------------------------------------------------------------------- it works */

START_TEST(registers_and_logs_in)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token;

    tls_site_configure(&tls, &connections[_i]);
    token = site_invite(tls.site, "alice@example.org", 1);
    site_redeem(tls.site, token, name_of("bob", _i), SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    site_expect(tls.site, token, 0, 0, 1, 1, 1);
    ck_assert(site_login(tls.site, name_of("bob", _i), SITE_PASSWORD));
    ck_assert(!site_login(tls.site, name_of("bob", _i), "some other password"));
    inv_token_free(&token);
}
END_TEST

/* ---------------------------------------------------------------------------- what is refused */

/* A check of a token that slapd would know, which has to end without a verdict. */
static void expect_refused(const struct tls_connection *connection, inv_result wanted,
                           const char *why)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token;

    tls_site_configure(&tls, &connections[2]);
    token = site_invite(tls.site, "alice@example.org", 1);
    tls_site_configure(&tls, connection);
    site_check(tls.site, token, "mallory", &verdict);
    site_expect_result(verdict, wanted);
    ck_assert_msg(strstr(verdict.why, why) != NULL, "not about %s: %s", why, verdict.why);
    inv_token_free(&token);
}

START_TEST(refuses_another_ca)
{
    struct tls_connection connection = connections[_i];

    connection.ca_file = tls.other_ca_file;
    expect_refused(&connection, INV_DIRECTORY_DOWN, "certificate");
}
END_TEST

/* The certificate is for 127.0.0.1 and not for what else leads there. */
START_TEST(refuses_another_name)
{
    struct tls_connection connection = connections[_i];

    connection.host = "localhost";
    expect_refused(&connection, INV_DIRECTORY_DOWN, "certificate");
}
END_TEST

START_TEST(refuses_a_missing_ca)
{
    struct tls_connection connection = connections[_i];

    connection.ca_file = "/nonexistent/ca.crt";
    expect_refused(&connection, INV_CONFIG, "/nonexistent/ca.crt");
}
END_TEST

START_TEST(refuses_a_ca_file_without_certificates)
{
    struct tls_connection connection = connections[_i];

    connection.ca_file = tls.password_file;
    expect_refused(&connection, INV_DIRECTORY_DOWN, tls.password_file);
}
END_TEST

/* The operations in clear LDAP messages, by their tags (RFC 4511 5.1); lengths below 128 only. */
static size_t operations_in(const unsigned char *bytes, size_t length, unsigned char tags[16])
{
    size_t count = 0;

    for (size_t at = 0; at + 6 <= length && count < 16; at += 2 + (size_t)bytes[at + 1]) {
        ck_assert_uint_eq(bytes[at], 0x30);
        ck_assert_uint_lt(bytes[at + 1], 0x80);
        tags[count++] = bytes[at + 4 + bytes[at + 3]];
    }
    return count;
}

#define EXTENDED_REQUEST 0x77
#define UNBIND_REQUEST   0x42

START_TEST(sends_nothing_after_a_refused_starttls)
{
    struct peer *peer = peer_start_tcp(PEER_STARTTLS_REFUSED);
    const struct tls_connection connection = {.scheme = "ldap", .port = peer_port(peer)};
    unsigned char heard[1024];
    unsigned char tags[16];
    size_t count;

    expect_refused(&connection, INV_CONFIG, "StartTLS");
    count = operations_in(heard, peer_heard(peer, heard, sizeof(heard)), tags);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, 2);
    ck_assert_uint_eq(tags[0], EXTENDED_REQUEST);
    if (count == 2)
        ck_assert_uint_eq(tags[1], UNBIND_REQUEST);
    peer_stop(&peer);
}
END_TEST

START_TEST(refuses_a_slapd_without_tls)
{
    const char *options[] = {"--port", "PORT", NULL};
    char port[16];
    struct slapd *plain;
    struct tls_connection connection = {.scheme = "ldap", .port = peer_free_port()};

    (void)snprintf(port, sizeof(port), "%d", connection.port);
    options[1] = port;
    plain = slapd_start(options);
    ck_assert_ptr_nonnull(plain);
    expect_refused(&connection, INV_CONFIG, "StartTLS");
    slapd_stop(&plain);
}
END_TEST

/* The configuration does not let it through; nor does the room itself. */
START_TEST(sends_no_password_in_clear)
{
    struct peer *peer = peer_start_tcp(PEER_MUTE);
    inv_directory_settings settings;
    inv_directory *directory = NULL;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_deadline deadline = inv_deadline_in(5000);
    inv_secret *password = inv_secret_new("secret", 6);
    static const char *const nothing[] = {NULL};
    inv_operation *search = inv_operation_search("", INV_SCOPE_BASE, NULL, nothing);
    char uri[64];
    char *uris[] = {uri, NULL};
    unsigned char heard[16];

    (void)snprintf(uri, sizeof(uri), "ldap://127.0.0.1:%d", peer_port(peer));
    settings = tls.site->context->config->directory;
    settings.uris = uris;
    settings.starttls = false;
    ck_assert_int_eq(inv_directory_new(&settings, "cn=someone", password, &directory, &verdict),
                     INV_OK);
    inv_directory_run(directory, &search, 1, &deadline, &verdict);
    site_expect_result(verdict, INV_CONFIG);
    ck_assert_int_eq(inv_directory_verify(directory, "cn=someone", password, &deadline, &verdict),
                     INV_CONFIG);
    ck_assert_uint_eq(peer_heard(peer, heard, sizeof(heard)), 0);
    inv_directory_free(&directory);
    inv_operation_free(&search);
    inv_secret_free(&password);
    peer_stop(&peer);
}
END_TEST

/* ---------------------------------------------------------------- kept connections, processes */

START_TEST(replaces_a_dead_connection)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token;

    tls_site_configure(&tls, &connections[_i]);
    token = site_invite(tls.site, "alice@example.org", 1); /* its connection is kept */
    site_restart(tls.site, NULL, NULL);
    site_redeem(tls.site, token, name_of("dora", _i), SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    site_expect(tls.site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* A write on the connection that was open before: a write is never sent again on another. */
static void expect_still_open(inv_directory *directory)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_deadline deadline = inv_deadline_in(20000);
    inv_operation *write = inv_operation_new_modify(SITE_INVITES);

    inv_operation_text(write, INV_CHANGE_REPLACE, "inviteClock", "20250101000000Z");
    ck_assert_msg(inv_directory_run(directory, &write, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
    ck_assert_int_eq(write->code, INV_LDAP_SUCCESS);
    inv_operation_free(&write);
}

START_TEST(leaves_a_parents_connection_alone)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call;
    pid_t child;
    int status = -1;

    tls_site_configure(&tls, &connections[_i]);
    ck_assert(site_login(tls.site, "alice", SITE_PASSWORD));
    for (int kept = 0; kept < 2; kept++) {
        site_begin(tls.site, &call, &verdict);
        expect_still_open(call.directory);
        if (kept == 0)
            inv_call_end(&call); /* the child finds it kept; else it inherits one in use */
        child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            if (kept == 1)
                inv_call_end(&call);
            _exit(site_login(tls.site, "alice", SITE_PASSWORD) ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
        if (kept == 0)
            site_begin(tls.site, &call, &verdict);
        expect_still_open(call.directory);
        inv_call_end(&call);
    }
}
END_TEST

#define THREADS 8
#define CALLS   12

struct worker {
    pthread_t thread;
    int number;
    int wrong;
    inv_verdict verdict; /* of the last wrong one */
    inv_token *token;
};

static void *work(void *context)
{
    struct worker *worker = context;

    for (int i = 0; i < CALLS; i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_acceptance acceptance = {0};
        inv_call call;
        inv_result result =
            inv_call_begin(tls.site->context, site_domain(tls.site), 0, &call, &verdict);

        if (result == INV_OK)
            result =
                inv_redeem_check(&call, worker->token, NULL, INV_ALLOW_REGISTRATION, &acceptance);
        inv_call_end(&call);
        if (result != INV_OK) {
            worker->wrong++;
            worker->verdict = verdict;
        }
    }
    return NULL;
}

START_TEST(serves_threads)
{
    struct worker *workers = calloc(THREADS, sizeof(*workers));

    ck_assert_ptr_nonnull(workers);

    tls_site_configure(&tls, &connections[_i]);
    for (int i = 0; i < THREADS; i++) {
        workers[i] =
            (struct worker){.number = i, .token = site_invite(tls.site, "alice@example.org", 1)};
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
        ck_assert_msg(workers[i].wrong == 0, "%d of %d calls: %s", workers[i].wrong, CALLS,
                      workers[i].verdict.why);
        inv_token_free(&workers[i].token);
    }
    free(workers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *tests = tcase_create("tls");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, registers_and_logs_in, 0, CONNECTIONS);
    tcase_add_loop_test(tests, refuses_another_ca, 0, 2);
    tcase_add_loop_test(tests, refuses_another_name, 0, 2);
    tcase_add_loop_test(tests, refuses_a_missing_ca, 0, 2);
    tcase_add_loop_test(tests, refuses_a_ca_file_without_certificates, 0, 2);
    tcase_add_test(tests, sends_nothing_after_a_refused_starttls);
    tcase_add_test(tests, refuses_a_slapd_without_tls);
    tcase_add_test(tests, sends_no_password_in_clear);
    tcase_add_loop_test(tests, replaces_a_dead_connection, 0, CONNECTIONS);
    tcase_add_loop_test(tests, leaves_a_parents_connection_alone, 0, CONNECTIONS);
    tcase_add_loop_test(tests, serves_threads, 0, CONNECTIONS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
