/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>

#include "invitegate/utf8.h"

static const struct {
    const char *bytes;
    size_t length;
    size_t size;
} characters[] = {
    {"", 0, 0},
    {"\0", 1, 1},
    {"a", 1, 1},
    {"\x7f", 1, 1},
    {"\x80", 1, 0},
    {"\xc0\x80", 2, 0}, /* overlong NUL */
    {"\xc1\xbf", 2, 0},
    {"\xc2\x80", 2, 2},
    {"\xc2", 1, 0},
    {"\xc2\x41", 2, 0},
    {"\xdf\xbf", 2, 2},
    {"\xe0\x9f\xbf", 3, 0}, /* overlong */
    {"\xe0\xa0\x80", 3, 3},
    {"\xe2\x82", 2, 0},
    {"\xe2\x82\xac", 3, 3},
    {"\xe2\x82\x41", 3, 0},
    {"\xed\x9f\xbf", 3, 3},
    {"\xed\xa0\x80", 3, 0}, /* a surrogate */
    {"\xef\xbf\xbf", 3, 3},
    {"\xf0\x8f\xbf\xbf", 4, 0}, /* overlong */
    {"\xf0\x90\x80\x80", 4, 4},
    {"\xf0\x9f\x98\x80", 4, 4},
    {"\xf0\x9f\x98", 3, 0},
    {"\xf4\x8f\xbf\xbf", 4, 4},
    {"\xf4\x90\x80\x80", 4, 0}, /* past U+10FFFF */
    {"\xf5\x80\x80\x80", 4, 0},
    {"\xff", 1, 0},
};

START_TEST(a_character_is_measured)
{
    ck_assert_uint_eq(inv_utf8_character(characters[_i].bytes, characters[_i].length),
                      characters[_i].size);
}
END_TEST

START_TEST(a_text_is_valid_to_its_end)
{
    ck_assert(inv_utf8_valid("", 0));
    ck_assert(inv_utf8_valid("a\0\xc3\xa9\xf0\x9f\x98\x80", 8));
    ck_assert(!inv_utf8_valid("a\0\xc3\xa9\xf0\x9f\x98\x80", 7));
    ck_assert(!inv_utf8_valid("caf\xe9 au lait", 12));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tests, a_character_is_measured, 0,
                        (int)(sizeof(characters) / sizeof(characters[0])));
    tcase_add_test(tests, a_text_is_valid_to_its_end);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
