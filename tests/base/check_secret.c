/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/secret.h"
#include "tests/support/suite.h"

START_TEST(a_secret_is_a_copy_with_a_nul_behind)
{
    char bytes[] = "a\0b";
    inv_secret *secret = inv_secret_new(bytes, 3);

    ck_assert_ptr_nonnull(secret);
    bytes[0] = 'x';
    ck_assert_uint_eq(inv_secret_length(secret), 3);
    ck_assert_mem_eq(inv_secret_bytes(secret), "a\0b", 4);
    inv_secret_free(&secret);
    ck_assert_ptr_null(secret);
    inv_secret_free(&secret);
}
END_TEST

START_TEST(an_empty_secret_needs_no_bytes)
{
    inv_secret *secret = inv_secret_new(NULL, 0);

    ck_assert_ptr_nonnull(secret);
    ck_assert_uint_eq(inv_secret_length(secret), 0);
    ck_assert_str_eq(inv_secret_bytes(secret), "");
    inv_secret_free(&secret);
}
END_TEST

START_TEST(a_length_that_no_memory_has_is_refused)
{
    ck_assert_ptr_null(inv_secret_new("x", SIZE_MAX));
    ck_assert_ptr_null(inv_secret_new("x", SIZE_MAX / 2));
}
END_TEST

START_TEST(equality_is_of_length_and_content)
{
    inv_secret *a = inv_secret_new("pass\0word", 9);
    inv_secret *same = inv_secret_new("pass\0word", 9);
    inv_secret *other = inv_secret_new("pass\0worD", 9);
    inv_secret *shorter = inv_secret_new("pass", 4);

    ck_assert(inv_secret_equal(a, a));
    ck_assert(inv_secret_equal(a, same));
    ck_assert(!inv_secret_equal(a, other));
    ck_assert(!inv_secret_equal(a, shorter));
    ck_assert(!inv_secret_equal(shorter, a));
    inv_secret_free(&a);
    inv_secret_free(&same);
    inv_secret_free(&other);
    inv_secret_free(&shorter);
}
END_TEST

START_TEST(wiping_overwrites_exactly_the_bytes)
{
    char bytes[] = "secretX";
    char *text = strdup("secret");

    inv_wipe(bytes, 6);
    ck_assert_mem_eq(bytes, "\0\0\0\0\0\0X", 8);
    inv_wipe(NULL, 0);
    inv_wipe_text(&text);
    ck_assert_ptr_null(text);
    inv_wipe_text(&text);
}
END_TEST

START_TEST(joining_puts_pieces_behind_each_other)
{
    char *text = inv_secret_join("one", "", ", two", NULL);
    char *nothing = inv_secret_join(NULL, NULL);

    ck_assert_str_eq(text, "one, two");
    ck_assert_str_eq(nothing, "");
    inv_wipe_text(&text);
    inv_wipe_text(&nothing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret");
    TCase *tests = tcase_create("secret");

    tcase_add_test(tests, a_secret_is_a_copy_with_a_nul_behind);
    tcase_add_test(tests, an_empty_secret_needs_no_bytes);
    tcase_add_test(tests, a_length_that_no_memory_has_is_refused);
    tcase_add_test(tests, equality_is_of_length_and_content);
    tcase_add_test(tests, wiping_overwrites_exactly_the_bytes);
    tcase_add_test(tests, joining_puts_pieces_behind_each_other);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
