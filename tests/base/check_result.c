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
    tcase_add_test(tests, a_verdict_is_cut_and_printable);
    tcase_add_test(tests, a_deadline_passes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
