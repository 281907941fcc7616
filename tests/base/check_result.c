/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/deadline.h"
#include "invitegate/result.h"
#include "invitegate/verdict.h"
#include "tests/support/suite.h"

START_TEST(every_result_has_a_name_of_its_own)
{
    for (int a = INV_NO_MEMORY; a <= INV_ACCOUNT_EXPIRED; a++) {
        ck_assert_str_ne(inv_result_name((inv_result)a), "UNKNOWN");
        for (int b = INV_NO_MEMORY; b < a; b++)
            ck_assert_str_ne(inv_result_name((inv_result)a), inv_result_name((inv_result)b));
    }
    ck_assert_str_eq(inv_result_name((inv_result)(INV_ACCOUNT_EXPIRED + 1)), "UNKNOWN");
}
END_TEST

START_TEST(whoever_is_refused_reads_why)
{
    static const struct {
        inv_result result;
        const char *words;
    } sentences[] = {
        {INV_BAD_TOKEN, "invite is not valid"},
        {INV_NAME_TAKEN, "name is taken"},
        {INV_NAME_INVALID, "name is not possible"},
        {INV_NAME_RESERVED, "cannot be registered with this invite"},
        {INV_NOT_ALLOWED, "not allowed"},
        {INV_PASSWORD_REFUSED, "password is not accepted"},
        {INV_THROTTLED, "try again later"},
        {INV_DIRECTORY_DOWN, "try again later"},
        {INV_TIMEOUT, "try again later"},
    };
    /* not for the person: what an admin has to mend, and verdicts of a login */
    static const inv_result silent[] = {
        INV_NO_MEMORY,       INV_CONFIG,         INV_OK, INV_NOT_OURS, INV_NO_ACCOUNT,
        INV_ACCOUNT_EXPIRED, INV_WRONG_PASSWORD,
    };

    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        const char *text = inv_result_text(sentences[i].result);

        ck_assert_msg(text != NULL && strstr(text, sentences[i].words) != NULL, "%s: %s",
                      inv_result_name(sentences[i].result), text);
    }
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
        ck_assert_ptr_null(inv_result_text(silent[i]));
}
END_TEST

START_TEST(a_verdict_is_cut_and_printable)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char longer[2 * sizeof(verdict.why)];

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ck_assert_int_eq(inv_verdict_set(&verdict, INV_CONFIG, "a\nb%s", longer), INV_CONFIG);
    ck_assert_int_eq(verdict.result, INV_CONFIG);
    ck_assert_uint_eq(strlen(verdict.why), sizeof(verdict.why) - 1);
    ck_assert(strncmp(verdict.why, "a?bxx", 5) == 0);
}
END_TEST

START_TEST(a_deadline_passes)
{
    inv_deadline soon = inv_deadline_in(0);
    inv_deadline later = inv_deadline_in(60999);

    ck_assert(inv_deadline_passed(&soon));
    ck_assert(!inv_deadline_passed(&later));
    ck_assert_int_le(inv_deadline_left(&later), 60999);
    ck_assert_int_gt(inv_deadline_left(&later), 30000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result");
    TCase *tests = tcase_create("result, verdict, deadline");

    tcase_add_test(tests, every_result_has_a_name_of_its_own);
    tcase_add_test(tests, whoever_is_refused_reads_why);
    tcase_add_test(tests, a_verdict_is_cut_and_printable);
    tcase_add_test(tests, a_deadline_passes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
