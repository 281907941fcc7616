/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/account.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"

/* Every form of a lock, at a login, as an inviter, and at a reset. */

#define NEW_PASSWORD "a new long password"
#define POLICY       "cn=default,ou=policies,dc=example,dc=org"

/* ---------------------------------------------------------------------------- what values mean */

static const struct form {
    const char *attribute;
    const char *value;
    bool disabled;
    time_t locked_until;
    time_t locked_at;
} forms[] = {
    {"pwdAccountLockedTime", "000001010000Z", true, 0, 0},
    {"pwdAccountLockedTime", "00000101000000Z", true, 0, 0},
    {"pwdAccountLockedTime", "0000010100Z", true, 0, 0},
    {"pwdAccountLockedTime", "00000101000000.0Z", true, 0, 0},
    {"pwdAccountLockedTime", "00000101000000,25Z", true, 0, 0},
    {"pwdAccountLockedTime", "000001010000+0000", true, 0, 0},
    {"pwdAccountLockedTime", "000001010000-1200", true, 0, 0},
    {"pwdAccountLockedTime", "000001010000+0100", true, 0, 0},
    {"pwdAccountLockedTime", "00001231235959-1200", true, 0, 0},
    {"pwdAccountLockedTime", "000101010000+0100", true, 0, 0},
    {"pwdAccountLockedTime", "000101010000Z", false, INV_NEVER, -62135596800},
    {"pwdAccountLockedTime", "20200102030405Z", false, INV_NEVER, 1577934245},
    {"pwdEndTime", "20200102030405Z", true, 0, 0},
    {"pwdEndTime", "20990102030405Z", false, 0, 0},
    {"pwdStartTime", "20990102030405Z", true, 0, 0},
    {"pwdStartTime", "20200102030405Z", false, 0, 0},
    {"nsAccountLock", "true", true, 0, 0},
    {"nsAccountLock", "TRUE", true, 0, 0},
    {"nsAccountLock", "tRuE", true, 0, 0},
    {"nsAccountLock", " TRUE ", true, 0, 0},
    {"nsAccountLock", "false", false, 0, 0},
    {"nsAccountLock", "truely", false, 0, 0},
    {"accountUnlockTime", "20990102030405Z", false, 4071006245, INV_NEVER},
    {"accountUnlockTime", "19700101000000Z", false, INV_NEVER, INV_NEVER},
    {"pwdAccountTmpLockoutEnd", "20990102030405Z", false, 4071006245, INV_NEVER},
};

START_TEST(what_a_value_means)
{
    const struct form *form = &forms[_i];
    inv_verdict found = INV_VERDICT_INIT;
    inv_entry *entry = inv_entry_new("uid=bob," SITE_PEOPLE);
    inv_account *account = NULL;

    ck_assert(inv_entry_append(entry, form->attribute, form->value, strlen(form->value)));
    ck_assert_msg(inv_account_from_entry(entry, &account, &found) == INV_OK, "%s", found.why);
    ck_assert_msg(account->disabled == form->disabled, "%s: %s", form->attribute, form->value);
    ck_assert_msg(account->locked_until == form->locked_until, "%s: %s: %lld", form->attribute,
                  form->value, (long long)account->locked_until);
    ck_assert_msg(account->locked_at == form->locked_at, "%s: %s: %lld", form->attribute,
                  form->value, (long long)account->locked_at);
    inv_account_free(&account);
    inv_entry_free(&entry);
}
END_TEST

START_TEST(what_no_time_is)
{
    static const char *const attributes[] = {"pwdAccountLockedTime", "pwdEndTime", "pwdStartTime",
                                             "accountUnlockTime", "pwdAccountTmpLockoutEnd"};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        inv_verdict found = INV_VERDICT_INIT;
        inv_entry *entry = inv_entry_new("uid=bob," SITE_PEOPLE);
        inv_account *account = NULL;

        ck_assert(inv_entry_append(entry, attributes[i], "now", 3));
        ck_assert_int_eq(inv_account_from_entry(entry, &account, &found), INV_CONFIG);
        ck_assert_ptr_null(account);
        ck_assert_ptr_nonnull(strstr(found.why, attributes[i]));
        inv_entry_free(&entry);
    }
}
END_TEST

/* --------------------------------------------------------------------------- in the directory */

static inv_result create(inv_invite_type type, const char *local, inv_token **token)
{
    inv_invite_request request = {.type = type, .uses = 1, .expires = time(NULL) + 3600};
    inv_jid *name = site_name(site, local);
    inv_result result;

    request.user = type == INV_INVITE_RESET ? name : NULL;
    request.inviter = type == INV_INVITE_RESET ? NULL : name;
    result = inv_invite_create(&call, &request, token);
    inv_jid_free(&name);
    return result;
}

static void lock(const char *local, const char *attribute, const char *value)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nreplace: %s\n%s: %s\n",
                local, attribute, attribute, value);
}

static const struct lock_form {
    const char *attribute;
    const char *value;
} openldap_locks[] =
    {
        {"pwdAccountLockedTime", "000001010000Z"},
        {"pwdAccountLockedTime", "00000101000000Z"},
        {"pwdAccountLockedTime", "00000101000000.5Z"},
        {"pwdAccountLockedTime", "000001010000-0100"},
        {"pwdEndTime", "20200101000000Z"},
        {"pwdStartTime", "20990101000000Z"},
},
  ds389_locks[] = {
      {"nsAccountLock", "TRUE"},
      {"nsAccountLock", "true"},
      {"nsAccountLock", "True"},
};

static void expect_locked_for_good(const struct lock_form *form, size_t index)
{
    char local[16];
    char dn[128];
    inv_token *reset = NULL;
    inv_token *invite = NULL;
    inv_token *none = NULL;
    char *value;

    (void)snprintf(local, sizeof(local), "good%zu", index);
    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    site_add_account(site, local);
    site_next_second();
    ck_assert_int_eq(create(INV_INVITE_RESET, local, &reset), INV_OK);
    ck_assert_int_eq(create(INV_INVITE_ACCOUNT, local, &invite), INV_OK);
    lock(local, form->attribute, form->value);
    ck_assert_msg(calls_status(local) == INV_ACCOUNT_EXPIRED, "%s: %s", form->value, verdict.why);
    /* a directory that refuses the bind itself does not tell whether the password was right */
    ck_assert_msg(calls_login(local, SITE_PASSWORD) > INV_OK, "%s: %s", form->value, verdict.why);
    ck_assert_int_eq(calls_login(local, "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(create(INV_INVITE_RESET, local, &none), INV_NOT_ALLOWED);
    ck_assert_int_eq(create(INV_INVITE_ACCOUNT, local, &none), INV_NOT_ALLOWED);
    ck_assert_int_eq(site_check(site, invite, "newcomer", &verdict), INV_BAD_TOKEN);
    ck_assert_int_eq(site_redeem(site, invite, "newcomer", SITE_PASSWORD, &verdict), INV_BAD_TOKEN);
    ck_assert_int_eq(site_check(site, reset, local, &verdict), INV_NOT_ALLOWED);
    ck_assert_int_eq(site_redeem(site, reset, local, NEW_PASSWORD, &verdict), INV_NOT_ALLOWED);
    value = site_value(site, dn, form->attribute);
    ck_assert_ptr_nonnull(value);
    ck_assert_str_eq(value, form->value); /* nobody lifted it */
    free(value);
    site_modify(site, "dn: %s\nchangetype: modify\ndelete: %s\n", dn, form->attribute);
    ck_assert_int_eq(calls_status(local), INV_OK);
    ck_assert_int_eq(calls_login(local, SITE_PASSWORD), INV_OK);
    inv_token_free(&reset);
    inv_token_free(&invite);
}

START_TEST(locked_for_good)
{
    const bool ds389 = slapd_kind() == SLAPD_389DS;
    const struct lock_form *locks = ds389 ? ds389_locks : openldap_locks;
    size_t count = ds389 ? sizeof(ds389_locks) / sizeof(*ds389_locks)
                         : sizeof(openldap_locks) / sizeof(*openldap_locks);

    for (size_t i = 0; i < count; i++)
        expect_locked_for_good(&locks[i], i);
}
END_TEST

/* A login proves that the password is right where the directory itself does not refuse the bind. */
START_TEST(only_the_right_password_is_told)
{
    if (slapd_kind() == SLAPD_389DS)
        return;
    site_add_account(site, "told");
    lock("told", "pwdAccountLockedTime", "00000101000000Z");
    ck_assert_int_eq(calls_login("told", SITE_PASSWORD), INV_ACCOUNT_EXPIRED);
    ck_assert_int_eq(calls_login("told", "wrong"), INV_WRONG_PASSWORD);
}
END_TEST

static void set_policy(const char *changes)
{
    if (slapd_kind() == SLAPD_389DS)
        site_modify(site,
                    "dn: cn=config\nchangetype: modify\nreplace: passwordLockout\n"
                    "passwordLockout: on\n-\nreplace: passwordMaxFailure\npasswordMaxFailure: 3\n"
                    "-\nreplace: passwordUnlock\npasswordUnlock: on\n");
    else
        site_modify(site, "dn: " POLICY "\nchangetype: modify\n%s", changes);
}

static void fail_three_times(const char *local)
{
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(calls_login(local, "a wrong guess"), INV_WRONG_PASSWORD);
}

/* Three guesses of a stranger keep neither an inviter's guests out nor the victim from a reset. */
START_TEST(locked_by_failures)
{
    inv_token *old = NULL;
    inv_token *invite = NULL;
    inv_token *reset = NULL;

    set_policy("replace: pwdLockout\npwdLockout: TRUE\n-\nreplace: pwdMaxFailure\n"
               "pwdMaxFailure: 3\n-\nreplace: pwdLockoutDuration\npwdLockoutDuration: 3600\n");
    site_add_account(site, "vic");
    site_next_second();
    ck_assert_int_eq(create(INV_INVITE_RESET, "vic", &old), INV_OK);
    ck_assert_int_eq(create(INV_INVITE_ACCOUNT, "vic", &invite), INV_OK);
    site_next_second();
    fail_three_times("vic");
    ck_assert_msg(calls_status("vic") == INV_ACCOUNT_EXPIRED, "%s", verdict.why);
    ck_assert_int_gt(calls_login("vic", SITE_PASSWORD), INV_OK);
    ck_assert_msg(site_check(site, old, "vic", &verdict) == INV_NOT_ALLOWED, "%s", verdict.why);
    ck_assert_int_eq(site_redeem(site, old, "vic", NEW_PASSWORD, &verdict), INV_NOT_ALLOWED);
    ck_assert_msg(site_check(site, invite, "guest", &verdict) == INV_OK, "%s", verdict.why);
    ck_assert_msg(site_redeem(site, invite, "guest", SITE_PASSWORD, &verdict) == INV_OK, "%s",
                  verdict.why);
    site_next_second();
    ck_assert_msg(create(INV_INVITE_RESET, "vic", &reset) == INV_OK, "%s", verdict.why);
    ck_assert_msg(site_redeem(site, reset, "vic", NEW_PASSWORD, &verdict) == INV_OK, "%s",
                  verdict.why);
    ck_assert_msg(calls_status("vic") == INV_OK, "%s", verdict.why); /* the lock is lifted */
    ck_assert_int_eq(calls_login("vic", NEW_PASSWORD), INV_OK);
    inv_token_free(&old);
    inv_token_free(&invite);
    inv_token_free(&reset);
}
END_TEST

static void write_past(time_t seconds, char text[INV_TIMESTAMP_SIZE])
{
    inv_timestamp_write_generalized(time(NULL) - seconds, text);
}

/* The end is the policy's: the entry's own, else the only one that there is. */
START_TEST(a_lock_ends_with_its_duration)
{
    char past[INV_TIMESTAMP_SIZE];

    if (slapd_kind() == SLAPD_389DS)
        return; /* the entry tells the end */
    set_policy("replace: pwdLockoutDuration\npwdLockoutDuration: 3600\n");
    site_add_account(site, "dora");
    write_past(1800, past);
    lock("dora", "pwdAccountLockedTime", past);
    ck_assert_int_eq(calls_status("dora"), INV_ACCOUNT_EXPIRED);
    write_past(3700, past);
    lock("dora", "pwdAccountLockedTime", past);
    ck_assert_msg(calls_status("dora") == INV_OK, "%s", verdict.why);
    set_policy("replace: pwdLockoutDuration\npwdLockoutDuration: 0\n");
    ck_assert_int_eq(calls_status("dora"), INV_ACCOUNT_EXPIRED);
    set_policy("delete: pwdLockoutDuration\n");
    ck_assert_int_eq(calls_status("dora"), INV_ACCOUNT_EXPIRED);
    set_policy("add: pwdLockoutDuration\npwdLockoutDuration: 7200\n");
    site_modify(site, "dn: cn=own,ou=policies,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: device\nobjectClass: pwdPolicy\npwdAttribute: userPassword\n"
                      "pwdLockout: TRUE\npwdLockoutDuration: 3600\n");
    /* both are over, but a third may be hours long and hidden: which counts cannot be told */
    write_past(7300, past);
    lock("dora", "pwdAccountLockedTime", past);
    ck_assert_int_eq(calls_status("dora"), INV_ACCOUNT_EXPIRED);
    write_past(3700, past);
    lock("dora", "pwdAccountLockedTime", past);
    lock("dora", "pwdPolicySubentry", "cn=own,ou=policies,dc=example,dc=org");
    ck_assert_msg(calls_status("dora") == INV_OK, "%s", verdict.why);
    lock("dora", "pwdPolicySubentry", "cn=hidden,ou=policies,dc=example,dc=org");
    ck_assert_int_eq(calls_status("dora"), INV_ACCOUNT_EXPIRED); /* cannot be read: it counts */
}
END_TEST

/* slapd writes it by itself only; an administrator's hand needs the relax control. */
static void lock_for_a_moment(const char *local, time_t seconds)
{
    char end[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(time(NULL) + seconds, end);
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\ncontrol: 1.3.6.1.4.1.4203.666.5.12 true\n"
                "changetype: modify\nreplace: pwdAccountTmpLockoutEnd\n"
                "pwdAccountTmpLockoutEnd: %s\n",
                local, end);
}

/* pwdMinDelay of ppolicy: the entry tells when the lock ends, and not when it began. */
START_TEST(locked_for_a_moment)
{
    inv_token *reset = NULL;

    if (slapd_kind() == SLAPD_389DS)
        return;
    site_add_account(site, "mona");
    site_next_second();
    ck_assert_int_eq(create(INV_INVITE_RESET, "mona", &reset), INV_OK);
    lock_for_a_moment("mona", 3600);
    ck_assert_int_eq(calls_status("mona"), INV_ACCOUNT_EXPIRED);
    ck_assert_msg(site_check(site, reset, "mona", &verdict) == INV_NOT_ALLOWED, "%s", verdict.why);
    ck_assert_msg(strstr(verdict.why, "pwdAccountTmpLockoutEnd") != NULL, "%s", verdict.why);
    ck_assert_int_eq(site_redeem(site, reset, "mona", NEW_PASSWORD, &verdict), INV_NOT_ALLOWED);
    lock_for_a_moment("mona", -1);
    ck_assert_msg(calls_status("mona") == INV_OK, "%s", verdict.why);
    ck_assert_msg(site_redeem(site, reset, "mona", NEW_PASSWORD, &verdict) == INV_OK, "%s",
                  verdict.why);
    inv_token_free(&reset);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lock");
    TCase *values = tcase_create("values");
    TCase *locks = tcase_create("locks");

    tcase_add_loop_test(values, what_a_value_means, 0, (int)(sizeof(forms) / sizeof(*forms)));
    tcase_add_test(values, what_no_time_is);
    suite_add_tcase(suite, values);
    tcase_set_timeout(locks, 120);
    tcase_add_unchecked_fixture(locks, fixture_start, fixture_stop);
    tcase_add_checked_fixture(locks, calls_begin, calls_end);
    tcase_add_test(locks, locked_for_good);
    tcase_add_test(locks, only_the_right_password_is_told);
    tcase_add_test(locks, locked_by_failures);
    tcase_add_test(locks, locked_for_a_moment);
    tcase_add_test(locks, a_lock_ends_with_its_duration);
    suite_add_tcase(suite, locks);
    return suite_run(suite);
}
