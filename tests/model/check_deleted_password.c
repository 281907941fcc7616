/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/account_verifiers.h"
#include "invitegate/directory.h"
#include "tests/support/calls.h"

/*
 * Each way to delete userPassword, and what it leaves: the verifiers beside it are served no more.
 * By the date alone some of them would be: that is why a lookup also searches for a userPassword.
 */

#define BOTH "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n"

/* An administrator who is not the rootdn, as invitegate's own identity is one. */
static void modify_as_admin(const char *dn, inv_change_kind kind)
{
    inv_operation *modify = inv_operation_new_modify(dn);

    inv_operation_text(modify, kind, "userPassword", NULL);
    ck_assert_int_eq(inv_directory_run(call.directory, &modify, 1, &call.deadline, &verdict),
                     INV_OK);
    ck_assert_int_eq(modify->code, INV_LDAP_SUCCESS);
    inv_operation_free(&modify);
}

static void delete_as_admin(const char *dn)
{
    modify_as_admin(dn, INV_CHANGE_DELETE);
}

static void replace_as_admin(const char *dn)
{
    modify_as_admin(dn, INV_CHANGE_REPLACE);
}

/* ldapmodify as the rootdn, with options. */
static void modify_as_root(const char *dn, const char *options, const char *lines)
{
    char *command = NULL;

    ck_assert_int_gt(asprintf(&command,
                              "printf 'dn: %s\\nchangetype: modify\\n%s' | env -u SASL_PATH "
                              "ldapmodify -x -H '%s' -D 'cn=admin," SITE_BASE
                              "' -y '%s' %s >/dev/null",
                              dn, lines, slapd_uri(site->slapd),
                              slapd_admin_password_path(site->slapd), options),
                     0);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

static void delete_as_root(const char *dn)
{
    modify_as_root(dn, "", "delete: userPassword\\n");
}

static void replace_as_root(const char *dn)
{
    modify_as_root(dn, "", "replace: userPassword\\n");
}

/* draft-zeilenga-ldap-relax: with it the rootdn may keep the date as well. */
static void delete_relaxed(const char *dn)
{
    modify_as_root(dn, "-e relax", "delete: userPassword\\n");
}

static void keep_the_date(const char *dn)
{
    char *date = site_value(site, dn, "pwdChangedTime");
    char lines[256];

    ck_assert_ptr_nonnull(date);
    (void)snprintf(lines, sizeof(lines),
                   "delete: userPassword\\n-\\nreplace: pwdChangedTime\\npwdChangedTime: %s\\n",
                   date);
    modify_as_root(dn, "-e relax", lines);
    free(date);
}

/* By two modifies, the second of which is dated. */
static void delete_and_add(const char *dn)
{
    delete_as_admin(dn);
    site_next_second();
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: userPassword\nuserPassword: another password\n",
                dn);
}

static const struct {
    const char *local;
    void (*act)(const char *dn);
    bool keeps_date;    /* in OpenLDAP: pwdChangedTime is as it was */
    bool only_openldap; /* 389 DS knows no relax control, and dates a change behind its answer */
} ways[] = {
    {"ada", delete_as_admin, true, false},  {"bea", replace_as_admin, true, false},
    {"cora", delete_as_root, false, false}, {"dora", replace_as_root, false, false},
    {"edna", delete_relaxed, false, true},  {"fay", keep_the_date, true, true},
    {"gina", delete_and_add, false, true},
};

static void expect_state(const char *local, inv_verifiers_state wanted)
{
    inv_account_verifiers found = {.count = 0};
    inv_jid *name = site_name(site, local);

    ck_assert_msg(inv_account_verifiers_find(&call, name, &found) == INV_OK, "%s", verdict.why);
    ck_assert_msg(found.state == wanted, "%s: state %d, not %d: %s", local, found.state, wanted,
                  verdict.why);
    ck_assert((found.count > 0) == (wanted == INV_VERIFIERS_FRESH));
    inv_account_verifiers_clear(&found);
    inv_jid_free(&name);
}

/* Also by a connection that remembers how passwords are dated, and by one that does not. */
START_TEST(a_deleted_password_ends_the_verifiers)
{
    const char *local = ways[_i].local;
    inv_token *token;
    char *before;
    char *after;
    char dn[128];

    if (ways[_i].only_openldap && slapd_kind() == SLAPD_389DS)
        return;
    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    token = site_invite(site, NULL, 1);
    (void)site_redeem(site, token, local, SITE_PASSWORD, &verdict);
    expect(INV_OK);
    expect_state(local, INV_VERIFIERS_FRESH);
    before = site_value(site, dn, "pwdChangedTime");
    site_next_second();
    ways[_i].act(dn);
    after = site_value(site, dn, "pwdChangedTime");
    if (slapd_kind() != SLAPD_389DS)
        ck_assert((after != NULL && strcmp(before, after) == 0) == ways[_i].keeps_date);
    expect_state(local, INV_VERIFIERS_STALE);
    inv_call_end(&call);
    inv_directory_end_kept();
    calls_begin();
    expect_state(local, INV_VERIFIERS_STALE);
    free(before);
    free(after);
    inv_token_free(&token);
}
END_TEST

static void start(void)
{
    calls_start_with(BOTH);
    site_show_verifiers(site);
}

int main(void)
{
    Suite *suite = suite_create("deleted_password");
    TCase *tests = tcase_create("deleted");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_checked_fixture(tests, calls_begin, calls_end);
    tcase_add_loop_test(tests, a_deleted_password_ends_the_verifiers, 0,
                        (int)(sizeof(ways) / sizeof(ways[0])));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
