/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/utf8.h"
#include "tests/support/suite.h"

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

static const struct {
    const char *bytes;
    uint32_t code_point;
    bool control;
} code_points[] = {
    {"\x01", 0x01, true},
    {"\t", 0x09, true},
    {"\x1f", 0x1f, true},
    {" ", 0x20, false},
    {"~", 0x7e, false},
    {"\x7f", 0x7f, true},
    {"\xc2\x80", 0x80, true},
    {"\xc2\x9f", 0x9f, true},
    {"\xc2\xa0", 0xa0, false},
    {"\xe2\x82\xac", 0x20ac, false},
    {"\xed\x9f\xbf", 0xd7ff, false},
    {"\xee\x80\x80", 0xe000, false},
    {"\xef\xbf\xbd", 0xfffd, false},
    {"\xef\xbf\xbe", 0xfffe, true},
    {"\xef\xbf\xbf", 0xffff, true},
    {"\xf0\x9f\x98\x80", 0x1f600, false},
    {"\xf4\x8f\xbf\xbf", 0x10ffff, false},
};

START_TEST(control_characters_are_told)
{
    const char *bytes = code_points[_i].bytes;
    size_t length = strlen(bytes);
    char text[16];

    ck_assert_uint_eq(inv_utf8_code_point(bytes, length), code_points[_i].code_point);
    ck_assert_int_eq(inv_utf8_is_control(code_points[_i].code_point), code_points[_i].control);
    (void)snprintf(text, sizeof(text), "a%sb", bytes);
    ck_assert_int_eq(inv_utf8_is_text(text, length + 2), !code_points[_i].control);
    inv_utf8_make_text(text);
    if (code_points[_i].control)
        ck_assert_str_eq(text, "a?b");
    else
        ck_assert_uint_eq(strlen(text), length + 2);
}
END_TEST

START_TEST(a_text_is_made_of_anything)
{
    char text[] = "\xff\x01"
                  "caf\xe9 \xc3\xa9\xc2\x9b[2J\xe2\x82";

    ck_assert(inv_utf8_is_text("", 0));
    ck_assert(!inv_utf8_is_text("\0", 1));
    ck_assert(!inv_utf8_is_text(text, strlen(text)));
    inv_utf8_make_text(text);
    ck_assert_str_eq(text, "??caf? \xc3\xa9?[2J??");
    ck_assert(inv_utf8_is_text(text, strlen(text)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");

    tcase_add_loop_test(tests, a_character_is_measured, 0,
                        (int)(sizeof(characters) / sizeof(characters[0])));
    tcase_add_test(tests, a_text_is_valid_to_its_end);
    tcase_add_loop_test(tests, control_characters_are_told, 0,
                        (int)(sizeof(code_points) / sizeof(code_points[0])));
    tcase_add_test(tests, a_text_is_made_of_anything);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
