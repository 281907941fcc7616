/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections in a process that forks, closes descriptors or becomes another user. */
#include <check.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/connection_fixture.h"
#include "tests/support/descriptors.h"

/* ----------------------------------------------------------------------------------------- fork */

static void in_child(void (*what)(inv_directory *directory), inv_directory *directory)
{
    int status = -1;
    pid_t child = fork();

    ck_assert_int_ne(child, -1);
    if (child == 0) {
        what(directory);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void use_kept(inv_directory *directory)
{
    (void)directory;
    connection_use_once();
}

static void use_inherited(inv_directory *directory)
{
    if (connection_search(directory, 20000, NULL) != INV_OK)
        _exit(1);
    inv_directory_release(&directory);
}

static void free_inherited(inv_directory *directory)
{
    inv_directory_free(&directory);
}

START_TEST(a_child_has_a_connection_of_its_own)
{
    unsigned long before = 0;
    unsigned long after = 0;
    inv_directory *directory;

    connection_use_once();
    (void)descriptors_sockets(&before);
    in_child(use_kept, NULL);
    directory = connection_acquire();
    in_child(use_inherited, directory);
    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    in_child(free_inherited, directory);
    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    inv_directory_release(&directory);
    /* still the same socket: nobody said goodbye on it */
    (void)descriptors_sockets(&after);
    ck_assert_uint_eq(before, after);
}
END_TEST

/* --------------------------------------------------------------------------- closed, another user
 */

/* Its peer. The socket of the host has the number of the connection from here on. */
static int take_its_number(int number)
{
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(dup2(pair[0], number), number);
    ck_assert_int_eq(close(pair[0]), 0);
    return pair[1];
}

static void expect_untouched(int number, int peer)
{
    char byte;

    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), -1);
    ck_assert_int_eq(close(number), 0); /* nobody else has */
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), 0);
    ck_assert_int_eq(close(peer), 0);
}

/* Before it is used, before it is kept, and before it is closed. */
START_TEST(a_descriptor_that_is_another_socket_is_let_alone)
{
    inv_directory *directory = connection_acquire();
    struct stat status;
    int number;
    int peer;

    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    if (_i == 3)
        inv_directory_release(&directory);
    number = descriptors_find_socket(3, &status);
    ck_assert_int_ne(number, -1);
    peer = take_its_number(number);
    switch (_i) {
    case 0:
        connection_expect_answer(directory, INV_LDAP_SUCCESS);
        inv_directory_free(&directory);
        break;
    case 1:
        inv_directory_release(&directory);
        break;
    case 2:
        inv_directory_free(&directory);
        break;
    default:
        connection_use_once();
        break;
    }
    expect_untouched(number, peer);
    connection_use_once();
}
END_TEST

/* What was bound as root is not used as somebody else, nor ended with words of root's. */
START_TEST(a_connection_is_of_one_effective_user)
{
    inv_directory *directory = connection_acquire();
    struct stat status;
    struct stat after;
    inv_result result;
    int number;
    int copy;

    if (geteuid() != 0) {
        inv_directory_free(&directory);
        return;
    }
    connection_expect_answer(directory, INV_LDAP_SUCCESS);
    number = descriptors_find_socket(3, &status);
    ck_assert_int_ne(number, -1);
    copy = dup(number);
    if (_i == 1)
        inv_directory_release(&directory);
    ck_assert_int_eq(seteuid(65534), 0);
    if (_i == 1)
        directory = connection_acquire();
    /* the folder of slapd's socket is root's */
    result = connection_search(directory, 20000, NULL);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(result, INV_DIRECTORY_DOWN);
    ck_assert(fstat(number, &after) != 0 || after.st_ino != status.st_ino);
    ck_assert(descriptors_is_alive(copy));
    ck_assert_int_eq(close(copy), 0);
    inv_directory_free(&directory);
    connection_use_once();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("own_socket");
    TCase *tests = tcase_create("own_socket");

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, connection_start, fixture_stop);
    tcase_add_test(tests, a_child_has_a_connection_of_its_own);
    tcase_add_loop_test(tests, a_descriptor_that_is_another_socket_is_let_alone, 0, 4);
    tcase_add_loop_test(tests, a_connection_is_of_one_effective_user, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
