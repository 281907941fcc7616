/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/account_verifiers.h"
#include "invitegate/directory.h"
#include "invitegate/verifier.h"
#include "tests/support/calls.h"
#include "tests/support/counter.h"

/* Which SCRAM verifiers an account has to serve, and why none. */

#define BOTH           "password_verifiers = server scram-sha-1 scram-sha-256\nscram_iterations = 4096\n"
#define SCRAM_ONLY     "password_verifiers = scram-sha-256\nscram_iterations = 4096\n"
#define OTHER_PASSWORD "set by somebody else"

static inv_account_verifiers found;
static size_t most_flights; /* of one look */
static size_t searches;     /* of the last one */

static void look(const char *local)
{
    struct counter *counter = counter_attach(call.directory);
    inv_jid *name = site_name(site, local);

    inv_account_verifiers_clear(&found);
    verdict = (inv_verdict)INV_VERDICT_INIT;
    ck_assert_msg(inv_account_verifiers_find(&call, name, &found) == INV_OK, "%s", verdict.why);
    ck_assert_uint_le(counter->flights, most_flights);
    ck_assert_uint_eq(counter->writes, 0);
    ck_assert_uint_eq(counter->proofs, 0);
    searches = counter->sends;
    counter_detach(call.directory, &counter);
    inv_jid_free(&name);
}

static void expect_state(const char *local, inv_verifiers_state wanted, const char *words)
{
    look(local);
    ck_assert_msg(found.state == wanted, "%s: state %d, not %d: %s", local, found.state, wanted,
                  verdict.why);
    ck_assert_msg(strstr(verdict.why, words) != NULL, "%s: %s", local, verdict.why);
    ck_assert((found.count > 0) == (wanted == INV_VERIFIERS_FRESH));
}

static void make(const char *local)
{
    inv_token *token = site_invite(site, NULL, 1);

    (void)site_redeem(site, token, local, SITE_PASSWORD, &verdict);
    expect(INV_OK);
    inv_token_free(&token);
}

static void change(const char *local, const char *lines)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\n%s", local, lines);
}

/* Over a connection of which nothing is remembered. */
static void connect_anew(void)
{
    inv_call_end(&call);
    inv_directory_end_kept();
    calls_begin();
}

static void begin(void)
{
    inv_directory_end_kept();
    calls_begin();
    most_flights = 1;
    found = (inv_account_verifiers){.count = 0};
}

static void end(void)
{
    inv_account_verifiers_clear(&found);
    calls_end();
}

/* With what init records of such a directory, and with a directory that dates nothing. */
static bool dated;

static void record(const char *word)
{
    site_modify(site,
                "dn: " SITE_INVITES "\nchangetype: modify\nreplace: invitePasswordDates\n"
                "invitePasswordDates: %s\n",
                word);
}

static void start_both(void)
{
    dated = true;
    calls_start_with(BOTH);
    site_show_verifiers(site);
}

static void start_never(void)
{
    start_both();
    dated = false;
    record("never");
}

/* What is served where the directory dates passwords is stale where it does not. */
static void expect_served(const char *local)
{
    expect_state(local, dated ? INV_VERIFIERS_FRESH : INV_VERIFIERS_STALE,
                 dated ? "" : "does not date passwords");
}

START_TEST(the_values)
{
    inv_secret *password = inv_secret_new(SITE_PASSWORD, strlen(SITE_PASSWORD));
    inv_secret *another = inv_secret_new("another", strlen("another"));

    make("ada");
    expect_served("ada");
    ck_assert_uint_eq(found.count, dated ? 2 : 0);
    for (size_t i = 0; i < found.count; i++) {
        const char *value = inv_secret_bytes(found.values[i].value);
        size_t length = inv_secret_length(found.values[i].value);

        ck_assert(strcmp(found.values[i].mechanism, "SCRAM-SHA-1") == 0 ||
                  strcmp(found.values[i].mechanism, "SCRAM-SHA-256") == 0);
        ck_assert_int_eq(
            strncmp(value, found.values[i].mechanism, strlen(found.values[i].mechanism)), 0);
        ck_assert_int_eq(value[strlen(found.values[i].mechanism)], '$');
        ck_assert_int_eq(inv_verifier_match(value, length, password), INV_MATCH_YES);
        ck_assert_int_eq(inv_verifier_match(value, length, another), INV_MATCH_NO);
    }
    if (dated)
        ck_assert_str_ne(found.values[0].mechanism, found.values[1].mechanism);
    inv_secret_free(&password);
    inv_secret_free(&another);
}
END_TEST

/* Not those of a mechanism that the domain keeps no more, and nothing that is no verifier. */
START_TEST(other_values_never_leave)
{
    make("bob");
    change("bob", "replace: authPassword\n"
                  "authPassword: MD5$AAAA$AAAAAAAAAAAAAAAAAAAAAA==\n"
                  "authPassword: SCRAM-SHA-512$4096:AAECAwQFBgcICQoLDA0ODw==$DBrOiJLJVkZeM/"
                  "lYBjyn8Hk/LQ2RrM3V/Yg5Hd19QfaCFV/oaPeQAMJkwtvBdi4XgARejU3ucE9eDagBMHJ+Vw==:"
                  "2vDce8mhwQs1RvSfuxS4bDFFONxrAOi/yeePIaiwig2xiC16lQeN+wHOzONm/"
                  "18VM49JFg9XoAyQ7oHFPavA3g==\n"
                  "authPassword: SCRAM-SHA-256$4096:AAAA$AAAA:AAAA\n");
    expect_state("bob", INV_VERIFIERS_NONE, "no SCRAM verifiers");
}
END_TEST

/* RFC 3112 allows spaces, also more of them than an answer has room for. */
START_TEST(spaces_do_not_leave)
{
    static const char value[] =
        "SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    static char spaces[40000];
    char *lines = NULL;

    memset(spaces, ' ', sizeof(spaces) - 1);
    spaces[sizeof(spaces) - 1] = '\0';
    make("ben");
    ck_assert_int_ge(asprintf(&lines, "replace: authPassword\nauthPassword: SCRAM-SHA-256%s$ %s\n",
                              spaces, strchr(value, '$') + 1),
                     0);
    site_modify(site, "dn: uid=ben," SITE_PEOPLE "\nchangetype: modify\n%s", lines);
    free(lines);
    expect_served("ben");
    if (!dated)
        return;
    ck_assert_uint_eq(found.count, 1);
    ck_assert_str_eq(inv_secret_bytes(found.values[0].value), value);
}
END_TEST

START_TEST(no_account)
{
    expect_state("nobody-has-it", INV_VERIFIERS_NO_ACCOUNT, "no such account");
    site_modify(site, "dn: uid=cat," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "objectClass: xmppAccount\nuid: cat\ncn: cat\nsn: cat\n"
                      "xmppJid: other@example.org\n");
    expect_state("cat", INV_VERIFIERS_NO_ACCOUNT, "another JID");
}
END_TEST

START_TEST(several_holders)
{
    make("dan");
    site_modify(site, "dn: cn=dan," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "objectClass: xmppAccount\ncn: dan\nsn: dan\nxmppJid: dan@example.org\n");
    expect_state("dan", INV_VERIFIERS_SEVERAL, "several entries");
}
END_TEST

/* For good, and by failed logins. */
START_TEST(locked)
{
    make("eve");
    site_lock_account(site, "eve");
    expect_state("eve", INV_VERIFIERS_LOCKED, "locked");
    site_unlock_account(site, "eve");
    expect_served("eve");
    site_lock_by_failures(site, "eve");
    most_flights = 3; /* its policy tells when the lock ends */
    expect_state("eve", INV_VERIFIERS_LOCKED, "locked");
    most_flights = 1;
    site_unlock_after_failures(site, "eve");
    expect_served("eve");
}
END_TEST

START_TEST(expired)
{
    make("fay");
    change("fay", "add: xmppAccountExpires\nxmppAccountExpires: 20200102030405Z\n");
    expect_state("fay", INV_VERIFIERS_EXPIRED, "expired");
    change("fay", "replace: xmppAccountExpires\nxmppAccountExpires: 20990102030405Z\n");
    expect_served("fay");
}
END_TEST

START_TEST(none)
{
    expect_state("alice", INV_VERIFIERS_NONE, "no SCRAM verifiers");
}
END_TEST

/* By another password, and by none. */
START_TEST(stale)
{
    make("gus");
    site_next_second();
    change("gus", "replace: userPassword\nuserPassword: " OTHER_PASSWORD "\n");
    expect_state("gus", INV_VERIFIERS_STALE, dated ? "changed elsewhere" : "does not date");
    make("hal");
    change("hal", "delete: userPassword\n");
    expect_state("hal", INV_VERIFIERS_STALE, dated ? "userPassword was deleted" : "does not date");
}
END_TEST

/* 389 DS: it does not inherit that changes are dated. */
START_TEST(a_policy_of_its_own)
{
    if (slapd_kind() != SLAPD_389DS)
        return;
    make("ira");
    site_modify(site, "dn: cn=own," SITE_PEOPLE "\nchangetype: add\nobjectClass: ldapsubentry\n"
                      "objectClass: passwordPolicy\ncn: own\npasswordMinLength: 8\n");
    change("ira", "add: pwdPolicySubentry\npwdPolicySubentry: cn=own," SITE_PEOPLE "\n");
    most_flights = 2;
    expect_state("ira", INV_VERIFIERS_STALE, "the password policy of this entry");
    site_modify(site, "dn: cn=own," SITE_PEOPLE "\nchangetype: modify\n"
                      "add: passwordTrackUpdateTime\npasswordTrackUpdateTime: on\n");
    expect_state("ira", INV_VERIFIERS_FRESH, "");
    change("ira", "replace: pwdPolicySubentry\npwdPolicySubentry: cn=gone," SITE_PEOPLE "\n");
    expect_state("ira", INV_VERIFIERS_STALE, "may not read it");
}
END_TEST

START_TEST(without_the_record)
{
    make("ida");
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\ndelete: invitePasswordDates\n");
    expect_state("ida", INV_VERIFIERS_STALE, "invitectl init");
    record("never");
    expect_state("ida", INV_VERIFIERS_STALE, "does not date passwords");
    site_record_dates(site); /* what init records counts at once */
    expect_state("ida", INV_VERIFIERS_FRESH, "");
}
END_TEST

/* ------------------------------------------------------------------- what a lookup asks for */

/* The entry, and the userPassword where the domain keeps one. */
static size_t searches_of_the_account(void)
{
    return (site_domain(site)->verifiers & INV_VERIFIERS_USER_PASSWORD) != 0 ? 2 : 1;
}

static void expect_searches(const char *local, size_t wanted)
{
    look(local);
    ck_assert_msg(searches == wanted, "%s: %zu searches, not %zu", local, searches, wanted);
}

/*
 * The record is read once in ten seconds and connection, by whatever name comes first; and a name
 * that nobody has costs as much as one that somebody has, or whose verifiers are served to nobody.
 */
START_TEST(each_name_costs_the_same)
{
    static const char *const names[] = {"lou", "nobody-has-it", "mo", "alice"};
    const size_t count = sizeof(names) / sizeof(names[0]);

    make("lou");
    make("mo");
    site_next_second();
    change("mo", "replace: userPassword\nuserPassword: " OTHER_PASSWORD "\n");
    for (size_t i = 0; i < count; i++) {
        connect_anew();
        expect_searches(names[i], searches_of_the_account() + 1);
        for (size_t j = 0; j < count; j++)
            expect_searches(names[j], searches_of_the_account() + (dated ? 0 : 1));
    }
}
END_TEST

START_TEST(remembered_for_ten_seconds)
{
    make("nell");
    expect_searches("nell", searches_of_the_account() + 1);
    record("never");
    expect_state("nell", INV_VERIFIERS_FRESH, "");
    connect_anew();
    expect_state("nell", INV_VERIFIERS_STALE, "does not date passwords");
    site_record_dates(site);
    connect_anew();
    expect_state("nell", INV_VERIFIERS_FRESH, "");
    record("never");
    (void)nanosleep(&(struct timespec){.tv_sec = 10, .tv_nsec = 10000000}, NULL);
    expect_searches("nell", searches_of_the_account() + 1);
    ck_assert_int_eq(found.state, INV_VERIFIERS_STALE);
    site_record_dates(site);
}
END_TEST

/* The domains of one directory share connections. */
START_TEST(remembered_of_one_domain)
{
    inv_domain *domain = site_domain(site);
    char *own = domain->invites;
    char other[] = SITE_ROSTERS;

    make("olga");
    expect_state("olga", INV_VERIFIERS_FRESH, "");
    domain->invites = other;
    expect_state("olga", INV_VERIFIERS_STALE, "invitectl init");
    domain->invites = own;
    expect_state("olga", INV_VERIFIERS_FRESH, "");
}
END_TEST

/* The flight that left the search for the record out went over another connection. */
START_TEST(not_remembered_of_a_lost_connection)
{
    make("pia");
    expect_state("pia", INV_VERIFIERS_FRESH, "");
    record("never");
    site_restart(site, NULL, NULL);
    most_flights = 3; /* one that is lost, the same again, the record */
    expect_state("pia", INV_VERIFIERS_STALE, "does not date passwords");
    most_flights = 1;
    site_record_dates(site);
    expect_state("pia", INV_VERIFIERS_FRESH, "");
    /* for a name without an account it is read as well */
    site_restart(site, NULL, NULL);
    most_flights = 3;
    expect_state("nobody-has-it", INV_VERIFIERS_NO_ACCOUNT, "no such account");
    most_flights = 1;
    expect_searches("pia", searches_of_the_account());
}
END_TEST

START_TEST(a_domain_that_keeps_none)
{
    inv_domain *domain = site_domain(site);
    const unsigned kept = domain->verifiers;

    make("jan");
    domain->verifiers = INV_VERIFIER_SERVER;
    expect_state("jan", INV_VERIFIERS_NONE, "password_verifiers");
    domain->verifiers = INV_VERIFIER_SERVER | INV_VERIFIER_SCRAM_SHA_1;
    expect_state("jan", INV_VERIFIERS_FRESH, "");
    ck_assert_uint_eq(found.count, 1);
    ck_assert_str_eq(found.values[0].mechanism, "SCRAM-SHA-1");
    domain->verifiers = kept;
}
END_TEST

static const char *const asked[] = {"mail", "userCertificate", NULL};

static inv_entry *look_for(const char *local, const char *const *attributes)
{
    struct counter *counter = counter_attach(call.directory);
    inv_jid *name = site_name(site, local);
    inv_entry *entry = NULL;

    inv_account_verifiers_clear(&found);
    ck_assert_msg(inv_account_properties_find(&call, name, attributes, &found, &entry) == INV_OK,
                  "%s", verdict.why);
    ck_assert_uint_eq(counter->flights, 1);
    counter_detach(call.directory, &counter);
    inv_jid_free(&name);
    return entry;
}

/* Attributes cost no round trip more, and only who may log in has any. */
START_TEST(with_attributes)
{
    inv_entry *entry;

    make("mia");
    entry = look_for("mia", asked);
    ck_assert_ptr_nonnull(entry);
    ck_assert_int_eq(found.state, INV_VERIFIERS_FRESH);
    ck_assert_uint_gt(found.count, 0);
    ck_assert_str_eq(inv_entry_text(entry, "mail"), "mia@example.org");
    ck_assert_uint_eq(inv_entry_count(entry, "userCertificate"), 0);
    ck_assert_uint_eq(inv_entry_count(entry, "sn"), 0);
    inv_entry_free(&entry);
    ck_assert_ptr_null(look_for("mia", asked + 2));
    ck_assert_ptr_null(look_for("mia", NULL));
    ck_assert_ptr_null(look_for("nobody-has-it", asked));
    site_lock_account(site, "mia");
    ck_assert_ptr_null(look_for("mia", asked));
    ck_assert_int_eq(found.state, INV_VERIFIERS_LOCKED);
}
END_TEST

/* One that cannot be read is none. */
static void start_hidden(void)
{
    dated = true;
    calls_start_with(BOTH);
}

START_TEST(hidden)
{
    make("kim");
    expect_state("kim", INV_VERIFIERS_NONE, "may not read");
}
END_TEST

static void start_scram_only(void)
{
    dated = true;
    calls_start_with(SCRAM_ONLY);
    site_show_verifiers(site);
}

START_TEST(without_a_password_in_the_directory)
{
    make("lea");
    expect_state("lea", INV_VERIFIERS_FRESH, "");
    site_next_second();
    change("lea", "add: userPassword\nuserPassword: " OTHER_PASSWORD "\n");
    expect_state("lea", INV_VERIFIERS_STALE, "changed elsewhere");
}
END_TEST

static TCase *each_reason(const char *name, void (*start)(void))
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, the_values);
    tcase_add_test(tests, other_values_never_leave);
    tcase_add_test(tests, spaces_do_not_leave);
    tcase_add_test(tests, no_account);
    tcase_add_test(tests, several_holders);
    tcase_add_test(tests, locked);
    tcase_add_test(tests, expired);
    tcase_add_test(tests, none);
    tcase_add_test(tests, stale);
    return tests;
}

static void add_costs(TCase *tests)
{
    tcase_add_test(tests, each_name_costs_the_same);
    tcase_add_test(tests, remembered_of_one_domain);
}

static TCase *alone(const char *name, void (*start)(void), const TTest *test)
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, test);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("account_verifiers");
    TCase *by_policy = each_reason("by_policy", start_both);
    TCase *only_scram;
    TCase *never;

    tcase_add_test(by_policy, a_policy_of_its_own);
    tcase_add_test(by_policy, without_the_record);
    tcase_add_test(by_policy, a_domain_that_keeps_none);
    add_costs(by_policy);
    tcase_add_test(by_policy, remembered_for_ten_seconds);
    suite_add_tcase(suite, by_policy);
    never = each_reason("never", start_never);
    tcase_add_test(never, each_name_costs_the_same);
    suite_add_tcase(suite, never);
    suite_add_tcase(suite, alone("lost", start_both, not_remembered_of_a_lost_connection));
    suite_add_tcase(suite, alone("hidden", start_hidden, hidden));
    tcase_add_test(by_policy, with_attributes);
    only_scram = alone("only_scram", start_scram_only, without_a_password_in_the_directory);
    tcase_add_test(only_scram, with_attributes);
    add_costs(only_scram);
    suite_add_tcase(suite, only_scram);
    return suite_run(suite);
}
