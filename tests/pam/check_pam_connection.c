/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_invite.so's connection in a host that closes descriptors, forks and becomes another user.
 * What is to happen to the descriptors of a host happens in a child, so that Check's stay open.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/descriptors.h"
#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

#define NOBODY    65534
#define FIRST     3 /* of the descriptors that tests close */
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

static void in_child(void (*what)(void))
{
    int status = -1;
    pid_t child = fork();

    ck_assert_int_ne(child, -1);
    if (child == 0) {
        closefrom(FIRST); /* among them the connection that pam_site has */
        what();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static int put_in_place(int number, struct stat *own)
{
    int peer = descriptors_put_in_place(FIRST, number, own);

    NEED(peer != -1);
    return peer;
}

/* ---------------------------------------------------------------------------------- with a handle
 */

static void end_of_handle(void)
{
    struct stat status;
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "ends", "alice");
    int number;

    NEED(descriptors_find_socket(FIRST, &status) == -1);
    NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
    number = descriptors_find_socket(FIRST, &status);
    NEED(number != -1);
    /* the same connection for the whole of the handle */
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(descriptors_is_file(number, &status) && descriptors_find_socket(FIRST, &status) == number);
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(descriptors_find_socket(FIRST, &status) == -1);
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
    number = descriptors_find_socket(FIRST, &first);
    NEED(number != -1);
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(descriptors_find_socket(FIRST, &second) == number && descriptors_is_file(number, &first));
    /* a line without the option neither takes it nor ends it */
    NEED(login("ends") == PAM_SUCCESS);
    NEED(descriptors_find_socket(FIRST, &second) == number && descriptors_is_file(number, &first));
    NEED(descriptors_is_alive(number));
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
    number = descriptors_find_socket(FIRST, &status);
    peer = put_in_place(number, &own);
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(descriptors_is_untouched(peer));
    NEED(descriptors_is_file(number, &own));
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(descriptors_is_untouched(peer) && descriptors_is_file(number, &own));
}

START_TEST(a_number_that_is_the_hosts_socket_now)
{
    in_child(closed_and_taken);
}
END_TEST

static void only_closed(void)
{
    NEED(login("keeps") == PAM_SUCCESS);
    closefrom(FIRST);
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
    number = descriptors_find_socket(FIRST, &status);
    peer = put_in_place(number, &own);
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(descriptors_is_untouched(peer) && descriptors_is_file(number, &own));
    (void)close(peer);
    number = descriptors_find_socket(FIRST, &status);
    peer = put_in_place(number, &own);
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(descriptors_is_untouched(peer) && descriptors_is_file(number, &own));
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
    NEED(descriptors_find_socket(FIRST, &after) != -1 && after.st_ino != before.st_ino);
    NEED(!descriptors_is_file(inherited, &before));
}

static void forked(void)
{
    static void (*const children[])(void) = {with_a_file_of_its_own, as_it_was_inherited};
    struct stat status;

    NEED(login("keeps") == PAM_SUCCESS);
    inherited = descriptors_find_socket(FIRST, &status);
    NEED(inherited != -1);
    for (size_t i = 0; i < 2; i++) {
        int ended = -1;
        pid_t child = fork();

        if (child == 0) {
            children[i]();
            _exit(0);
        }
        NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
        NEED(descriptors_is_alive(inherited));
    }
    NEED(login("keeps") == PAM_SUCCESS);
    NEED(descriptors_is_file(inherited, &status));
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
    number = descriptors_find_socket(FIRST, &status);
    child = fork();
    if (child == 0) {
        (void)pam_end(pamh, PAM_SUCCESS);
        NEED(!descriptors_is_file(number, &status));
        _exit(0);
    }
    NEED(child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
    NEED(descriptors_is_alive(number));
    NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
    NEED(descriptors_is_file(number, &status));
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
    NEED(descriptors_find_socket(FIRST, &status) == -1);
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
    number = descriptors_find_socket(FIRST, &status);
    copy = dup(number);
    become_nobody();
    /* whatever it says: nobody cannot read the password of the socket's folder, nor use root's */
    NEED(pam_acct_mgmt(pamh, 0) != PAM_SUCCESS);
    NEED(!descriptors_is_file(number, &status));
    (void)pam_end(pamh, PAM_SUCCESS);
    NEED(descriptors_is_alive(copy));
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
