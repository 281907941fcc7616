/* SPDX-License-Identifier: BSD-2-Clause */
/* invite-agent when something goes wrong: bad clients, a dead or frozen directory, its own end. */
#include <check.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/agent_fixture.h"

#define IMPATIENT 1000 /* milliseconds that an answer without directory may take */

static inv_token *plain_invite(char text[INV_TOKEN_LENGTH + 1])
{
    inv_token *token = site_invite(site, NULL, 1);

    inv_token_write(token, text);
    return token;
}

static void freeze(bool frozen)
{
    if (frozen)
        ck_assert(slapd_freeze(site_slapd_pid(site)));
    else
        ck_assert_int_eq(kill(site_slapd_pid(site), SIGCONT), 0);
}

/* The agent lives and answers. */
static void expect_ping(void)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "ping", NULL);
    agent_expect(reply, "OK");
}

/* ---------------------------------------------------------------------------------- bad clients */

START_TEST(bad_requests_are_told_and_forgiven)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *words;
    } rows[] = {
        {"1", 1, "operation"},
        {"1\0", 2, "operation"},
        {"1\0frob\0example.org", 18, "operation"},
        {"1\0check\0example.org\0t", 21, "arguments"},
        {"1\0exists\0example.org\0a\0b", 24, "arguments"},
        {"1\0register\0example.org\0t\0u\0p\0a\0soon", 35, "accepted_at"},
        {"1\0create\0example.org\0a@b\0account\0x=y", 36, "options"},
        {"1\0exists\0example.org\0\xc3\x28", 23, "UTF-8"},
        {"1\0exists\0example.org\0a\xed\xa0\x80", 25, "UTF-8"},
        {"1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 26, "fields"},
    };
    struct agent_reply reply;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        agent_send_frame(client, rows[i].bytes, rows[i].length);
        ck_assert(agent_receive(client, &reply));
        ck_assert_msg(strcmp(reply.result, "BAD_REQUEST") == 0, "row %zu: %s", i, reply.result);
        ck_assert_str_eq(reply.id, "1");
        ck_assert_msg(strstr(reply.text, rows[i].words) != NULL, "row %zu: %s", i, reply.text);
        expect_ping();
    }
}
END_TEST

START_TEST(what_is_no_frame_ends_the_connection)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"\0\0", 2},                    /* nothing */
        {"\0\1\0", 3},                  /* no id */
        {"\0\6\0ping\0", 8},            /* likewise */
        {"GET / HTTP/1.1\r\n\r\n", 18}, /* a length of 18245 */
        {"\xff\xff", 2},
        {"\0\1\xff", 3}, /* an id that is not UTF-8 */
    };
    struct agent_reply reply;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct agent_client *bad = agent_connect(site);

        (void)agent_send(bad, "exists", "alice", NULL);
        agent_send_raw(bad, rows[i].bytes, rows[i].length);
        ck_assert(agent_receive(bad, &reply));
        if (reply.id[0] == '\0') { /* the request before it is answered all the same */
            agent_expect(reply, "BAD_REQUEST");
            ck_assert(agent_receive(bad, &reply));
            agent_expect(reply, "OK");
        } else {
            agent_expect(reply, "OK");
            ck_assert(agent_receive(bad, &reply));
            agent_expect(reply, "BAD_REQUEST");
        }
        ck_assert(!agent_receive(bad, &reply));
        agent_disconnect(&bad);
        expect_ping();
    }
}
END_TEST

START_TEST(frames_come_in_pieces)
{
    static const char bytes[] = "\0\x07"
                                "1\0ping\0\0\x07"
                                "2\0ping\0";
    struct agent_reply reply;

    for (size_t i = 0; i < sizeof(bytes) - 1; i++)
        agent_send_raw(client, bytes + i, 1);
    ck_assert(agent_receive(client, &reply));
    ck_assert_str_eq(reply.id, "1");
    ck_assert(agent_receive(client, &reply));
    ck_assert_str_eq(reply.id, "2");
}
END_TEST

/* Fewer than the places of one user: an agent that is slow to see them end turns none away. */
START_TEST(clients_that_go_away_harm_nobody)
{
    for (int i = 0; i < 40; i++) {
        struct agent_client *bad = agent_connect(site);

        (void)agent_send(bad, "roster", "alice", NULL);
        if (i % 2 == 0)
            agent_send_raw(bad, "\0\x20half", 6);
        agent_disconnect(&bad);
    }
    expect_ping();
}
END_TEST

START_TEST(a_client_that_only_sends_gets_everything)
{
    struct agent_client *hasty = agent_connect(site);
    struct agent_reply reply;

    for (int i = 0; i < 10; i++)
        (void)agent_send(hasty, "exists", "alice", NULL);
    ck_assert_int_eq(shutdown(hasty->output, SHUT_WR), 0);
    for (int i = 0; i < 10; i++) {
        ck_assert(agent_receive(hasty, &reply));
        agent_expect(reply, "OK");
    }
    ck_assert(!agent_receive(hasty, &reply));
    agent_disconnect(&hasty);
}
END_TEST

/* It reads nothing: the agent stops reading too, and serves others. */
START_TEST(a_client_that_does_not_read)
{
    struct agent_client *deaf = agent_connect(site);
    const struct timeval patience = {.tv_usec = 200 * 1000};
    const char frame[] = "\0\x07"
                         "1\0ping\0";
    ssize_t count = 1;
    size_t sent = 0;

    ck_assert_int_eq(setsockopt(deaf->output, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)),
                     0);
    while (count > 0 && sent < 64u * 1024 * 1024) {
        count = write(deaf->output, frame, sizeof(frame) - 1);
        sent += count > 0 ? (size_t)count : 0;
    }
    ck_assert_msg(count < 0, "the agent reads without end");
    expect_ping();
    agent_disconnect(&deaf);
    expect_ping();
}
END_TEST

/* ------------------------------------------------------------------------------------ directory */

START_TEST(a_frozen_directory_holds_up_nobody_else)
{
    struct agent_reply reply;
    struct timespec begun;
    struct timespec done;

    agent_fixture_stop();
    agent_fixture_start_with("1s", NULL, "workers = 2");
    freeze(true);
    for (int i = 0; i < 3; i++)
        (void)agent_send(client, "exists", "alice", NULL);
    for (int i = 0; i < 20; i++) {
        struct agent_client *bystander = agent_connect(site);

        (void)clock_gettime(CLOCK_MONOTONIC, &begun);
        agent_ask(bystander, &reply, "ping", NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &done);
        agent_expect(reply, "OK");
        ck_assert_int_le((done.tv_sec - begun.tv_sec) * 1000 +
                             (done.tv_nsec - begun.tv_nsec) / 1000000,
                         IMPATIENT);
        agent_disconnect(&bystander);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert(agent_receive(client, &reply));
        agent_expect(reply, "TIMEOUT");
    }
    freeze(false);
    agent_ask(client, &reply, "exists", "alice", NULL);
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(a_directory_that_was_away)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = plain_invite(text);

    agent_ask(client, &reply, "exists", "alice", NULL);
    agent_expect(reply, "OK");
    ck_assert_int_eq(kill(site_slapd_pid(site), SIGKILL), 0);
    for (int i = 0; i < 5; i++) {
        agent_ask(client, &reply, "register", text, "kate", SITE_PASSWORD, ADDRESS, "", NULL);
        agent_expect(reply, "DIRECTORY_DOWN");
        agent_ask(client, &reply, "check", text, ADDRESS, NULL);
        agent_expect(reply, "DIRECTORY_DOWN");
        agent_ask(client, &reply, "exists", "alice", NULL);
        agent_expect(reply, "DIRECTORY_DOWN");
    }
    site_restart(site, NULL, NULL);
    agent_ask(client, &reply, "exists", "alice", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "register", text, "kate", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------------ its end */

/* Killed at any moment of a registration, it loses nothing: the same again succeeds. */
START_TEST(killed_in_the_middle_of_a_registration)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char name[24];

    for (int i = 0; i < 12; i++) {
        inv_token *token = plain_invite(text);

        (void)snprintf(name, sizeof(name), "phoenix%d", i);
        (void)agent_send(client, "register", text, name, SITE_PASSWORD, ADDRESS, "", NULL);
        (void)nanosleep(&(struct timespec){.tv_nsec = i * 1500 * 1000L}, NULL);
        ck_assert_int_eq(agent_end(&agent, SIGKILL), 128 + SIGKILL);
        agent_disconnect(&client);
        agent = agent_start(site, NULL); /* over the socket that was left */
        client = agent_connect(site);
        agent_ask(client, &reply, "register", text, name, SITE_PASSWORD, ADDRESS, "", NULL);
        agent_expect(reply, "OK");
        site_expect(site, token, 0, 0, 1, 1, 0);
        inv_token_free(&token);
    }
}
END_TEST

START_TEST(told_to_end_it_finishes_first)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    struct stat status;
    inv_token *token = plain_invite(text);

    agent_ask(client, &reply, "exists", "alice", NULL); /* connected */
    freeze(true);
    (void)agent_send(client, "register", text, "laura", SITE_PASSWORD, ADDRESS, "", NULL);
    expect_ping(); /* the registration was read before it */
    ck_assert_int_eq(kill(agent, SIGTERM), 0);
    for (;;) { /* until the signal has arrived */
        agent_ask(client, &reply, "exists", "alice", NULL);
        if (strcmp(reply.result, "THROTTLED") == 0)
            break;
        ck_abort_msg("%s", reply.result);
    }
    freeze(false);
    ck_assert(agent_receive(client, &reply));
    agent_expect(reply, "OK");
    ck_assert(!agent_receive(client, &reply));
    ck_assert_int_eq(agent_wait(&agent), 0);
    ck_assert_int_ne(lstat(agent_socket(site), &status), 0);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
    agent = agent_start(site, NULL); /* for the end of the fixture */
}
END_TEST

START_TEST(the_end_of_standard_input)
{
    struct agent_reply reply;
    struct agent_client *pipes;
    int in[2];
    int out[2];
    pid_t other;

    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    other = agent_spawn(site, NULL, "--stdio", in[0], out[1], -1);
    (void)close(in[0]);
    (void)close(out[1]);
    pipes = agent_client_on(out[0], in[1]);
    agent_ask(pipes, &reply, "ping", NULL);
    agent_expect(reply, "OK");
    for (int i = 0; i < 20; i++)
        (void)agent_send(pipes, "exists", "alice", NULL);
    (void)close(pipes->output);
    pipes->output = pipes->input;
    for (int i = 0; i < 20; i++) {
        ck_assert(agent_receive(pipes, &reply));
        agent_expect(reply, "OK");
    }
    ck_assert_int_eq(agent_wait(&other), 0);
    agent_disconnect(&pipes);
}
END_TEST

/* --------------------------------------------------------------------------------- its socket */

static mode_t mode_of_socket(void)
{
    struct stat status;

    ck_assert_int_eq(lstat(agent_socket(site), &status), 0);
    ck_assert(S_ISSOCK(status.st_mode));
    return status.st_mode & 07777;
}

START_TEST(the_socket_has_its_mode)
{
    ck_assert_int_eq(mode_of_socket(), 0660);
    agent_fixture_stop();
    agent_fixture_start_with(NULL, NULL, "socket_mode = 0600");
    ck_assert_int_eq(mode_of_socket(), 0600);
}
END_TEST

START_TEST(a_socket_that_is_listened_on_is_left_alone)
{
    pid_t other = agent_spawn(site, NULL, "--listen", -1, -1, -1);

    ck_assert_int_eq(agent_wait(&other), 4);
    expect_ping();
    agent_disconnect(&client);
    client = agent_connect(site);
    expect_ping();
}
END_TEST

START_TEST(a_file_in_its_place_is_left_alone)
{
    struct stat status;
    FILE *file;
    pid_t other;

    agent_fixture_stop();
    file = fopen(agent_socket(site), "w");
    ck_assert_ptr_nonnull(file);
    (void)fclose(file);
    other = agent_spawn(site, NULL, "--listen", -1, -1, -1);
    ck_assert_int_eq(agent_wait(&other), 4);
    ck_assert_int_eq(lstat(agent_socket(site), &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    ck_assert_int_eq(unlink(agent_socket(site)), 0);
    agent_fixture_start();
}
END_TEST

START_TEST(a_socket_from_systemd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct agent_client *activated;
    struct agent_reply reply;
    struct stat status;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connection;
    pid_t other;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/systemd.sock",
                   slapd_directory(site->slapd));
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    other = agent_spawn(site, NULL, "--listen", -1, -1, listener);
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(connection, (const struct sockaddr *)&address, sizeof(address)), 0);
    activated = agent_client_on(connection, connection);
    agent_ask(activated, &reply, "exists", "alice", NULL);
    agent_expect(reply, "OK");
    agent_disconnect(&activated);
    ck_assert_int_eq(agent_end(&other, SIGTERM), 0);
    ck_assert_int_eq(lstat(address.sun_path, &status), 0); /* it is systemd's */
    (void)close(listener);
    (void)unlink(address.sun_path);
}
END_TEST

/* The first is what comes with Accept=yes, the last one what ListenStream=PORT makes. */
static int not_a_listening_unix_socket(int which)
{
    const struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000001)}};
    int pair[2];
    int descriptor;

    switch (which) {
    case 0:
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        (void)close(pair[1]);
        return pair[0];
    case 1:
        return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    case 2:
        return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    case 3:
        return open("/dev/null", O_RDWR | O_CLOEXEC);
    default:
        descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(descriptor, (const struct sockaddr *)&loopback, sizeof(loopback)), 0);
        ck_assert_int_eq(listen(descriptor, 8), 0);
        return descriptor;
    }
}

START_TEST(what_systemd_must_not_hand_over)
{
    int descriptor = not_a_listening_unix_socket(_i);
    pid_t other = agent_spawn(site, NULL, "--listen", -1, -1, descriptor);

    ck_assert_int_eq(agent_wait(&other), 4);
    (void)close(descriptor);
}
END_TEST

START_TEST(one_socket_and_for_this_process)
{
    const char *const two[] = {"/usr/bin/env", "LISTEN_FDS=2", NULL};
    const char *const others[] = {"/usr/bin/env", "LISTEN_PID=1", "LISTEN_FDS=1", NULL};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_un address = {.sun_family = AF_UNIX};
    pid_t other;

    /* an abstract name of the kernel's choice */
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(sa_family_t)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    other = agent_spawn(site, two, "--listen", -1, -1, listener);
    ck_assert_int_eq(agent_wait(&other), 4);
    (void)close(listener);
    agent_fixture_stop();
    agent = agent_start(site, others); /* on its own socket */
    client = agent_connect(site);
    expect_ping();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_faults");
    TCase *tests = tcase_create("faults");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_checked_fixture(tests, agent_fixture_start, agent_fixture_stop);
    tcase_add_test(tests, bad_requests_are_told_and_forgiven);
    tcase_add_test(tests, what_is_no_frame_ends_the_connection);
    tcase_add_test(tests, frames_come_in_pieces);
    tcase_add_test(tests, clients_that_go_away_harm_nobody);
    tcase_add_test(tests, a_client_that_only_sends_gets_everything);
    tcase_add_test(tests, a_client_that_does_not_read);
    tcase_add_test(tests, a_frozen_directory_holds_up_nobody_else);
    tcase_add_test(tests, a_directory_that_was_away);
    tcase_add_test(tests, killed_in_the_middle_of_a_registration);
    tcase_add_test(tests, told_to_end_it_finishes_first);
    tcase_add_test(tests, the_end_of_standard_input);
    tcase_add_test(tests, the_socket_has_its_mode);
    tcase_add_test(tests, a_socket_that_is_listened_on_is_left_alone);
    tcase_add_test(tests, a_file_in_its_place_is_left_alone);
    tcase_add_test(tests, a_socket_from_systemd);
    tcase_add_loop_test(tests, what_systemd_must_not_hand_over, 0, 5);
    tcase_add_test(tests, one_socket_and_for_this_process);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
