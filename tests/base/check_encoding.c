/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/encoding.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const struct {
    const char *bytes;
    const char *base64;
    const char *hex;
} vectors[] = {
    /* RFC 4648 10, and the two characters that differ from base64url */
    {"", "", ""},
    {"f", "Zg==", "66"},
    {"fo", "Zm8=", "666f"},
    {"foo", "Zm9v", "666f6f"},
    {"foob", "Zm9vYg==", "666f6f62"},
    {"fooba", "Zm9vYmE=", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "666f6f626172"},
    {"\xfb\xff\xbf", "+/+/", "fbffbf"},
};

START_TEST(vectors_there_and_back)
{
    const unsigned char *bytes = (const unsigned char *)vectors[_i].bytes;
    size_t length = strlen(vectors[_i].bytes);
    char text[16];
    unsigned char back[16];
    size_t count = 99;

    inv_base64_write(bytes, length, text);
    ck_assert_str_eq(text, vectors[_i].base64);
    ck_assert(inv_base64_read(text, strlen(text), back, length, &count));
    ck_assert_uint_eq(count, length);
    if (length > 0)
        ck_assert_mem_eq(back, bytes, length);
    inv_hex_write(bytes, length, text);
    ck_assert_str_eq(text, vectors[_i].hex);
}
END_TEST

static const char *const not_base64[] = {
    "Z",     "Zg",   "Zg=",  "Zg===",    "Z===",     "====",     "=",
    "Zh==",  "Zm9=", "Z=g=", "Zg==Zg==", "Zm-_",     " Zg=",     "Zg= ",
    "Zm\n=", "Zm8 ", "-m8=", "Zm9v\n",   "Zm9v    ", "Zm9vZm9-", "Zm\xc3\xa9",
};

/* Nothing is written behind what the caller has room for. */
START_TEST(what_does_not_fit_is_refused)
{
    size_t length = strlen(vectors[_i].bytes);
    unsigned char back[16];
    size_t count = 99;

    memset(back, 0xee, sizeof(back));
    ck_assert(
        inv_base64_read(vectors[_i].base64, strlen(vectors[_i].base64), back, length, &count));
    for (size_t i = length; i < sizeof(back); i++)
        ck_assert_uint_eq(back[i], 0xee);
    if (length == 0)
        return;
    ck_assert(
        !inv_base64_read(vectors[_i].base64, strlen(vectors[_i].base64), back, length - 1, &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(other_texts_are_not_base64)
{
    unsigned char bytes[16];
    size_t count;

    ck_assert(
        !inv_base64_read(not_base64[_i], strlen(not_base64[_i]), bytes, sizeof(bytes), &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_nul_is_not_base64)
{
    unsigned char bytes[8];
    size_t count;

    ck_assert(!inv_base64_read("Zm\0v", 4, bytes, sizeof(bytes), &count));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("encoding");
    TCase *tests = tcase_create("encoding");

    tcase_add_loop_test(tests, vectors_there_and_back, 0, COUNT(vectors));
    tcase_add_loop_test(tests, what_does_not_fit_is_refused, 0, COUNT(vectors));
    tcase_add_loop_test(tests, other_texts_are_not_base64, 0, COUNT(not_base64));
    tcase_add_test(tests, a_nul_is_not_base64);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
