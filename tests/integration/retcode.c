/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/pair.h"
#include "tests/support/fixture.h"

/*
 * Faults that slapd itself makes, by slapo-retcode: result codes with words, and answers that
 * come late. The overlay looks at the entry an operation is
 * about. (Below its retcode-parent every DN that is not listed is unknown; that one is of no entry
 * here. And an entry whose modification fails can never be mended: only reads and deletions do.)
 */

static const char overlay[] = "moduleload retcode\noverlay retcode\n"
                              "retcode-parent \"ou=nowhere,dc=example,dc=org\"\n"
                              "retcode-indir TRUE\n";

static void start(void)
{
    const struct site_settings settings = {.extra_conf = overlay, .timeout = "1s"};

    fixture_start_with(&settings);
    site_add_account(site, "carol");
    site_next_second();
}

struct fault {
    const char *name;
    const char *code;
    const char *more;  /* LDIF of further attributes, each after a "-" */
    inv_result result; /* where reading the invite meets it */
};

static const struct fault faults[] = {
    {"busy", "51", "-\nadd: errText\nerrText: come back later\n", INV_DIRECTORY_DOWN},
    {"unavailable", "52", "", INV_DIRECTORY_DOWN},
    {"unwilling", "53", "-\nadd: errText\nerrText: not today\n", INV_DIRECTORY_DOWN},
    {"limited", "11", "", INV_DIRECTORY_DOWN},
    {"other", "80", "", INV_DIRECTORY_DOWN},
    {"forbidden", "50", "", INV_CONFIG},
    {"violated", "65", "", INV_CONFIG},
    {"late", "51", "-\nadd: errSleepTime\nerrSleepTime: 2\n", INV_TIMEOUT},
};
#define FAULTS ((int)(sizeof(faults) / sizeof(faults[0])))

static void make(const char *dn, const char *operation, const struct fault *fault)
{
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: objectClass\nobjectClass: errAuxObject\n-\n"
                "add: errCode\nerrCode: %s\n-\nadd: errOp\nerrOp: %s\n%s",
                dn, fault->code, operation, fault->more);
}

static void lift(const char *dn)
{
    site_modify(site,
                "dn: %s\nchangetype: modify\ndelete: objectClass\nobjectClass: errAuxObject\n-\n"
                "delete: errCode\n-\ndelete: errOp\n-\nreplace: errText\n-\n"
                "replace: errSleepTime\n",
                dn);
}

/* ----------------------------------------------------------------------------- what comes of it */

START_TEST(at_the_invite)
{
    const struct fault *fault = &faults[_i];
    inv_token *token = site_invite(site, "alice@example.org", 1);
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));

    make(dn, "search", fault);
    site_redeem(site, token, fault->name, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, fault->result);
    site_check(site, token, fault->name, &verdict);
    site_expect_result(verdict, fault->result);
    lift(dn);
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_redeem(site, token, fault->name, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    free(dn);
    inv_token_free(&token);
}
END_TEST

/* Of an earlier holder of the name, invited by carol: its DN. */
static char *leave_a_pair(const char *local)
{
    inv_token *token = site_invite(site, "carol@example.org", 1);
    char jid[80];
    char *dn = NULL;

    site_redeem(site, token, local, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    ck_assert_int_gt(asprintf(&dn, "uid=%s," SITE_PEOPLE, local), 0);
    site_delete(site, dn);
    free(dn);
    site_next_second();
    (void)snprintf(jid, sizeof(jid), "%s@example.org", local);
    dn = inv_pair_dn(site_domain(site), jid, "carol@example.org");
    ck_assert_ptr_nonnull(dn);
    inv_token_free(&token);
    return dn;
}

/* The account is made, so the answer is OK; the claim stands until the old pair is gone. */
START_TEST(at_a_stale_pair)
{
    const struct fault *fault = &faults[_i];
    char name[64];
    inv_token *token = site_invite(site, "alice@example.org", 1);
    char *dn;

    (void)snprintf(name, sizeof(name), "%s-again", fault->name);
    dn = leave_a_pair(name);
    make(dn, "delete", fault);
    site_redeem(site, token, name, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    site_expect(site, token, 0, 1, 0, 1, 1);
    lift(dn);
    ck_assert_uint_eq(site_count(site, dn, "(objectClass=xmppRosterPair)"), 1);
    site_redeem(site, token, name, SITE_PASSWORD, &verdict);
    site_expect_result(verdict, INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(xmppContactJid=%s@example.org)", name), 1);
    free(dn);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("retcode");
    TCase *tests = tcase_create("retcode");

    if (access("/usr/lib/ldap/retcode.so", R_OK) != 0) {
        (void)puts("1..0 # SKIP slapo-retcode is not installed");
        return 0;
    }
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_loop_test(tests, at_the_invite, 0, FAULTS);
    tcase_add_loop_test(tests, at_a_stale_pair, 0, FAULTS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
