/* SPDX-License-Identifier: BSD-2-Clause */
/* What the type of an invite decides before anything is redeemed: who takes it, with which name. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/redeem.h"
#include "tests/support/config_fixture.h"

#define ANY (INV_ALLOW_REGISTRATION | INV_ALLOW_RESET)

START_TEST(who_takes_a_type)
{
    ck_assert_uint_eq(inv_redeem_types(INV_INVITE_ACCOUNT), INV_ALLOW_REGISTRATION);
    ck_assert_uint_eq(inv_redeem_types(INV_INVITE_CONTACT_ACCOUNT),
                      INV_ALLOW_REGISTRATION | INV_ALLOW_CONTACT);
    ck_assert_uint_eq(inv_redeem_types(INV_INVITE_CONTACT), INV_ALLOW_CONTACT);
    ck_assert_uint_eq(inv_redeem_types(INV_INVITE_RESET), INV_ALLOW_RESET);
}
END_TEST

/* Under the default name_pattern. jid NULL: INV_NAME_INVALID. */
static const struct {
    const char *user;
    unsigned allowed;
    const char *jid;
    unsigned left; /* of allowed */
    const char *words;
} cases[] = {
    {"Bob", INV_ALLOW_REGISTRATION, "bob@example.org", INV_ALLOW_REGISTRATION, ""},
    {"Bob", INV_ALLOW_RESET, "bob@example.org", INV_ALLOW_RESET, ""},
    {"Bob", ANY, "bob@example.org", ANY, ""},
    {"bob@example.org", ANY, "bob@example.org", ANY, ""},
    {"bob", INV_ALLOW_REGISTRATION | INV_ALLOW_CONTACT, "bob@example.org",
     INV_ALLOW_REGISTRATION | INV_ALLOW_CONTACT, ""},
    /* an account from before invitegate may have it: it is reset, and not registered */
    {".old!", INV_ALLOW_REGISTRATION, NULL, INV_ALLOW_REGISTRATION, "name_pattern"},
    {".old!", INV_ALLOW_REGISTRATION | INV_ALLOW_CONTACT, NULL,
     INV_ALLOW_REGISTRATION | INV_ALLOW_CONTACT, "name_pattern"},
    {".old!", INV_ALLOW_RESET, ".old!@example.org", INV_ALLOW_RESET, ""},
    {".old!", ANY, ".old!@example.org", INV_ALLOW_RESET, ""},
    {".old!@example.org", ANY, ".old!@example.org", INV_ALLOW_RESET, ""},
    /* no account can have it */
    {"a b", INV_ALLOW_RESET, NULL, INV_ALLOW_RESET, "JIDs forbid"},
    {"a b", ANY, NULL, INV_ALLOW_RESET, "JIDs forbid"},
    {"", ANY, NULL, INV_ALLOW_RESET, "empty"},
    {"@example.org", ANY, NULL, INV_ALLOW_RESET, "empty"},
    {"a@b@example.org", ANY, NULL, INV_ALLOW_RESET, "another @"},
};

START_TEST(which_name_a_type_takes)
{
    inv_config *config = config_read_good(MINIMAL);
    inv_allowed_types allowed = (inv_allowed_types)cases[_i].allowed;
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;
    inv_result result =
        inv_redeem_name(&config->domains[0], cases[_i].user, &allowed, &name, &verdict);

    ck_assert_int_eq(result, cases[_i].jid != NULL ? INV_OK : INV_NAME_INVALID);
    ck_assert_uint_eq(allowed, cases[_i].left);
    if (cases[_i].jid != NULL) {
        ck_assert_str_eq(inv_jid_text(name), cases[_i].jid);
        ck_assert_str_eq(verdict.user, cases[_i].jid);
        ck_assert_str_eq(verdict.why, "");
    } else {
        ck_assert_ptr_null(name);
        ck_assert_msg(strstr(verdict.why, cases[_i].words) != NULL, "%s", verdict.why);
    }
    inv_jid_free(&name);
    inv_config_free(&config);
}
END_TEST

/* Which results a name changes that cannot register. */
static const struct {
    unsigned taken;
    unsigned left;
    inv_result result;
    inv_result blamed;
} blames[] = {
    {ANY, INV_ALLOW_RESET, INV_BAD_TOKEN, INV_NAME_INVALID},
    {ANY, INV_ALLOW_RESET, INV_OK, INV_OK},
    {ANY, INV_ALLOW_RESET, INV_NOT_ALLOWED, INV_NOT_ALLOWED},
    {ANY, INV_ALLOW_RESET, INV_DIRECTORY_DOWN, INV_DIRECTORY_DOWN},
    {ANY, ANY, INV_BAD_TOKEN, INV_BAD_TOKEN},
    {INV_ALLOW_REGISTRATION, INV_ALLOW_REGISTRATION, INV_BAD_TOKEN, INV_BAD_TOKEN},
    /* it takes no registrations: the token is what is wrong */
    {INV_ALLOW_RESET, INV_ALLOW_RESET, INV_BAD_TOKEN, INV_BAD_TOKEN},
};

START_TEST(when_the_name_is_why)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_result result;

    (void)inv_verdict_set(&verdict, blames[_i].result, "the words of the redemption");
    result = inv_redeem_blame_name((inv_allowed_types)blames[_i].taken,
                                   (inv_allowed_types)blames[_i].left, blames[_i].result, &verdict);
    ck_assert_int_eq(result, blames[_i].blamed);
    ck_assert_int_eq(verdict.result, blames[_i].blamed);
    ck_assert_msg(strstr(verdict.why, result == blames[_i].result ? "the words of the redemption"
                                                                  : "name_pattern") != NULL,
                  "%s", verdict.why);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, who_takes_a_type);
    tcase_add_loop_test(tests, which_name_a_type_takes, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tests, when_the_name_is_why, 0, sizeof(blames) / sizeof(blames[0]));
}

int main(void)
{
    return config_suite_run("types", add_tests);
}
