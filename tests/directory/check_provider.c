/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/provider.h"
#include "tests/support/suite.h"

/* Which server decides, by the entryCSN of a write. */

static inv_operation *written(const char *csn)
{
    inv_operation *add = inv_operation_new_add("inviteId=1,dc=example,dc=org");
    inv_entry *after = NULL;

    ck_assert_ptr_nonnull(add);
    inv_operation_answer(add, 0, NULL, NULL);
    if (csn != NULL) {
        after = inv_entry_new("inviteId=1,dc=example,dc=org");
        ck_assert_ptr_nonnull(after);
        ck_assert(inv_entry_append(after, "entryCSN", csn, strlen(csn)));
        inv_operation_set_after(add, after);
    }
    return add;
}

static const struct {
    const char *csn;
    const char *provider;
} csns[] = {
    {"20261129215300.123456Z#000000#001#000000", "001"},
    {"20261129215300.123456Z#000000#000#000000", "000"},
    {"20261129215300.123456Z#000000#fFe#000000", "ffe"},
    {"20261129215300.123456Z#000000#01#000000", ""},
    {"20261129215300.123456Z#000000#0001#000000", ""},
    {"20261129215300.123456Z#000000#001", ""},
    {"20261129215300.123456Z#000000", ""},
    {"", ""},
    {NULL, ""},
};

START_TEST(the_server_id_of_a_write)
{
    inv_operation *add = written(csns[_i].csn);
    char provider[INV_PROVIDER_SIZE] = "xyz";

    ck_assert(inv_provider_told(add, provider) == (csns[_i].provider[0] != '\0'));
    ck_assert_str_eq(provider, csns[_i].provider);
    inv_operation_free(&add);
}
END_TEST

static const struct {
    const char *recorded;
    const char *csn;
    inv_result result;
} cases[] = {
    {"", "20261129215300.123456Z#000000#002#000000", INV_OK},
    {"", NULL, INV_OK},
    {"000", "20261129215300.123456Z#000000#002#000000", INV_OK},
    {"000", "20261129215300.123456Z#000000#000#000000", INV_OK},
    {"001", "20261129215300.123456Z#000000#001#000000", INV_OK},
    {"001", "20261129215300.123456Z#000000#002#000000", INV_CONFIG},
    {"001", "20261129215300.123456Z#000000#000#000000", INV_CONFIG},
    {"001", NULL, INV_CONFIG},
};

START_TEST(who_may_decide)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_operation *add = written(cases[_i].csn);

    ck_assert_int_eq(inv_provider_check(cases[_i].recorded, add, "ldapi:///", &verdict),
                     cases[_i].result);
    if (cases[_i].result != INV_OK) {
        ck_assert_ptr_nonnull(strstr(verdict.why, "server 001 decides"));
        ck_assert_ptr_nonnull(strstr(verdict.why, "ldapi:///"));
    }
    inv_operation_free(&add);
}
END_TEST

static const struct {
    const char *value;
    const char *provider;
} records[] = {{"001", "001"}, {"FFE", "ffe"}, {"1", ""}, {"0011", ""}, {"g01", ""}, {NULL, ""}};

START_TEST(what_is_recorded)
{
    inv_entry *entry = inv_entry_new("ou=invites,dc=example,dc=org");
    char provider[INV_PROVIDER_SIZE] = "xyz";

    ck_assert_ptr_nonnull(entry);
    if (records[_i].value != NULL)
        ck_assert(inv_entry_append(entry, "inviteProvider", records[_i].value,
                                   strlen(records[_i].value)));
    inv_provider_read(entry, provider);
    ck_assert_str_eq(provider, records[_i].provider);
    inv_entry_free(&entry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("provider");
    TCase *tests = tcase_create("ids");

    tcase_add_loop_test(tests, the_server_id_of_a_write, 0, sizeof(csns) / sizeof(csns[0]));
    tcase_add_loop_test(tests, who_may_decide, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tests, what_is_recorded, 0, sizeof(records) / sizeof(records[0]));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
