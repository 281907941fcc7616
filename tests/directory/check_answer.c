/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "tests/support/suite.h"

/* What the result codes of RFC 4511 mean, and what an administrator is told to do. */

static const struct {
    int code;
    bool decided;
    inv_result result;
    const char *remedy; /* some words of it */
} answers[] = {
    {0, true, INV_OK, NULL},
    {3, false, INV_TIMEOUT, "time limit"},
    {4, true, INV_CONFIG, "invitegate-limits.conf"},
    {10, true, INV_CONFIG, "ldap://provider.example:3389 first in uri"},
    {11, false, INV_DIRECTORY_DOWN, "limit"},
    {16, true, INV_CONFIG, NULL},
    {17, true, INV_CONFIG, "schema"},
    {19, true, INV_CONFIG, NULL},
    {21, true, INV_CONFIG, "schema"},
    {32, true, INV_CONFIG, "invitectl doctor"},
    {49, true, INV_CONFIG, "bind_password_file"},
    {50, true, INV_CONFIG, "lacks this right"},
    {51, false, INV_DIRECTORY_DOWN, "busy"},
    {52, false, INV_DIRECTORY_DOWN, "gateway"},
    {53, true, INV_DIRECTORY_DOWN, "read-only"},
    {65, true, INV_CONFIG, "account_classes"},
    {68, true, INV_CONFIG, NULL},
    {80, false, INV_DIRECTORY_DOWN, "own log"},
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static inv_operation *answered(int code)
{
    inv_operation *add = inv_operation_new_add("uid=bob,dc=example,dc=org");

    ck_assert_ptr_nonnull(add);
    inv_operation_answer(add, code, NULL, "the server's words");
    if (code == INV_LDAP_REFERRAL)
        ck_assert(
            inv_operation_set_referral(add, "ldap://provider.example:3389/uid=bob,dc=example"));
    return add;
}

START_TEST(every_code)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_operation *add = answered(answers[_i].code);

    ck_assert(inv_operation_decided(add) == answers[_i].decided);
    ck_assert_int_eq(inv_operation_result(add, "adding", &verdict), answers[_i].result);
    if (answers[_i].remedy != NULL)
        ck_assert_msg(strstr(verdict.why, answers[_i].remedy) != NULL, "%s", verdict.why);
    if (answers[_i].code != 0 && answers[_i].code != INV_LDAP_NO_SUCH_OBJECT)
        ck_assert_msg(strstr(verdict.why, "the server's words") != NULL, "%s", verdict.why);
    /* rights are spoken of where rights are missing */
    ck_assert_msg((strstr(verdict.why, "acl") != NULL || strstr(verdict.why, "right") != NULL) ==
                      (answers[_i].code == INV_LDAP_INSUFFICIENT_ACCESS),
                  "%s", verdict.why);
    inv_operation_free(&add);
}
END_TEST

START_TEST(one_code_of_several_causes)
{
    static const struct {
        int code;
        const char *words;
        const char *remedy;
    } causes[] = {
        {53, "no global superior knowledge", "below one of its suffixes"},
        {53, "shadow context; no update referral", "a replica and does not say of what"},
        {53, "operation restricted", "olcReadOnly"},
        {53, "Server is read-only", "nsslapd-readonly"},
        {53, "words of another server", "refuses by another setting"},
        {80, "index generation failed", "olcDbMaxSize"},
        {80, "entry store failed", "olcDbMaxSize"},
        {80, "internal error", "own log"},
        {50, "index", "lacks this right"},
    };

    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        inv_operation *add = inv_operation_new_add("uid=bob,dc=example,dc=org");
        char buffer[256];
        const char *remedy;

        ck_assert_ptr_nonnull(add);
        inv_operation_answer(add, causes[i].code, NULL, causes[i].words);
        remedy = inv_operation_remedy(add, buffer, sizeof(buffer));
        ck_assert_msg(remedy != NULL && strstr(remedy, causes[i].remedy) != NULL, "%s: %s",
                      causes[i].words, remedy);
        inv_operation_free(&add);
    }
}
END_TEST

START_TEST(no_answer_decides_nothing)
{
    inv_operation *add = answered(0);

    add->state = INV_OPERATION_UNANSWERED;
    ck_assert(!inv_operation_decided(add));
    inv_operation_free(&add);
}
END_TEST

START_TEST(what_forbids_is_the_policy)
{
    static const struct {
        int policy_error;
        const char *remedy;
    } errors[] = {{INV_POLICY_MOD_NOT_ALLOWED, "pwdAllowUserChange"},
                  {INV_POLICY_MUST_SUPPLY_OLD, "pwdSafeModify"}};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        inv_verdict verdict = INV_VERDICT_INIT;
        inv_operation *add = answered(INV_LDAP_INSUFFICIENT_ACCESS);

        add->policy_error = errors[i].policy_error;
        ck_assert_int_eq(inv_operation_result(add, "adding", &verdict), INV_CONFIG);
        ck_assert_msg(strstr(verdict.why, errors[i].remedy) != NULL, "%s", verdict.why);
        ck_assert_msg(strstr(verdict.why, "right") == NULL, "%s", verdict.why);
        inv_operation_free(&add);
    }
}
END_TEST

START_TEST(a_reference_in_a_search)
{
    static const char *const nothing[] = {NULL};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_operation *search = inv_operation_search("dc=example", INV_SCOPE_SUBTREE, NULL, nothing);

    inv_operation_answer(search, INV_LDAP_REFERRAL, NULL, NULL);
    ck_assert_int_eq(inv_operation_result(search, "looking", &verdict), INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, "on another server: name_search_base") != NULL, "%s",
                  verdict.why);
    ck_assert(inv_operation_set_referral(search, "ldaps://branch.example"));
    ck_assert_int_eq(inv_operation_result(search, "looking", &verdict), INV_CONFIG);
    ck_assert_msg(strstr(verdict.why, "ldaps://branch.example") != NULL, "%s", verdict.why);
    inv_operation_free(&search);
}
END_TEST

START_TEST(words_for_a_weak_password)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    ck_assert(!inv_verdict_has_text(&verdict));
    verdict.result = INV_PASSWORD_REFUSED;
    inv_verdict_set_weak_password(&verdict, false, "in the\thistory\n");
    ck_assert(inv_verdict_has_text(&verdict));
    ck_assert_str_eq(verdict.text, "The password is too weak\nin the?history?");
    ck_assert_str_eq(inv_verdict_words(&verdict), "in the?history?");
    inv_verdict_set_weak_password(&verdict, true, NULL);
    ck_assert_str_eq(verdict.text, "Please use a longer password.");
    ck_assert_str_eq(inv_verdict_words(&verdict), "Please use a longer password.");
    verdict.result = INV_CONFIG;
    ck_assert(!inv_verdict_has_text(&verdict));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("answer");
    TCase *codes = tcase_create("codes");

    tcase_add_loop_test(codes, every_code, 0, ANSWERS);
    tcase_add_test(codes, one_code_of_several_causes);
    tcase_add_test(codes, no_answer_decides_nothing);
    tcase_add_test(codes, what_forbids_is_the_policy);
    tcase_add_test(codes, a_reference_in_a_search);
    tcase_add_test(codes, words_for_a_weak_password);
    suite_add_tcase(suite, codes);
    return suite_run(suite);
}
