/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/model/account.h"
#include "common/model/account_filter.h"
#include "common/model/account_refusal.h"
#include "invitegate/account.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"

/* Accounts: found, made, reset, proved. */

#define ID    "fe8ed1b9e1c311291f06daec7dba860f82c3632a"
#define NONCE "00112233445566ff"

/* ----------------------------------------------------------------------------------- operations */

/* Value index of all changes of this kind to the attribute, or NULL. */
static const char *value_of(const inv_operation *operation, inv_change_kind kind,
                            const char *attribute, size_t index)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (change->kind != kind || strcasecmp(change->attribute, attribute) != 0)
            continue;
        if (index < change->value_count)
            return inv_secret_bytes(change->values[index]);
        index -= change->value_count;
    }
    return NULL;
}

static bool has_value(const inv_operation *operation, inv_change_kind kind, const char *attribute,
                      const char *wanted)
{
    const char *value;

    for (size_t i = 0; (value = value_of(operation, kind, attribute, i)) != NULL; i++) {
        if (strcmp(value, wanted) == 0)
            return true;
    }
    return false;
}

/* There is no change of the attribute at all, of any kind. */
static bool is_untouched(const inv_operation *operation, const char *attribute)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        if (strcasecmp(operation->changes[i].attribute, attribute) == 0)
            return false;
    }
    return true;
}

/* The attribute is replaced with nothing: the change has to be there, and to have no value. */
static bool is_taken_away(const inv_operation *operation, const char *attribute)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (strcasecmp(change->attribute, attribute) == 0)
            return change->kind == INV_CHANGE_REPLACE && change->value_count == 0;
    }
    return false;
}

static inv_operation *new_add(const inv_domain *domain, const char *account_expires, time_t now)
{
    char id[] = ID;
    char inviter[] = "alice@example.org";
    char ends[64];
    const inv_invite invite = {
        .id = id, .inviter = inviter, .account_expires = account_expires != NULL ? ends : NULL};
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_verifiers *verifiers = NULL;
    inv_jid *name = site_jid("bob@example.org");
    inv_operation *add;

    (void)snprintf(ends, sizeof(ends), "%s", account_expires != NULL ? account_expires : "");
    ck_assert_int_eq(inv_verifiers_new(domain, password, &call.deadline, &verifiers, &verdict),
                     INV_OK);
    add = inv_account_add_operation(domain, name, &(inv_account_origin){&invite, NONCE, now},
                                    verifiers);
    ck_assert_ptr_nonnull(add);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    inv_jid_free(&name);
    return add;
}

START_TEST(a_new_account_is_what_the_domain_says)
{
    inv_operation *add = new_add(site_domain(site), NULL, 0);

    ck_assert_str_eq(add->dn, "uid=bob," SITE_PEOPLE);
    ck_assert_int_eq(add->kind, INV_OPERATION_ADD);
    ck_assert(add->password_policy);
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "inetOrgPerson"));
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert(!has_value(add, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "uid", 0), "bob");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "mail", 0), "bob@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppJid", 0), "bob@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "inviteId", 0), ID);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "inviteNonce", 0), NONCE);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppInvitedBy", 0), "alice@example.org");
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "userPassword", 0), SITE_PASSWORD);
    ck_assert(is_untouched(add, "xmppAccountExpires"));
    ck_assert(is_untouched(add, "xmppVerifiersOf"));
    /* each attribute once: an add that names one twice is refused by some servers */
    for (size_t i = 0; i < add->change_count; i++) {
        for (size_t j = 0; j < i; j++)
            ck_assert_int_ne(strcasecmp(add->changes[i].attribute, add->changes[j].attribute), 0);
    }
    inv_operation_free(&add);
}
END_TEST

START_TEST(the_end_of_a_guest)
{
    inv_operation *add = new_add(site_domain(site), "30d", 1000000000);
    char wanted[INV_TIMESTAMP_SIZE];

    inv_timestamp_write_generalized(1000000000 + 30 * 86400, wanted);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppAccountExpires", 0), wanted);
    inv_operation_free(&add);
    add = new_add(site_domain(site), "20300102030405Z", 1000000000);
    ck_assert_str_eq(value_of(add, INV_CHANGE_ADD, "xmppAccountExpires", 0), "20300102030405Z");
    inv_operation_free(&add);
}
END_TEST

START_TEST(scram_brings_its_class)
{
    inv_domain *domain = site_domain(site);
    unsigned verifiers = domain->verifiers;
    inv_operation *add;

    domain->verifiers = INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_256 | INV_VERIFIER_SCRAM_SHA_1;
    add = new_add(domain, NULL, 0);
    ck_assert(has_value(add, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert_ptr_nonnull(value_of(add, INV_CHANGE_ADD, "authPassword", 1));
    inv_operation_free(&add);
    domain->verifiers = verifiers;
}
END_TEST

static inv_operation *new_reset(const inv_domain *domain, const inv_account *account)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_verifiers *verifiers = NULL;
    inv_jid *name = site_jid("bob@example.org");
    char *mark = inv_account_reset_mark(account, NONCE, ID);
    inv_operation *change;

    ck_assert_int_eq(inv_verifiers_new(domain, password, &call.deadline, &verifiers, &verdict),
                     INV_OK);
    change = inv_account_reset_operation(domain, name, account, mark, verifiers);
    ck_assert_ptr_nonnull(change);
    free(mark);
    inv_verifiers_free(&verifiers);
    inv_secret_free(&password);
    inv_jid_free(&name);
    return change;
}

/* No older password may stay good, whatever it was kept as. */
START_TEST(a_reset_replaces_every_verifier)
{
    inv_domain *domain = site_domain(site);
    unsigned kept = domain->verifiers;
    char dn[] = "uid=bob," SITE_PEOPLE;
    char nonce[] = "ffeeddccbbaa9988";
    inv_account account = {.dn = dn, .nonce = nonce, .has_auth_password_class = true};
    inv_operation *change = new_reset(domain, &account);

    ck_assert_str_eq(value_of(change, INV_CHANGE_REPLACE, "userPassword", 0), SITE_PASSWORD);
    ck_assert(is_taken_away(change, "authPassword"));
    ck_assert_ptr_null(change->read_after); /* nothing has to be dated */
    ck_assert(has_value(change, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert_str_eq(value_of(change, INV_CHANGE_REPLACE, "xmppJid", 0), "bob@example.org");
    ck_assert_str_eq(value_of(change, INV_CHANGE_DELETE, "inviteNonce", 0), nonce);
    ck_assert_str_eq(value_of(change, INV_CHANGE_ADD, "inviteNonce", 0),
                     NONCE "." ID ".ffeeddccbbaa9988");
    inv_operation_free(&change);
    domain->verifiers = INV_VERIFIER_SCRAM_SHA_256;
    account = (inv_account){.dn = dn, .jid = dn, .is_xmpp_account = true};
    change = new_reset(domain, &account);
    ck_assert(is_taken_away(change, "userPassword"));
    ck_assert_ptr_nonnull(value_of(change, INV_CHANGE_REPLACE, "authPassword", 0));
    ck_assert(has_value(change, INV_CHANGE_ADD, "objectClass", "authPasswordObject"));
    ck_assert(!has_value(change, INV_CHANGE_ADD, "objectClass", "xmppAccount"));
    ck_assert(is_untouched(change, "xmppJid"));
    ck_assert_ptr_nonnull(change->read_after);
    for (size_t i = 0; i < change->change_count; i++) /* it has none: nothing is to be deleted */
        ck_assert(change->changes[i].kind != INV_CHANGE_DELETE);
    inv_operation_free(&change);
    domain->verifiers = kept;
}
END_TEST

/* The old SCRAM verifier is gone from a real entry as well. */
START_TEST(a_reset_in_the_directory)
{
    char dn[] = "uid=reset," SITE_PEOPLE;
    char jid[] = "reset@example.org";
    const inv_account account = {
        .dn = dn, .jid = jid, .is_xmpp_account = true, .has_auth_password_class = true};
    inv_operation *change;

    site_add_account(site, "reset");
    site_modify(site,
                "dn: %s\nchangetype: modify\nadd: objectClass\nobjectClass: authPasswordObject\n-\n"
                "add: authPassword\nauthPassword: SCRAM-SHA-256$4096:AAAA$BBBB:CCCC\n",
                dn);
    change = new_reset(site_domain(site), &account);
    ck_assert_int_eq(inv_directory_run(call.directory, &change, 1, &call.deadline, &verdict),
                     INV_OK);
    ck_assert_msg(change->code == INV_LDAP_SUCCESS, "%d %s", change->code,
                  change->diagnostic != NULL ? change->diagnostic : "");
    inv_operation_free(&change);
    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 0);
    ck_assert(site_login(site, "reset", SITE_PASSWORD));
}
END_TEST

struct answer {
    int code;
    int policy_error;
    bool clear;
    bool is_ambiguous;
    inv_result wanted;
};

static const struct answer answers[] = {
    {0, -1, true, false, INV_OK},
    {68, -1, true, false, INV_NAME_TAKEN},
    {19, 6, true, false, INV_PASSWORD_REFUSED},
    {19, 7, true, false, INV_PASSWORD_REFUSED},
    {19, 7, false, false, INV_PASSWORD_REFUSED},
    {19, -1, true, true, INV_CONFIG},
    {19, 5, false, false, INV_CONFIG},
    {19, -1, false, true, INV_CONFIG},
    {10, -1, true, false, INV_CONFIG},
    {17, -1, true, false, INV_CONFIG},
    {21, -1, true, false, INV_CONFIG},
    {32, -1, true, false, INV_CONFIG},
    {50, -1, true, false, INV_CONFIG},
    {65, -1, true, false, INV_CONFIG},
    {3, -1, true, false, INV_TIMEOUT},
    {11, -1, true, false, INV_DIRECTORY_DOWN},
    {51, -1, true, false, INV_DIRECTORY_DOWN},
    {52, -1, true, false, INV_DIRECTORY_DOWN},
    {53, -1, true, false, INV_DIRECTORY_DOWN},
};

START_TEST(what_an_answer_means)
{
    const struct answer *answer = &answers[_i];
    inv_operation *add = inv_operation_new_add("uid=bob," SITE_PEOPLE);

    inv_operation_answer(add, answer->code, NULL, "the server's words");
    add->policy_error = answer->policy_error;
    ck_assert_int_eq(inv_account_write_result(add, answer->clear, &verdict), answer->wanted);
    ck_assert_int_eq(inv_account_write_is_ambiguous(add), answer->is_ambiguous);
    if (answer->policy_error == INV_POLICY_TOO_YOUNG)
        ck_assert_str_eq(verdict.text,
                         "The password was changed too recently. Please try again later.");
    else if (answer->wanted == INV_PASSWORD_REFUSED)
        ck_assert_str_eq(verdict.text, "Please use a longer password.\nthe server's words");
    else
        ck_assert_str_eq(verdict.text, "");
    inv_operation_free(&add);
}
END_TEST

/* --------------------------------------------------------------------------------------- logins */

/* The directory's own date is in the search that every caller makes. */
START_TEST(when_a_password_was_set)
{
    inv_jid *name = site_jid("dated@example.org");
    inv_account *account = NULL;
    char *moment = NULL;

    site_add_account(site, "dated");
    site_modify(site, "dn: uid=dated," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                      "userPassword: another horse battery\n");
    /* 389 DS answers first and notes it then */
    for (int tries = 0; tries < 400 && moment == NULL; tries++) {
        moment = site_value(site, "uid=dated," SITE_PEOPLE,
                            slapd_kind() == SLAPD_389DS ? "pwdUpdateTime" : "pwdChangedTime");
        if (moment == NULL)
            (void)nanosleep(&(struct timespec){.tv_nsec = 25000000}, NULL);
    }
    ck_assert_ptr_nonnull(moment);
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_OK);
    ck_assert_str_eq(account->password_changed_text, moment);
    ck_assert_int_ge(account->password_changed, account->created);
    free(moment);
    inv_account_free(&account);
    inv_jid_free(&name);
}
END_TEST

START_TEST(logins)
{
    ck_assert_int_eq(calls_login("alice", SITE_PASSWORD), INV_OK);
    ck_assert_int_eq(calls_login("alice", "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("alice", ""), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_login("nobody2", SITE_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(calls_status("alice"), INV_OK);
    ck_assert_int_eq(calls_status("nobody2"), INV_NO_ACCOUNT);
}
END_TEST

START_TEST(guests_whose_time_is_over)
{
    site_add_account(site, "guest");
    site_modify(site, "dn: uid=guest," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: xmppAccountExpires\nxmppAccountExpires: 20200101000000Z\n");
    ck_assert_int_eq(calls_login("guest", SITE_PASSWORD), INV_ACCOUNT_EXPIRED);
    ck_assert_int_eq(calls_login("guest", "wrong"), INV_WRONG_PASSWORD);
    ck_assert_int_eq(calls_status("guest"), INV_ACCOUNT_EXPIRED);
    site_add_account(site, "locked");
    site_lock_account(site, "locked");
    ck_assert_int_eq(calls_status("locked"), INV_ACCOUNT_EXPIRED);
    ck_assert_int_ne(calls_login("locked", SITE_PASSWORD), INV_OK);
}
END_TEST

/* A password that an administrator set: the account is there and good, and a change is due. */
START_TEST(a_password_that_has_to_be_changed)
{
    if (slapd_kind() == SLAPD_389DS)
        return; /* has no pwdReset */
    site_add_account(site, "fresh");
    ck_assert_int_eq(calls_status("fresh"), INV_OK);
    ck_assert(!verdict.must_change);
    site_modify(site, "dn: uid=fresh," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: pwdReset\npwdReset: TRUE\n");
    ck_assert_int_eq(calls_status("fresh"), INV_OK);
    ck_assert(verdict.must_change);
    ck_assert_int_eq(calls_login("fresh", SITE_PASSWORD), INV_OK);
    ck_assert(verdict.must_change);
    ck_assert_int_eq(calls_status("alice"), INV_OK);
    ck_assert(!verdict.must_change);
    ck_assert_int_eq(calls_login("fresh", "wrong"), INV_WRONG_PASSWORD);
    ck_assert(!verdict.must_change);
}
END_TEST

/* Nobody logs in as one of two. */
START_TEST(several_with_one_name)
{
    inv_jid *name = site_name(site, "twin");
    inv_account *account = NULL;

    site_add_account(site, "twin");
    site_modify(site, "dn: ou=more,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: organizationalUnit\n\n"
                      "dn: uid=twin,ou=more,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: inetOrgPerson\ncn: twin\nsn: twin\n"
                      "userPassword: " SITE_PASSWORD "\n");
    ck_assert_int_eq(inv_account_find(&call, name, &account), INV_OK);
    ck_assert_ptr_nonnull(account);
    ck_assert(account->several);
    ck_assert_int_eq(calls_login("twin", SITE_PASSWORD), INV_NO_ACCOUNT);
    ck_assert_int_eq(calls_status("twin"), INV_NO_ACCOUNT);
    inv_account_free(&account);
    inv_jid_free(&name);
}
END_TEST

START_TEST(reset_filter)
{
    bool may = false;

    ck_assert_int_eq(inv_account_may_reset(&call, "uid=alice," SITE_PEOPLE, &may), INV_OK);
    ck_assert(may);
    ck_assert_int_eq(inv_account_may_reset(&call, SITE_PEOPLE, &may), INV_OK);
    ck_assert(!may);
    ck_assert_int_eq(inv_account_may_reset(&call, "uid=none," SITE_PEOPLE, &may), INV_CONFIG);
    ck_assert(!may);
}
END_TEST

/* ---------------------------------------------------------------- where only SCRAM verifiers are
 * kept */

static void start_hidden_scram(void)
{
    const struct site_settings settings = {.domain_lines = "password_verifiers = scram-sha-256\n"
                                                           "scram_iterations = 4096\n"};

    site = site_start(&settings);
}

static void start_scram(void)
{
    start_hidden_scram();
    site_show_verifiers(site);
}

START_TEST(readable_verifiers_prove_a_password)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_uint_eq(site_values(site, "uid=scram," SITE_PEOPLE, "userPassword"), 0);
    ck_assert_uint_eq(site_values(site, "uid=scram," SITE_PEOPLE, "authPassword"), 1);
    ck_assert(site_login(site, "scram", SITE_PASSWORD));
    ck_assert(!site_login(site, "scram", "wrong"));
    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, "scram", "some other password", &redeemed),
                     INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

/* Nobody's password is wrong because an ACL hides what would prove it. */
START_TEST(hidden_verifiers_prove_nothing)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(site_redeem(site, token, "scram", SITE_PASSWORD, &redeemed), INV_CONFIG);
    ck_assert_ptr_nonnull(strstr(redeemed.why, "authPassword"));
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("account");
    TCase *account = tcase_create("account");
    TCase *scram = tcase_create("scram");
    TCase *hidden = tcase_create("hidden");

    tcase_set_timeout(account, 60);
    tcase_add_unchecked_fixture(account, fixture_start, fixture_stop);
    tcase_add_checked_fixture(account, calls_begin, calls_end);
    tcase_add_test(account, a_new_account_is_what_the_domain_says);
    tcase_add_test(account, the_end_of_a_guest);
    tcase_add_test(account, scram_brings_its_class);
    tcase_add_test(account, a_reset_replaces_every_verifier);
    tcase_add_test(account, a_reset_in_the_directory);
    tcase_add_loop_test(account, what_an_answer_means, 0,
                        (int)(sizeof(answers) / sizeof(answers[0])));
    tcase_add_test(account, when_a_password_was_set);
    tcase_add_test(account, logins);
    tcase_add_test(account, guests_whose_time_is_over);
    tcase_add_test(account, a_password_that_has_to_be_changed);
    tcase_add_test(account, several_with_one_name);
    tcase_add_test(account, reset_filter);
    suite_add_tcase(suite, account);
    tcase_set_timeout(scram, 60);
    tcase_add_unchecked_fixture(scram, start_scram, fixture_stop);
    tcase_add_test(scram, readable_verifiers_prove_a_password);
    suite_add_tcase(suite, scram);
    tcase_set_timeout(hidden, 60);
    tcase_add_unchecked_fixture(hidden, start_hidden_scram, fixture_stop);
    tcase_add_test(hidden, hidden_verifiers_prove_nothing);
    suite_add_tcase(suite, hidden);
    return suite_run(suite);
}
