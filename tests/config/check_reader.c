/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of invitegate.conf, whatever its sections and keys. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/config/reader.h"
#include "tests/support/suite.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static reader_file *parse_good(const char *text)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    reader_file *file = NULL;

    ck_assert_msg(reader_parse("F", text, strlen(text), &file, &verdict) == INV_OK, "%s\n%s",
                  verdict.why, text);
    ck_assert_ptr_nonnull(file);
    return file;
}

static void refuse_bytes(const char *bytes, size_t length, unsigned line, const char *words)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    reader_file *file = (reader_file *)&verdict;
    char start[32];

    (void)snprintf(start, sizeof(start), "F:%u: ", line);
    ck_assert_msg(reader_parse("F", bytes, length, &file, &verdict) == INV_CONFIG, "taken: %s",
                  bytes);
    ck_assert_ptr_null(file);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_msg(strncmp(verdict.why, start, strlen(start)) == 0, "%s\nnot at line %u: %s",
                  verdict.why, line, bytes);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s\nlacks \"%s\": %s", verdict.why, words,
                  bytes);
}

/* ------------------------------------------------------------------------------------- lines */

/* read: each section as [name]LINE, each key as <name|value>LINE. */
static const struct {
    const char *text;
    const char *read;
} good_rows[] = {
    {"", ""},
    {"\n\n", ""},
    {"\xef\xbb\xbf", ""},
    {"[s]", "[s]1"},
    {"[s]\n[t]\nk = v\n", "[s]1[t]2<k|v>3"},
    {"\n[s]\n\nk = v", "[s]2<k|v>4"},
    {"\xef\xbb\xbf[s]\r\nk = v\r\n\r\n; c\r\n[t]\r", "[s]1<k|v>2[t]5"},
    /* comments are whole lines */
    {"# c\n;c\n#\n;\n# [s]\n; k = v\n[s]\n#k = v", "[s]7"},
    {"[s]\nk = a # b ; c\nl = # d\nm = ;e\nn = f#;\n", "[s]1<k|a # b ; c>2<l|# d>3<m|;e>4<n|f#;>5"},
    {"[s]\nk = cn=a\\#b\\;c,dc=x;y # z\n", "[s]1<k|cn=a\\#b\\;c,dc=x;y # z>2"},
    /* blanks around names and values do not count */
    {"[s]\nk=v\n \tl\t = \t v w\tx\t \n", "[s]1<k|v>2<l|v w\tx>3"},
    {"[ s  t ] \t\n", "[s  t]1"},
    {" \t \n[s]\n\t\n", "[s]2"},
    {"[s]\nk = \xc2\xa0v\xe2\x80\x83\n", "[s]1<k|\xc2\xa0v\xe2\x80\x83>2"},
    {"[s]\nk = \xef\xbb\xbfv\n", "[s]1<k|\xef\xbb\xbfv>2"},
    /* a value is what the line says, and ends with it */
    {"[s]\nk =\nl = \t\nm==\nn = a=b==\n", "[s]1<k|>2<l|>3<m|=>4<n|a=b==>5"},
    {"[s]\nk = \"a b\nl = ' c '\n", "[s]1<k|\"a b>2<l|' c '>3"},
    {"[s]\nk = a\\\nl = b\n  m = c\n", "[s]1<k|a\\>2<l|b>3<m|c>4"},
    {"[s]\nk = [t]\nl = /* c */\n", "[s]1<k|[t]>2<l|/* c */>3"},
    {"[s]\nk = \xc3\xa4\xf0\x9f\x98\x80\n", "[s]1<k|\xc3\xa4\xf0\x9f\x98\x80>2"},
    /* names are not judged but for their form */
    {"[S]\nK = v\n\"k\" = v\nk l! = v\n]m = v\n", "[S]1<K|v>2<\"k\"|v>3<k l!|v>4<]m|v>5"},
    {"[s]\nk = 1\n[t]\nk = 2\n", "[s]1<k|1>2[t]3<k|2>4"},
    {"[[s]]\n[a=b]\n[#c]\n", "[[s]]1[a=b]2[#c]3"},
};

START_TEST(lines_become_sections_and_keys)
{
    reader_file *file = parse_good(good_rows[_i].text);
    char *read = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&read, &size);

    ck_assert_ptr_nonnull(stream);
    for (size_t i = 0; i < file->section_count; i++) {
        const reader_section *section = &file->sections[i];

        (void)fprintf(stream, "[%s]%u", section->name, section->line);
        for (size_t j = 0; j < section->key_count; j++)
            (void)fprintf(stream, "<%s|%s>%u", section->keys[j].name, section->keys[j].value,
                          section->keys[j].line);
    }
    ck_assert_int_eq(fclose(stream), 0);
    ck_assert_str_eq(read, good_rows[_i].read);
    free(read);
    reader_free(&file);
    ck_assert_ptr_null(file);
    reader_free(&file);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *words;
} bad_rows[] = {
    {"k = v\n[s]\n", 1, "before the first section"},
    {"\n k\n[s]\n", 2, "before the first section"},
    {" # c\n[s]\n", 1, "before the first section"},
    {"\xef\xbb\xbf\xef\xbb\xbf[s]\n", 1, "before the first section"},
    {"[s]\nkey value\n", 2, "'key' has no '='"},
    {"[s]\nk: v\n", 2, "'k:' has no '='"},
    {"[s]\nk = a\n b\n", 3, "'b' has no '='"},
    {"[s]\n/* c */\n", 2, "'/*' has no '='"},
    {"[s]\n= v\n", 2, "no key in front of '='"},
    {"[s]\n \t= v\n", 2, "no key in front of '='"},
    {"[s]\n=", 2, "no key in front of '='"},
    {"[s]\n # c\n", 2, "indented; the # of a comment must stand in the first column"},
    {"[s]\n\t; k = v\n", 2, "indented; the ; of a comment must stand in the first column"},
    {"[s]\n [t]\n", 2, "indented; the [ of a section must stand in the first column"},
    {"[s]\n [t = v\n", 2, "indented; the [ of a section"},
    {"[", 1, "'[' does not end with ']'"},
    {"[s\n]\n", 1, "'[s' does not end with ']'"},
    {"[s] # c\n", 1, "'[s] # c' does not end with ']'"},
    {"[s]k = v\n", 1, "does not end with ']'"},
    {"[]\n", 1, "no section name"},
    {"[  ]\n", 1, "no section name"},
    {"[s]\n[t]\n[S]\n", 3, "'[S]' repeats a section"},
    {"[s]\n[ s ]\n", 2, "'[s]' repeats a section"},
    {"[s]\nk = a\nl = b\nK = a\n", 4, "'K' repeats a key"},
    {"[s t]\n[s\tt]\n", 2, "tab"},
    {"[\ts]\n", 1, "tab"},
    {"[s\t]\n", 1, "tab"},
    {"[s]\nk\tl = v\n", 2, "tab"},
    {"[s]\nk\xc3\xa4 = v\n", 2, "outside ASCII"},
    {"[\xc3\xa4]\n", 1, "outside ASCII"},
    {"[s]\n\xef\xbb\xbfk = v\n", 2, "outside ASCII"},
    {"[s]\nk = a\rb\n", 2, "control character"},
    {"[s]\r\r\n", 1, "control character"},
    {"[s]\rk = v\r", 1, "control character"},
    {"[s]\nk = v\f\n", 2, "control character"},
    {"[s]\nk = v\xc2\x85w\n", 2, "control character"},
    {"# \x1b[2J\n[s]\n", 1, "control character"},
    {"[s]\nk = \xc0\xaf\n", 2, "not UTF-8"},
    {"[s]\nk = v\n# \xe2\x82", 3, "not UTF-8"},
    {"\xff\xfe[\n", 1, "not UTF-8"},
};

START_TEST(a_bad_line_is_named)
{
    refuse_bytes(bad_rows[_i].text, strlen(bad_rows[_i].text), bad_rows[_i].line,
                 bad_rows[_i].words);
}
END_TEST

START_TEST(a_nul_byte_ends_nothing)
{
    static const char in_value[] = "[s]\nk = a\0b\n";
    static const char in_comment[] = "# a\0\n[s]\n";
    static const char in_header[] = "[s]\n[t\0]\n";
    static const char at_end[] = "[s]\nk = v\n\0";
    static const char wide[] = "[\0s\0]\0\n\0";

    refuse_bytes(in_value, sizeof(in_value) - 1, 2, "NUL");
    refuse_bytes(in_comment, sizeof(in_comment) - 1, 1, "NUL");
    refuse_bytes(in_header, sizeof(in_header) - 1, 2, "NUL");
    refuse_bytes(at_end, sizeof(at_end) - 1, 3, "NUL");
    refuse_bytes(wide, sizeof(wide) - 1, 1, "NUL");
}
END_TEST

/* What is behind length belongs to somebody else: here it would make the line a good one. */
START_TEST(bytes_need_no_end)
{
    static const char text[] = "[s]\nk = v\nl";
    inv_verdict verdict = INV_VERDICT_INIT;
    reader_file *file = NULL;

    ck_assert_int_eq(reader_parse("F", text, 9, &file, &verdict), INV_OK);
    ck_assert_str_eq(file->sections[0].keys[0].value, "v");
    reader_free(&file);
    refuse_bytes(text, 6, 2, "no '='");
    ck_assert_int_eq(reader_parse("F", NULL, 0, &file, &verdict), INV_OK);
    ck_assert_uint_eq(file->section_count, 0);
    reader_free(&file);
}
END_TEST

START_TEST(names_are_found_in_any_case)
{
    reader_file *file = parse_good("[Log]\nLevel = a\n[domain i.example]\nx = b\n");
    const reader_section *section = reader_find_section(file, "lOG");

    ck_assert_ptr_eq(section, &file->sections[0]);
    ck_assert_str_eq(reader_find_key(section, "LEVEL")->value, "a");
    ck_assert_ptr_null(reader_find_key(section, "x"));
    ck_assert_ptr_null(reader_find_key(section, "leve"));
    ck_assert_ptr_null(reader_find_section(file, "domain"));
    ck_assert_uint_eq(reader_line_of(file, "DOMAIN I.example", "X"), 4);
    ck_assert_uint_eq(reader_line_of(file, "domain i.example", "y"), 3);
    ck_assert_uint_eq(reader_line_of(file, "log", NULL), 1);
    ck_assert_uint_eq(reader_line_of(file, "agent", "x"), 0);
    reader_free(&file);
}
END_TEST

/* ------------------------------------------------------------------------------------ bounds */

/* start, and count lines: before, their number, after. The caller frees it. */
static char *numbered(const char *start, const char *before, unsigned count, const char *after)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);

    ck_assert_ptr_nonnull(file);
    (void)fputs(start, file);
    for (unsigned i = 1; i <= count; i++)
        (void)fprintf(file, "%s%u%s\n", before, i, after);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}

START_TEST(sections_and_keys_have_bounds)
{
    char *text = numbered("# c\n", "[s", READER_SECTIONS_MAX, "]");
    reader_file *file = parse_good(text);

    ck_assert_uint_eq(file->section_count, READER_SECTIONS_MAX);
    reader_free(&file);
    free(text);
    text = numbered("# c\n", "[s", READER_SECTIONS_MAX + 1, "]");
    refuse_bytes(text, strlen(text), 1 + READER_SECTIONS_MAX + 1, "too many sections");
    free(text);
    text = numbered("[s]\n", "k", READER_KEYS_MAX, " = v");
    file = parse_good(text);
    ck_assert_uint_eq(file->sections[0].key_count, READER_KEYS_MAX);
    reader_free(&file);
    free(text);
    text = numbered("[s]\n", "k", READER_KEYS_MAX + 1, " = v");
    refuse_bytes(text, strlen(text), 1 + READER_KEYS_MAX + 1, "too many keys");
    free(text);
}
END_TEST

START_TEST(names_have_a_bound)
{
    char name[READER_NAME_MAX + 2];
    char text[READER_NAME_MAX + 16];
    reader_file *file;

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    (void)snprintf(text, sizeof(text), "[s]\n%s = v\n", name);
    refuse_bytes(text, strlen(text), 2, "a name that is too long");
    (void)snprintf(text, sizeof(text), "[%s]\n", name);
    refuse_bytes(text, strlen(text), 1, "a name that is too long");
    (void)snprintf(text, sizeof(text), "[%s]\n", name + 1);
    file = parse_good(text);
    ck_assert_str_eq(file->sections[0].name, name + 1);
    reader_free(&file);
}
END_TEST

/* A file of this many bytes, all of it one comment but the first line, at its start. */
static int file_of(size_t length)
{
    int descriptor = memfd_create("check_reader", MFD_CLOEXEC);
    char *text = malloc(length);

    ck_assert(descriptor >= 0 && text != NULL);
    memset(text, '#', length);
    memcpy(text, "[s]\n", 4);
    ck_assert_int_eq(write(descriptor, text, length), (ssize_t)length);
    ck_assert_int_eq(lseek(descriptor, 0, SEEK_SET), 0);
    free(text);
    return descriptor;
}

START_TEST(a_file_has_a_bound)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    reader_file *file = NULL;
    int descriptor = file_of(READER_BYTES_MAX);

    ck_assert_msg(reader_load("F", descriptor, &file, &verdict) == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(file->section_count, 1);
    ck_assert_int_eq(close(descriptor), 0);
    reader_free(&file);
    descriptor = file_of(READER_BYTES_MAX + 1);
    ck_assert_int_eq(reader_load("F", descriptor, &file, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "F is larger than 1048576 bytes"));
    ck_assert_ptr_null(file);
    ck_assert_int_eq(close(descriptor), 0);
    ck_assert_int_eq(reader_load("F", -1, &file, &verdict), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(verdict.why, "F cannot be read: "));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader");
    TCase *tests = tcase_create("reader");

    tcase_add_loop_test(tests, lines_become_sections_and_keys, 0, COUNT(good_rows));
    tcase_add_loop_test(tests, a_bad_line_is_named, 0, COUNT(bad_rows));
    tcase_add_test(tests, a_nul_byte_ends_nothing);
    tcase_add_test(tests, bytes_need_no_end);
    tcase_add_test(tests, names_are_found_in_any_case);
    tcase_add_test(tests, sections_and_keys_have_bounds);
    tcase_add_test(tests, names_have_a_bound);
    tcase_add_test(tests, a_file_has_a_bound);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
