/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/directory/read_ahead.h"
#include "tests/support/suite.h"

/* SEQUENCE { INTEGER 1, OCTET STRING "0123456789abcdef" } */
static const unsigned char message[] = "\x30\x15\x02\x01\x01\x04\x10"
                                       "0123456789abcdef";
#define MESSAGE_SIZE (sizeof(message) - 1)

static int here = -1;
static int there = -1;
static Sockbuf *connection;

static void start(void)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    here = ends[0];
    there = ends[1];
    connection = ber_sockbuf_alloc();
    ck_assert_ptr_nonnull(connection);
    ck_assert_int_eq(
        ber_sockbuf_add_io(connection, &ber_sockbuf_io_fd, LBER_SBIOD_LEVEL_PROVIDER, &here), 0);
    ck_assert(read_ahead_install(connection));
}

static void stop(void)
{
    ber_sockbuf_free(connection); /* closes here */
    if (there != -1)
        ck_assert_int_eq(close(there), 0);
}

static void say(const unsigned char *bytes, size_t size)
{
    ck_assert_int_eq(write(there, bytes, size), (ssize_t)size);
}

static bool is_ready(void)
{
    return ber_sockbuf_ctrl(connection, LBER_SB_OPT_DATA_READY, NULL) == 1;
}

static void expect_message(BerElement *element)
{
    ber_len_t length = 0;
    ber_int_t number = 0;
    char text[32];
    ber_len_t size = sizeof(text);

    ck_assert_uint_eq(ber_get_next(connection, &length, element), 0x30);
    ck_assert_int_ne((int)ber_scanf(element, "is", &number, text, &size), -1);
    ck_assert_int_eq(number, 1);
    ck_assert_str_eq(text, "0123456789abcdef");
    ber_free(element, 1);
}

START_TEST(what_came_together_is_read_together)
{
    char byte;

    say(message, MESSAGE_SIZE);
    say(message, MESSAGE_SIZE);
    ck_assert(!is_ready());
    expect_message(ber_alloc_t(LBER_USE_DER));
    ck_assert_int_eq(recv(here, &byte, 1, MSG_DONTWAIT), -1);
    ck_assert(is_ready());
    expect_message(ber_alloc_t(LBER_USE_DER));
    ck_assert(!is_ready());
}
END_TEST

/* Wherever the first piece ends, it is taken without waiting for the second. */
START_TEST(half_a_message_is_not_waited_for)
{
    size_t half = (size_t)_i;
    BerElement *element = ber_alloc_t(LBER_USE_DER);
    ber_len_t length = 0;

    say(message, MESSAGE_SIZE);
    say(message, half);
    expect_message(ber_alloc_t(LBER_USE_DER));
    while (is_ready()) {
        ck_assert_uint_eq(ber_get_next(connection, &length, element), LBER_DEFAULT);
        ck_assert_int_eq(errno, EWOULDBLOCK);
    }
    say(message + half, MESSAGE_SIZE - half);
    expect_message(element);
}
END_TEST

START_TEST(the_end_is_passed_on)
{
    BerElement *element = ber_alloc_t(LBER_USE_DER);
    ber_len_t length = 0;

    say(message, MESSAGE_SIZE);
    ck_assert_int_eq(close(there), 0);
    there = -1;
    expect_message(ber_alloc_t(LBER_USE_DER));
    ck_assert_uint_eq(ber_get_next(connection, &length, element), LBER_DEFAULT);
    ck_assert_int_eq(errno, 0);
    ber_free(element, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("read_ahead");
    TCase *tests = tcase_create("read_ahead");

    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, what_came_together_is_read_together);
    tcase_add_loop_test(tests, half_a_message_is_not_waited_for, 1, (int)MESSAGE_SIZE);
    tcase_add_test(tests, the_end_is_passed_on);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
