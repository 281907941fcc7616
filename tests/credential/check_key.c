/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/encoding.h"
#include "invitegate/key.h"
#include "tests/support/folder.h"
#include "tests/support/suite.h"
#include "tests/support/test_keys.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static char folder[280];
static char path[300];
static char link_path[300];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof(folder), "%s/XXXXXX", folder_path);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/token.keys", folder);
    (void)snprintf(link_path, sizeof(link_path), "%s/link", folder);
}

static void remove_folder(void)
{
    (void)unlink(path);
    (void)unlink(link_path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *text, size_t length, mode_t mode)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, length), (ssize_t)length);
    ck_assert_int_eq(fchmod(descriptor, mode), 0);
    ck_assert_int_eq(close(descriptor), 0);
}

START_TEST(a_key_file_is_read_in_its_order)
{
    static const char text[] =
        "# a comment\n"
        "\n"
        "   \n"
        "  # one more\n" TEST_OTHER_KEY_LINE "1\tAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \r\n"
        " 0  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;

    write_file(text, sizeof(text) - 1, 0640);
    ck_assert_msg(inv_keys_read(path, &keys, &verdict) == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(inv_keys_count(keys), 3);
    ck_assert_uint_eq(inv_keys_id(keys, 0), 207);
    ck_assert_uint_eq(inv_keys_id(keys, 1), 1);
    ck_assert_uint_eq(inv_keys_id(keys, 2), 0);
    for (unsigned i = 0; i < INV_KEY_SIZE; i++) {
        ck_assert_uint_eq(inv_keys_find(keys, 1)[i], i);
        ck_assert_uint_eq(inv_keys_find(keys, 207)[i], 255 - i);
        ck_assert_uint_eq(inv_keys_find(keys, 0)[i], 0);
    }
    ck_assert_ptr_null(inv_keys_find(keys, 2));
    inv_keys_free(&keys);
    ck_assert_ptr_null(keys);
    inv_keys_free(&keys);
}
END_TEST

START_TEST(every_id_has_room)
{
    static char text[16384];
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;
    size_t length = 0;

    for (int id = INV_KEY_ID_MAX; id >= 0; id--)
        length +=
            (size_t)snprintf(text + length, sizeof(text) - length, "%d %s", id, &TEST_KEY_LINE[2]);
    write_file(text, length, 0600);
    ck_assert_msg(inv_keys_read(path, &keys, &verdict) == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(inv_keys_count(keys), INV_KEY_ID_MAX + 1);
    ck_assert_uint_eq(inv_keys_id(keys, 0), INV_KEY_ID_MAX);
    inv_keys_free(&keys);
    length += (size_t)snprintf(text + length, sizeof(text) - length, "207 %s", &TEST_KEY_LINE[2]);
    write_file(text, length, 0600);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "line 209: key id 207 stands there twice"));
}
END_TEST

/* Each text with the words that its refusal must hold. */
static const struct {
    const char *text;
    const char *words;
} refused[] = {
    {"", "no key"},
    {"# nothing here\n", "no key"},
    {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "line 1: it must start with a key id"},
    {"#\n-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "line 2: it must start"},
    {"01 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "line 1: it must start"},
    {"1000 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "line 1: it must start"},
    {"208 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "key id 208 is larger than 207"},
    {TEST_KEY_LINE TEST_KEY_LINE, "line 2: key id 1 stands there twice"},
    {"1\n", "line 1: behind the key id"},
    {"1AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "line 1: behind the key id"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n", "line 1: behind"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n", "line 1: behind"}, /* not canonical */
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj\n", "line 1: behind"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n", "line 1: behind"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ==\n", "line 1: behind"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= # mine\n", "line 1: behind"},
    {"1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj\n", "line 1: behind"},
    {"207 __79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA=\n", "line 1: behind"},
};

START_TEST(a_bad_file_is_refused_with_its_line)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;

    write_file(refused[_i].text, strlen(refused[_i].text), 0600);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_ptr_null(keys);
    ck_assert_msg(strstr(verdict.why, refused[_i].words) != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, path) != NULL, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, "AECAwQF") == NULL, "%s", verdict.why);
}
END_TEST

START_TEST(nul_bytes_and_endless_files_are_refused)
{
    static char text[70000];
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;

    memcpy(text, TEST_KEY_LINE, sizeof(TEST_KEY_LINE));
    write_file(text, sizeof(TEST_KEY_LINE), 0600); /* with its NUL */
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
    memset(text + sizeof(TEST_KEY_LINE) - 1, '\n', sizeof(text) - sizeof(TEST_KEY_LINE) + 1);
    write_file(text, 65537, 0600);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "larger than 65536"));
    write_file(text, 65536, 0600);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_OK);
    inv_keys_free(&keys);
}
END_TEST

START_TEST(a_file_that_others_may_touch_is_refused)
{
    static const mode_t modes[] = {0604, 0602, 0601, 0620, 0660, 0644};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;

    for (int i = 0; i < COUNT(modes); i++) {
        write_file(TEST_KEY_LINE, sizeof(TEST_KEY_LINE) - 1, modes[i]);
        ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
        ck_assert_ptr_null(keys);
    }
    ck_assert_int_eq(inv_keys_read(folder, &keys, &verdict), INV_CONFIG);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, path));
}
END_TEST

START_TEST(a_file_is_created_once)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    struct stat status;
    struct stat again;
    inv_keys *keys = NULL;
    unsigned char first[INV_KEY_SIZE];
    mode_t mask = umask(0777);
    inv_result created = inv_keys_create(path, &verdict);

    (void)umask(mask);
    ck_assert_msg(created == INV_OK, "%s", verdict.why);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_OK);
    ck_assert_uint_eq(inv_keys_count(keys), 1);
    ck_assert_uint_eq(inv_keys_id(keys, 0), 1);
    memcpy(first, inv_keys_find(keys, 1), sizeof(first));
    inv_keys_free(&keys);

    ck_assert_int_eq(inv_keys_create(path, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "exists already"));
    ck_assert_int_eq(stat(path, &again), 0);
    ck_assert_uint_eq(again.st_ino, status.st_ino);

    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(inv_keys_create(path, &verdict), INV_OK);
    ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_OK);
    ck_assert_mem_ne(inv_keys_find(keys, 1), first, sizeof(first));
    inv_keys_free(&keys);
}
END_TEST

/* Each of its bytes: that one stays the same in 16 files happens once in 10^34 times. */
START_TEST(every_byte_of_a_new_key_is_random)
{
    unsigned char first[INV_KEY_SIZE];
    bool changes[INV_KEY_SIZE] = {false};

    for (int file = 0; file < 16; file++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        const unsigned char *key;
        inv_keys *keys = NULL;

        ck_assert_int_eq(inv_keys_create(path, &verdict), INV_OK);
        ck_assert_int_eq(inv_keys_read(path, &keys, &verdict), INV_OK);
        key = inv_keys_find(keys, 1);
        if (file == 0)
            memcpy(first, key, sizeof(first));
        for (size_t i = 0; i < sizeof(first); i++)
            changes[i] = changes[i] || key[i] != first[i];
        inv_keys_free(&keys);
        ck_assert_int_eq(unlink(path), 0);
    }
    for (size_t i = 0; i < sizeof(first); i++)
        ck_assert_msg(changes[i], "byte %zu", i);
}
END_TEST

START_TEST(a_file_is_created_through_no_link)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    ck_assert_int_eq(symlink(path, link_path), 0);
    ck_assert_int_eq(inv_keys_create(link_path, &verdict), INV_CONFIG);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(inv_keys_create("/nonexistent/folder/token.keys", &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "/nonexistent/folder/token.keys"));
}
END_TEST

START_TEST(what_cannot_be_written_whole_goes_again)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    struct rlimit before;
    struct rlimit small;
    inv_result created;
    int limited;
    int unlimited;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 100;
    /* no assertion in between: Check writes a file too */
    limited = setrlimit(RLIMIT_FSIZE, &small);
    created = inv_keys_create(path, &verdict);
    unlimited = setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(limited, 0);
    ck_assert_int_eq(unlimited, 0);
    ck_assert_int_eq(created, INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "cannot be written"));
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_fingerprint_is_of_the_key)
{
    inv_keys *keys = test_keys(TEST_KEY_LINE TEST_OTHER_KEY_LINE);
    char fingerprint[INV_KEY_FINGERPRINT_SIZE];

    inv_keys_fingerprint(keys, 0, fingerprint);
    ck_assert_str_eq(fingerprint, "1 6268eb321c0a70cda609cce8b43958ed");
    inv_keys_fingerprint(keys, 1, fingerprint);
    ck_assert_str_eq(fingerprint, "207 50ffe4aa3ecbe760f6e34d0cbfbb374d");
    inv_keys_free(&keys);
}
END_TEST

/* Expected from Python's hmac. */
static void expect_mac(const inv_keys *keys, uint8_t id, const char *expected)
{
    static const char data[] = "what is signed";
    unsigned char mac[INV_KEY_MAC_SIZE];
    char text[INV_HEX_SIZE(INV_KEY_MAC_SIZE)];

    ck_assert(inv_keys_mac(keys, id, data, sizeof(data) - 1, mac));
    inv_hex_write(mac, sizeof(mac), text);
    ck_assert_str_eq(text, expected);
}

START_TEST(a_mac_is_under_its_key_and_again_the_same)
{
    inv_keys *keys = test_keys(TEST_KEY_LINE TEST_OTHER_KEY_LINE);
    unsigned char mac[INV_KEY_MAC_SIZE];

    for (int i = 0; i < 2; i++) {
        expect_mac(keys, 1, "ba8a06f8fb7a5679043a177e7106ab60906972095e6e8a4900c4601a4819708c");
        expect_mac(keys, 207, "26d9e501a3d187e6e3cf337183d03d1453cabbf47ca0e0b25463b6014560dbad");
    }
    ck_assert(!inv_keys_mac(keys, 2, "", 0, mac));
    inv_keys_free(&keys);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key");
    TCase *tests = tcase_create("key");

    tcase_add_unchecked_fixture(tests, folder_make, folder_remove);
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, a_key_file_is_read_in_its_order);
    tcase_add_test(tests, every_id_has_room);
    tcase_add_loop_test(tests, a_bad_file_is_refused_with_its_line, 0, COUNT(refused));
    tcase_add_test(tests, nul_bytes_and_endless_files_are_refused);
    tcase_add_test(tests, a_file_that_others_may_touch_is_refused);
    tcase_add_test(tests, a_file_is_created_once);
    tcase_add_test(tests, every_byte_of_a_new_key_is_random);
    tcase_add_test(tests, a_file_is_created_through_no_link);
    tcase_add_test(tests, what_cannot_be_written_whole_goes_again);
    tcase_add_test(tests, a_fingerprint_is_of_the_key);
    tcase_add_test(tests, a_mac_is_under_its_key_and_again_the_same);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
