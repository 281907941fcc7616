/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_invite.so's connection in a host that closes descriptors, forks and becomes another user.
 * What is to happen to the descriptors of a host happens in a child, so that Check's stay open.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

#define NOBODY    65534
#define FILE_TEXT "the host's own words"

/* In the child: what is wrong is written where make check shows it. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n%s", __FILE__, __LINE__, #condition, pam_host_log());      \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static int login(const char *service)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};

    return pam_host_authenticate(&host, pam_site_folder(), service, "alice");
}

/* The highest descriptor that is a socket, or -1, and what it is. */
static int find_socket(struct stat *status)
{
    int found = -1;

    for (int number = 3; number < 256; number++) {
        struct stat each;

        if (fstat(number, &each) == 0 && S_ISSOCK(each.st_mode)) {
            found = number;
            *status = each;
        }
    }
    return found;
}

static bool is_file(int number, const struct stat *wanted)
{
    struct stat status;

    return fstat(number, &status) == 0 && status.st_dev == wanted->st_dev &&
           status.st_ino == wanted->st_ino;
}

/* RFC 4532 over a connection as it is; the bytes of the answer, 0 at its end. */
static ssize_t who_am_i(int connection, char *answer, size_t size)
{
    static const char request[] = "\x30\x1e\x02\x01\x7f\x77\x19\x80\x17"
                                  "1.3.6.1.4.1.4203.1.11.3";
    struct pollfd peer = {.fd = connection, .events = POLLIN};

    if (send(connection, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0 ||
        poll(&peer, 1, 20000) != 1)
        return 0;
    return recv(connection, answer, size, 0);
}

static bool is_alive(int connection)
{
    char answer[512];

    return who_am_i(connection, answer, sizeof(answer)) > 0;
}

/* No byte came, and the other end is open. */
static bool is_untouched(int connection)
{
    char byte;

    return recv(connection, &byte, 1, MSG_DONTWAIT) == -1;
}

static void in_child(void (*what)(void))
{
    int status = -1;
    pid_t child = fork();

    ck_assert_int_ne(child, -1);
    if (child == 0) {
        closefrom(3); /* among them the connection that pam_site has */
        what();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

/* Closes everything, as daemons do, and has a socket of its own under that number. Its peer. */
static int put_in_place(int number, struct stat *own)
{
    int pair[2];

    closefrom(3);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (pair[0] != number) {
        /* the peer moves out of the way first */
        int peer = fcntl(pair[1], F_DUPFD, number + 1);

        NEED(peer > number && close(pair[1]) == 0);
        pair[1] = peer;
        NEED(dup2(pair[0], number) == number && close(pair[0]) == 0);
    }
    NEED(fstat(number, own) == 0);
    return pair[1];
}

/* ---------------------------------------------------------------------------------- with a handle
 */

static void end_of_handle(void)
{
    struct stat status;
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "ends", "alice");
    int number;

    NEED(find_socket(&status) == -1);
    NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
    number = find_socket(&status);
    NEED(number != -1);
    /* the same connection for the whole of the handle */
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(is_file(number, &status) && find_socket(&status) == number);
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(find_socket(&status) == -1);
}

START_TEST(it_ends_with_the_handle)
{
    in_child(end_of_handle);
}
END_TEST

static void kept(void)
{
    struct stat first;
    struct stat second;
    int number;

    NEED(login("keeps") == PAM_SUCCESS);
    number = find_socket(&first);
    NEED(number != -1);
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(find_socket(&second) == number && is_file(number, &first));
    /* a line without the option neither takes it nor ends it */
    NEED(login("ends") == PAM_SUCCESS);
    NEED(find_socket(&second) == number && is_file(number, &first));
    NEED(is_alive(number));
}

START_TEST(keep_connection_keeps_it)
{
    in_child(kept);
}
END_TEST

/* -------------------------------------------------------------------------- closed by the host */

static void closed_and_taken(void)
{
    struct stat status;
    struct stat own;
    int number;
    int peer;

    NEED(login("keeps") == PAM_SUCCESS);
    number = find_socket(&status);
    peer = put_in_place(number, &own);
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(is_untouched(peer));
    NEED(is_file(number, &own));
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(is_untouched(peer) && is_file(number, &own));
}

START_TEST(a_number_that_is_the_hosts_socket_now)
{
    in_child(closed_and_taken);
}
END_TEST

static void only_closed(void)
{
    NEED(login("keeps") == PAM_SUCCESS);
    closefrom(3);
    NEED(login("keeps") == PAM_SUCCESS);
}

START_TEST(a_connection_that_was_only_closed)
{
    in_child(only_closed);
}
END_TEST

/* The same while a handle is open, to its next call and to its end. */
static void within_a_handle(void)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "ends", "alice");
    struct stat status;
    struct stat own;
    int number;
    int peer;

    NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
    number = find_socket(&status);
    peer = put_in_place(number, &own);
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(is_untouched(peer) && is_file(number, &own));
    (void)close(peer);
    number = find_socket(&status);
    peer = put_in_place(number, &own);
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(is_untouched(peer) && is_file(number, &own));
}

START_TEST(a_handle_whose_descriptor_is_the_hosts)
{
    in_child(within_a_handle);
}
END_TEST

/* --------------------------------------------------------------------------------------- forked */

static int inherited; /* the parent's connection */

static void with_a_file_of_its_own(void)
{
    char path[256];
    char text[64] = "";
    int file;

    (void)snprintf(path, sizeof(path), "%s/own-file", pam_site_folder());
    (void)close(inherited);
    file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    NEED(file != -1);
    if (file != inherited)
        NEED(dup2(file, inherited) == inherited && close(file) == 0);
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(write(inherited, FILE_TEXT, strlen(FILE_TEXT)) == (ssize_t)strlen(FILE_TEXT));
    NEED(pread(inherited, text, sizeof(text) - 1, 0) == (ssize_t)strlen(FILE_TEXT));
    NEED(strcmp(text, FILE_TEXT) == 0);
}

static void as_it_was_inherited(void)
{
    struct stat before;
    struct stat after;

    NEED(fstat(inherited, &before) == 0);
    NEED(login("keeps") == PAM_SUCCESS);
    /* the child has one of its own, and does not hold the parent's */
    NEED(find_socket(&after) != -1 && after.st_ino != before.st_ino);
    NEED(!is_file(inherited, &before));
}

static void forked(void)
{
    static void (*const children[])(void) = {with_a_file_of_its_own, as_it_was_inherited};
    struct stat status;

    NEED(login("keeps") == PAM_SUCCESS);
    inherited = find_socket(&status);
    NEED(inherited != -1);
    for (size_t i = 0; i < 2; i++) {
        int ended = -1;
        pid_t child = fork();

        if (child == 0) {
            children[i]();
            _exit(0);
        }
        NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
        NEED(is_alive(inherited));
    }
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(is_file(inherited, &status));
}

START_TEST(a_child_leaves_files_and_parent_alone)
{
    in_child(forked);
}
END_TEST

/* A session process that ends the handle it was forked with. */
static void handle_of_the_parent(void)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "ends", "alice");
    struct stat status;
    int ended = -1;
    int number;
    pid_t child;

    NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
    number = find_socket(&status);
    child = fork();
    if (child == 0) {
        (void)pam_end(pamh, PAM_SUCCESS);
        NEED(!is_file(number, &status));
        _exit(0);
    }
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
    NEED(is_alive(number));
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(is_file(number, &status));
    (void)pam_end(pamh, PAM_SUCCESS);
}

START_TEST(a_child_may_end_the_handle)
{
    in_child(handle_of_the_parent);
}
END_TEST

/* --------------------------------------------------------------------------------- another user */

static void become_nobody(void)
{
    NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

static void root_then_nobody(void)
{
    struct stat status;

    NEED(login("ends") == PAM_SUCCESS);
    become_nobody();
    /* nothing is left that speaks as root */
    NEED(find_socket(&status) == -1);
}

/* A copy of the descriptor keeps the connection open, and tells whether somebody said goodbye. */
static void handle_then_nobody(void)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "ends", "alice");
    struct stat status;
    int number;
    int copy;

    NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
    number = find_socket(&status);
    copy = dup(number);
    become_nobody();
    /* whatever it says: nobody cannot read the password of the socket's folder, nor use root's */
    NEED(pam_acct_mgmt(pamh, 0) != PAM_SUCCESS);
    NEED(!is_file(number, &status));
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(is_alive(copy));
}

START_TEST(roots_identity_ends_with_root)
{
    static void (*const hosts[])(void) = {root_then_nobody, handle_then_nobody};

    if (geteuid() == 0)
        in_child(hosts[_i]);
}
END_TEST

static void start(void)
{
    pam_site_start();
    pam_site_stack("keeps", "auth required pam_invite.so login keep_connection conf=CONF\n"
                            "account required pam_invite.so keep_connection conf=CONF\n");
    pam_site_stack("ends", "auth required pam_invite.so login conf=CONF\n"
                           "account required pam_invite.so conf=CONF\n");
}

int main(void)
{
    Suite *suite = suite_create("pam_connection");
    TCase *tests = tcase_create("connections");

    tcase_add_test(tests, it_ends_with_the_handle);
    tcase_add_test(tests, keep_connection_keeps_it);
    tcase_add_test(tests, a_number_that_is_the_hosts_socket_now);
    tcase_add_test(tests, a_connection_that_was_only_closed);
    tcase_add_test(tests, a_handle_whose_descriptor_is_the_hosts);
    tcase_add_test(tests, a_child_leaves_files_and_parent_alone);
    tcase_add_test(tests, a_child_may_end_the_handle);
    tcase_add_loop_test(tests, roots_identity_ends_with_root, 0, 2);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
