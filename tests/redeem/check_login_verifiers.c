/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/account_write.h"
#include "common/model/freshness.h"
#include "invitegate/login.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"
#include "tests/support/verified_account.h"

/* scram_at_login: a login that proved a password gives the account SCRAM verifiers of it. */

#define KEPT           "password_verifiers = server scram-sha-256\nscram_iterations = 4096\n"
#define AT_LOGIN       KEPT "scram_at_login = yes\n"
#define OTHER_PASSWORD "set by somebody else"
#define NEW_PASSWORD   "a new long password"
#define NBSP           "\xc2\xa0"

static inv_result log_in(const char *local, const char *field)
{
    inv_login_attempt attempt = {0};
    inv_secret *password = inv_secret_new(field, strlen(field));
    const inv_login_request request = {
        .user = {local, strlen(local), NULL},
        .password = password,
        .registers = true,
        .logs_in = true,
    };
    inv_result result;

    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_login_parse(site->context, &request, &attempt, &verdict);
    if (result == INV_OK)
        result = inv_login(&call, &attempt);
    inv_login_attempt_clear(&attempt);
    inv_secret_free(&password);
    return result;
}

/* A login, and what it costs: round trips over the call's connection, binds apart, and writes. */
static void expect_login(const char *local, const char *field, size_t flights, size_t writes)
{
    struct counter *counter = counter_attach(call.directory);

    (void)log_in(local, field);
    expect(INV_OK);
    ck_assert_str_eq(verdict.why, "");
    ck_assert_uint_eq(counter->flights, flights);
    ck_assert_uint_eq(counter->writes, writes);
    ck_assert_uint_eq(counter->proofs, 1);
    counter_detach(call.directory, &counter);
}

static inv_match match(const char *local, const char *password)
{
    char *value = site_value(site, account_dn(local), "authPassword");
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_match matched;

    ck_assert_msg(value != NULL, "%s has no verifiers", local);
    matched = inv_verifier_match(value, strlen(value), secret);
    inv_secret_free(&secret);
    free(value);
    return matched;
}

/* It has one verifier, of this password, and it is good. */
static void expect_verifiers(const char *local, const char *password)
{
    ck_assert_uint_eq(site_values(site, account_dn(local), "authPassword"), 1);
    ck_assert_int_eq(match(local, password), INV_MATCH_YES);
    ck_assert_int_eq(match(local, "another password"), INV_MATCH_NO);
    ck_assert_msg(verifiers_are_fresh(local), "the verifiers of %s are stale", local);
}

static void expect_no_verifiers(const char *local)
{
    ck_assert_uint_eq(site_values(site, account_dn(local), "authPassword"), 0);
    ck_assert_uint_eq(site_values(site, account_dn(local), "xmppVerifiersOf"), 0);
}

static void make(const char *local)
{
    inv_token *token = site_invite(site, NULL, 1);

    (void)site_redeem(site, token, local, SITE_PASSWORD, &verdict);
    expect(INV_OK);
    inv_token_free(&token);
}

static void start_at_login(void)
{
    calls_start_with(AT_LOGIN);
}

static void start_seen(void)
{
    calls_start_with(AT_LOGIN);
    site_show_verifiers(site);
}

static void start_without(void)
{
    calls_start_with(KEPT);
}

/* ------------------------------------------------------------------------------ who gets them */

START_TEST(who_was_there_before)
{
    site_add_account(site, "ada");
    expect_no_verifiers("ada");
    expect_login("ada", SITE_PASSWORD, 2, 1);
    expect_verifiers("ada", SITE_PASSWORD);
    expect_login("ada", SITE_PASSWORD, 1, 0);
    (void)log_in("ada", "another password");
    expect(INV_WRONG_PASSWORD);
    expect_verifiers("ada", SITE_PASSWORD);
}
END_TEST

START_TEST(who_has_fresh_ones)
{
    char *before;

    make("bob");
    before = site_value(site, account_dn("bob"), "authPassword");
    expect_login("bob", SITE_PASSWORD, 1, 0);
    site_expect_value(site, account_dn("bob"), "authPassword", before);
    free(before);
}
END_TEST

START_TEST(whose_password_was_changed_elsewhere)
{
    make("cat");
    change_elsewhere("cat", OTHER_PASSWORD);
    ck_assert(!verifiers_are_fresh("cat"));
    expect_login("cat", OTHER_PASSWORD, 2, 1);
    expect_verifiers("cat", OTHER_PASSWORD);
    ck_assert_int_eq(match("cat", SITE_PASSWORD), INV_MATCH_NO);
    change_elsewhere("cat", NEW_PASSWORD);
    ck_assert(!verifiers_are_fresh("cat"));
    expect_login("cat", NEW_PASSWORD, 2, 1);
    expect_verifiers("cat", NEW_PASSWORD);
}
END_TEST

START_TEST(who_logs_in_with_the_token)
{
    inv_token *token = site_invite(site, NULL, 1);
    char field[256];

    (void)site_redeem(site, token, "dan", SITE_PASSWORD, &verdict);
    change_elsewhere("dan", OTHER_PASSWORD);
    inv_token_write(token, field);
    (void)snprintf(field + INV_TOKEN_LENGTH, sizeof(field) - INV_TOKEN_LENGTH, ":%s",
                   OTHER_PASSWORD);
    (void)log_in("dan", field);
    expect(INV_OK);
    expect_verifiers("dan", OTHER_PASSWORD);
    inv_token_free(&token);
}
END_TEST

/* Older accounts keep the typed bytes; SCRAM clients prepare what is typed. */
START_TEST(a_password_that_preparation_changes)
{
    site_add_account(site, "eve");
    change_elsewhere("eve", "nbsp" NBSP "inside password");
    (void)log_in("eve", "nbsp" NBSP "inside password");
    expect(INV_OK);
    expect_verifiers("eve", "nbsp inside password");
}
END_TEST

/* A client that picks the new form would find no verifier, and does not fall back. */
START_TEST(a_form_that_was_added)
{
    inv_domain *domain = site_domain(site);
    const unsigned kept = domain->verifiers;

    make("fay");
    expect_login("fay", SITE_PASSWORD, 1, 0);
    domain->verifiers |= INV_VERIFIER_SCRAM_SHA_512;
    expect_login("fay", SITE_PASSWORD, 2, 1);
    ck_assert_uint_eq(site_values(site, account_dn("fay"), "authPassword"), 2);
    ck_assert_int_eq(match("fay", SITE_PASSWORD), INV_MATCH_YES);
    ck_assert(verifiers_are_fresh("fay"));
    expect_login("fay", SITE_PASSWORD, 1, 0);
    domain->verifiers = kept; /* those of a form that is kept no more do no harm */
    expect_login("fay", SITE_PASSWORD, 1, 0);
    domain->verifiers = INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_1;
    expect_login("fay", SITE_PASSWORD, 2, 1);
    ck_assert_uint_eq(site_values(site, account_dn("fay"), "authPassword"), 1);
    domain->verifiers = kept;
}
END_TEST

START_TEST(a_value_that_is_broken)
{
    make("gil");
    site_modify(site,
                "dn: %s\nchangetype: modify\nreplace: authPassword\n"
                "authPassword: SCRAM-SHA-256$4096:AAAA$AAAA:AAAA\n",
                account_dn("gil"));
    expect_login("gil", SITE_PASSWORD, 2, 1);
    expect_verifiers("gil", SITE_PASSWORD);
}
END_TEST

/* A write at every login would be no better. */
START_TEST(a_form_that_was_added_unseen)
{
    inv_domain *domain = site_domain(site);
    const unsigned kept = domain->verifiers;

    make("ian");
    domain->verifiers |= INV_VERIFIER_SCRAM_SHA_512;
    expect_login("ian", SITE_PASSWORD, 1, 0);
    domain->verifiers = kept;
}
END_TEST

/* ------------------------------------------------------------------------------ who gets none */

START_TEST(where_it_is_off)
{
    struct counter *counter = counter_attach(call.directory);

    (void)log_in("alice", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(counter->sends, 1);
    ck_assert_uint_eq(counter->proofs, 1);
    counter_detach(call.directory, &counter);
    expect_no_verifiers("alice");
    make("fay");
    change_elsewhere("fay", OTHER_PASSWORD);
    expect_login("fay", OTHER_PASSWORD, 1, 0);
    ck_assert(!verifiers_are_fresh("fay"));
}
END_TEST

START_TEST(who_may_not_log_in)
{
    site_add_account(site, "gus");
    (void)log_in("gus", "not the password");
    expect(INV_WRONG_PASSWORD);
    expect_no_verifiers("gus");
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: xmppAccountExpires\n"
                "xmppAccountExpires: 20200102030405Z\n",
                account_dn("gus"));
    (void)log_in("gus", SITE_PASSWORD);
    expect(INV_ACCOUNT_EXPIRED);
    expect_no_verifiers("gus");
    site_modify(site, "dn: uid=hal," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "uid: hal\ncn: hal\nsn: hal\nuserPassword: " SITE_PASSWORD "\n");
    expect_login("hal", SITE_PASSWORD, 1, 0); /* not of the class xmppAccount */
    expect_no_verifiers("hal");
}
END_TEST

START_TEST(who_has_to_change_the_password)
{
    site_add_account(site, "ida");
    site_modify(site, "dn: %s\nchangetype: modify\nadd: pwdReset\npwdReset: TRUE\n",
                account_dn("ida"));
    expect_login("ida", SITE_PASSWORD, 1, 0);
    ck_assert(verdict.must_change);
    expect_no_verifiers("ida");
}
END_TEST

/* There no verifier would ever be fresh. */
START_TEST(where_the_directory_dates_nothing)
{
    site_add_account(site, "jan");
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nreplace: invitePasswordDates\n"
                      "invitePasswordDates: never\n");
    expect_login("jan", SITE_PASSWORD, 1, 0);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: invitePasswordDates\n");
    expect_login("jan", SITE_PASSWORD, 1, 0);
    expect_no_verifiers("jan");
    site_record_dates(site);
    expect_login("jan", SITE_PASSWORD, 2, 1);
    expect_verifiers("jan", SITE_PASSWORD);
}
END_TEST

/* ------------------------------------------------------------------------ what comes in between */

enum event { CHANGED, RESET, NO_TIME };

static struct plan {
    const char *local;
    enum event event;
    inv_token *reset;
    struct counter *counter;
    bool done;
} plan;

static void before_write(void *context, counter_moment moment, size_t number, size_t write)
{
    inv_verdict other = INV_VERDICT_INIT;

    (void)context;
    (void)number;
    if (plan.done || moment != COUNTER_BEFORE_SEND || write == 0)
        return;
    plan.done = true;
    switch (plan.event) {
    case CHANGED:
        change_elsewhere(plan.local, OTHER_PASSWORD);
        break;
    case RESET:
        site_next_second();
        ck_assert_int_eq(site_redeem(site, plan.reset, plan.local, NEW_PASSWORD, &other), INV_OK);
        break;
    case NO_TIME:
        plan.counter->no_time = true;
        break;
    }
}

/* A login in which event happens when its modify is about to be sent. */
static void log_in_with(const char *local, enum event event)
{
    plan = (struct plan){.local = local, .event = event};
    if (event == RESET)
        plan.reset = site_reset_invite(site, local);
    plan.counter = counter_attach(call.directory);
    plan.counter->at = before_write;
    (void)log_in(local, SITE_PASSWORD);
    counter_detach(call.directory, &plan.counter);
    inv_token_free(&plan.reset);
    ck_assert(plan.done);
    expect(INV_OK);
    ck_assert_str_eq(verdict.why, "");
}

START_TEST(a_password_changed_in_between_wins)
{
    site_add_account(site, "kim");
    log_in_with("kim", CHANGED);
    ck_assert(!verifiers_are_fresh("kim"));
    expect_login("kim", OTHER_PASSWORD, 2, 1);
    expect_verifiers("kim", OTHER_PASSWORD);
}
END_TEST

/* Of an account that has a nonce already, and of one that has none. */
START_TEST(a_reset_in_between_wins)
{
    const bool made = _i == 1;
    const char *local = made ? "lea" : "leo";

    if (made) {
        make(local);
        change_elsewhere(local, SITE_PASSWORD); /* in another second: stale */
    } else {
        site_add_account(site, local);
    }
    log_in_with(local, RESET);
    ck_assert_int_eq(match(local, NEW_PASSWORD), INV_MATCH_YES);
    if (slapd_kind() == SLAPD_OPENLDAP)
        expect_verifiers(local, NEW_PASSWORD);
}
END_TEST

/* The write of a login that read the account before. old_moment: as it was then. */
static struct late {
    inv_account *account;
    const char *old_moment;
    const char *moment;
    int code;
} late;

static void write_late(void *context, counter_moment moment, size_t number, size_t write)
{
    inv_deadline deadline = inv_deadline_in(20000);
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_domain domain = *site_domain(site);
    inv_verifiers *verifiers = NULL;
    inv_verdict other = INV_VERDICT_INIT;
    inv_operation *modify;

    (void)context;
    (void)number;
    domain.verifiers &= INV_VERIFIERS_SCRAM;
    if (moment == COUNTER_AFTER_ANSWER && write == 2 && late.code == -1) {
        ck_assert_int_eq(inv_verifiers_new(&domain, password, &deadline, &verifiers, &other),
                         INV_OK);
        modify = inv_account_give_operation(late.account, late.old_moment, late.moment, verifiers);
        ck_assert_int_eq(inv_directory_run(call.directory, &modify, 1, &deadline, &other), INV_OK);
        late.code = modify->code;
        inv_operation_free(&modify);
        inv_verifiers_free(&verifiers);
    }
    inv_secret_free(&password);
}

/*
 * Between the two modifies of a reset the old password never becomes good: of an account without a
 * nonce, whether the login had read an older moment or none; of one with a nonce and without a
 * moment, where the nonce alone refuses the login's write.
 */
START_TEST(between_the_modifies_of_a_reset)
{
    const bool had = _i == 1, made = _i == 2;
    const char *local = made ? "moe" : had ? "mia" : "max";
    inv_jid *name = site_name(site, local);
    struct counter *counter;
    inv_token *reset;
    char *dated;
    inv_call own;

    if (made)
        make(local);
    else
        site_add_account(site, local);
    if (had)
        expect_login(local, SITE_PASSWORD, 2, 1);
    else if (!made) /* else the class, which the reset adds, would keep the login from writing */
        site_modify(site,
                    "dn: %s\nchangetype: modify\nadd: objectClass\n"
                    "objectClass: authPasswordObject\n",
                    account_dn(local));
    ck_assert_int_eq(inv_account_find_of_jid(&call, name, &late.account), INV_OK);
    ck_assert_ptr_nonnull(late.account);
    ck_assert_int_eq(late.account->nonce != NULL, made);
    dated = site_value(site, account_dn(local), "xmppVerifiersOf");
    late.moment = late.account->password_changed_text != NULL ? late.account->password_changed_text
                                                              : INV_VERIFIERS_OF_UNDATED;
    late.old_moment = had ? late.moment : NULL;
    late.code = -1;
    ck_assert_pstr_eq(dated, late.old_moment);
    reset = site_reset_invite(site, local);
    site_next_second();
    site_begin(site, &own, &verdict);
    counter = counter_attach(own.directory);
    counter->at = write_late;
    ck_assert_int_eq(site_redeem_in(&own, reset, local, NEW_PASSWORD), INV_OK);
    counter_detach(own.directory, &counter);
    inv_call_end(&own);
    ck_assert_int_eq(late.code, had || made ? INV_LDAP_NO_SUCH_ATTRIBUTE : INV_LDAP_SUCCESS);
    ck_assert_msg(match(local, SITE_PASSWORD) != INV_MATCH_YES || !verifiers_are_fresh(local),
                  "the old password of %s logs in by SCRAM", local);
    expect_login(local, NEW_PASSWORD, had || made ? 1 : 2, had || made ? 0 : 1);
    expect_verifiers(local, NEW_PASSWORD);
    free(dated);
    inv_account_free(&late.account);
    inv_token_free(&reset);
    inv_jid_free(&name);
}
END_TEST

/* ------------------------------------------------------------------------- what cannot be written
 */

START_TEST(without_time)
{
    site_add_account(site, "ned");
    log_in_with("ned", NO_TIME);
    expect_no_verifiers("ned");
    expect_login("ned", SITE_PASSWORD, 2, 1);
    expect_verifiers("ned", SITE_PASSWORD);
}
END_TEST

START_TEST(a_lost_answer)
{
    struct counter *counter;

    site_add_account(site, "oda");
    counter = counter_attach(call.directory);
    counter->lose = 1;
    (void)log_in("oda", SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    expect(INV_OK);
    expect_verifiers("oda", SITE_PASSWORD);
}
END_TEST

/*
 * The examples for OpenLDAP let invitegate write right below people only. (A write that is answered
 * 50 is followed by a look whether the entry is there: invitegate/directory.h.)
 */
START_TEST(without_the_right)
{
    site_modify(site, "dn: ou=deep," SITE_PEOPLE "\nchangetype: add\n"
                      "objectClass: organizationalUnit\nou: deep\n");
    site_modify(site, "dn: uid=pia,ou=deep," SITE_PEOPLE "\nchangetype: add\n"
                      "objectClass: inetOrgPerson\nobjectClass: xmppAccount\nuid: pia\ncn: pia\n"
                      "sn: pia\nxmppJid: pia@example.org\nuserPassword: " SITE_PASSWORD "\n");
    expect_login("pia", SITE_PASSWORD, 3, 1);
    ck_assert_uint_eq(site_values(site, "uid=pia,ou=deep," SITE_PEOPLE, "authPassword"), 0);
    ck_assert_msg(strstr(site->log, "SCRAM stays off for it until its next login") != NULL, "%s",
                  site->log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("login_verifiers");
    TCase *given = tcase_create("given");
    TCase *seen = tcase_create("seen");
    TCase *off = tcase_create("off");

    tcase_set_timeout(given, 60);
    tcase_add_unchecked_fixture(given, start_at_login, fixture_stop);
    tcase_add_checked_fixture(given, calls_begin, calls_end);
    tcase_add_test(given, who_was_there_before);
    tcase_add_test(given, who_has_fresh_ones);
    tcase_add_test(given, whose_password_was_changed_elsewhere);
    tcase_add_test(given, who_logs_in_with_the_token);
    tcase_add_test(given, a_password_that_preparation_changes);
    tcase_add_test(given, a_form_that_was_added_unseen);
    tcase_add_test(given, who_may_not_log_in);
    if (slapd_kind() == SLAPD_OPENLDAP) {
        tcase_add_test(given, who_has_to_change_the_password);
        tcase_add_test(given, without_the_right);
    }
    tcase_add_test(given, where_the_directory_dates_nothing);
    tcase_add_test(given, a_password_changed_in_between_wins);
    tcase_add_loop_test(given, a_reset_in_between_wins, 0, 2);
    tcase_add_loop_test(given, between_the_modifies_of_a_reset, 0, 3);
    tcase_add_test(given, without_time);
    tcase_add_test(given, a_lost_answer);
    suite_add_tcase(suite, given);
    tcase_set_timeout(seen, 60);
    tcase_add_unchecked_fixture(seen, start_seen, fixture_stop);
    tcase_add_checked_fixture(seen, calls_begin, calls_end);
    tcase_add_test(seen, who_has_fresh_ones);
    tcase_add_test(seen, a_form_that_was_added);
    tcase_add_test(seen, a_value_that_is_broken);
    suite_add_tcase(suite, seen);
    tcase_set_timeout(off, 60);
    tcase_add_unchecked_fixture(off, start_without, fixture_stop);
    tcase_add_checked_fixture(off, calls_begin, calls_end);
    tcase_add_test(off, where_it_is_off);
    suite_add_tcase(suite, off);
    return suite_run(suite);
}
