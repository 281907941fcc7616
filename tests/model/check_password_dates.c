/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <string.h>

#include "common/model/freshness.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/freshness.h"
#include "tests/support/fixture.h"

/* What the dates of an entry tell about its SCRAM verifiers; in a directory: check_freshness. */

#define T0      "20260102030405Z"
#define T1      "20260102030406Z"
#define NONE    INV_VERIFIERS_OF_NO_PASSWORD
#define UNDATED INV_VERIFIERS_OF_UNDATED

static const struct {
    const char *created;
    const char *changed; /* pwdChangedTime */
    const char *updated; /* pwdUpdateTime */
    const char *of;      /* xmppVerifiersOf */
    bool fresh_add;
    bool fresh_change;
} entries[] = {
    /* the verifiers came with the add */
    {T0, T0, NULL, NULL, true, true},
    {T1, T0, NULL, NULL, true, true}, /* 1.4 % of them */
    {T0, T1, NULL, NULL, false, false},
    {T0, NULL, T0, NULL, true, true},
    {T0, NULL, T1, NULL, false, false},
    {NULL, T0, NULL, NULL, false, false}, /* createTimestamp hidden */
    {T0, NULL, NULL, NULL, false, true},
    /* they came later */
    {T0, T1, NULL, T1, true, true},
    {T0, T1, NULL, "20260102040406+0100", true, true},
    {T0, NULL, T1, T1, true, true},
    {T0, T1, NULL, T0, false, false},
    {T0, T0, NULL, T1, false, false},
    {T0, NULL, NULL, T1, false, false}, /* the date is gone or hidden */
    /* they came without a userPassword */
    {T0, NULL, NULL, NONE, true, true},
    {T0, T0, NULL, NONE, false, false},
    {T0, NULL, T1, NONE, false, false},
    /* they came later than a userPassword that had no date */
    {T0, NULL, NULL, UNDATED, false, true},
    {T0, T0, NULL, UNDATED, false, false},
    {T0, NULL, T1, UNDATED, false, false},
    /* in both spellings the later one counts */
    {T0, T0, T1, T0, false, false},
    {T0, T1, T0, T1, true, true},
    /* no times */
    {T0, "once", NULL, NULL, false, false},
    {T0, T0, "once", NULL, false, false},
    {"once", T0, NULL, NULL, false, false},
    {T0, T0, NULL, "once", false, false},
    {T0, NULL, NULL, "once", false, false},
};

static void append(inv_entry *entry, const char *attribute, const char *value)
{
    if (value != NULL)
        ck_assert(inv_entry_append(entry, attribute, value, strlen(value)));
}

static void expect_fresh(const inv_entry *entry, inv_freshness_terms terms, bool wanted, size_t row)
{
    const char *why = "untouched";
    bool fresh = inv_account_verifiers_are_fresh(entry, &terms, &why);

    ck_assert_msg(fresh == wanted, "row %zu, dates %d: %s", row, terms.dates,
                  fresh ? "fresh" : why);
    ck_assert((why == NULL) == fresh);
}

/* In a domain with SCRAM alone, and beside a userPassword. */
static void expect_each(const inv_entry *entry, inv_password_dates dates, bool wanted, size_t row)
{
    const bool of_none = inv_entry_has(entry, "xmppVerifiersOf", NONE);

    expect_fresh(entry, (inv_freshness_terms){.dates = dates}, wanted, row);
    expect_fresh(
        entry, (inv_freshness_terms){.dates = dates, .needs_password = true, .has_password = true},
        wanted, row);
    /* deleted: only who never had one goes on */
    expect_fresh(entry, (inv_freshness_terms){.dates = dates, .needs_password = true},
                 wanted && of_none, row);
}

START_TEST(which_are_fresh)
{
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        inv_entry *entry = inv_entry_new("uid=x," SITE_PEOPLE);

        append(entry, "createTimestamp", entries[i].created);
        append(entry, "pwdChangedTime", entries[i].changed);
        append(entry, "pwdUpdateTime", entries[i].updated);
        append(entry, "xmppVerifiersOf", entries[i].of);
        expect_each(entry, INV_PASSWORD_DATES_ADD, entries[i].fresh_add, i);
        expect_each(entry, INV_PASSWORD_DATES_CHANGE, entries[i].fresh_change, i);
        expect_each(entry, INV_PASSWORD_DATES_NEVER, false, i);
        expect_each(entry, INV_PASSWORD_DATES_UNKNOWN, false, i);
        inv_entry_free(&entry);
    }
}
END_TEST

/* With it the verifiers are fresh. */
START_TEST(what_a_writer_records)
{
    static const struct {
        const char *changed;
        const char *updated;
        const char *add;
        const char *change;
    } moments[] = {
        {T0, NULL, T0, T0},       {NULL, T0, T0, T0},          {T0, T1, T1, T1},
        {T1, T0, T1, T1},         {NULL, NULL, NULL, UNDATED}, {"once", NULL, NULL, NULL},
        {T0, "once", NULL, NULL},
    };
    static const inv_password_dates dates[] = {INV_PASSWORD_DATES_ADD, INV_PASSWORD_DATES_CHANGE};

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        inv_entry *entry = inv_entry_new("uid=x," SITE_PEOPLE);

        append(entry, "pwdChangedTime", moments[i].changed);
        append(entry, "pwdUpdateTime", moments[i].updated);
        ck_assert_pstr_eq(inv_verifiers_moment_before_proof(entry, dates[0]), moments[i].add);
        ck_assert_pstr_eq(inv_verifiers_moment_before_proof(entry, dates[1]), moments[i].change);
        ck_assert_ptr_null(inv_verifiers_moment_before_proof(entry, INV_PASSWORD_DATES_NEVER));
        ck_assert_ptr_null(inv_verifiers_moment_before_proof(entry, INV_PASSWORD_DATES_UNKNOWN));
        if (moments[i].change != NULL) {
            append(entry, "xmppVerifiersOf", moments[i].change);
            expect_fresh(entry,
                         (inv_freshness_terms){.dates = INV_PASSWORD_DATES_CHANGE,
                                               .needs_password = true,
                                               .has_password = true},
                         true, i);
        }
        inv_entry_free(&entry);
    }
}
END_TEST

START_TEST(what_a_container_records)
{
    static const struct {
        const char *text;
        inv_password_dates dates;
    } words[] = {{"add", INV_PASSWORD_DATES_ADD},     {"CHANGE", INV_PASSWORD_DATES_CHANGE},
                 {"never", INV_PASSWORD_DATES_NEVER}, {"always", INV_PASSWORD_DATES_UNKNOWN},
                 {NULL, INV_PASSWORD_DATES_UNKNOWN},  {"", INV_PASSWORD_DATES_UNKNOWN}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        inv_entry *entry = inv_entry_new(SITE_INVITES);

        append(entry, "invitePasswordDates", words[i].text);
        ck_assert_int_eq(inv_password_dates_of_container(entry), words[i].dates);
        inv_entry_free(&entry);
    }
    ck_assert_ptr_null(inv_password_dates_word(INV_PASSWORD_DATES_UNKNOWN));
    ck_assert_str_eq(inv_password_dates_word(INV_PASSWORD_DATES_ADD), "add");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("password_dates");
    TCase *by_hand = tcase_create("by_hand");

    tcase_add_test(by_hand, which_are_fresh);
    tcase_add_test(by_hand, what_a_writer_records);
    tcase_add_test(by_hand, what_a_container_records);
    suite_add_tcase(suite, by_hand);
    return suite_run(suite);
}
