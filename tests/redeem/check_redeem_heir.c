/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/leftover.h"

/*
 * An unlimited invite has no claim: that pairs of an earlier holder of the name are still to go is
 * told by nothing but these pairs, and by how new the account is.
 */

/* A name whose account and pair are both of long ago: 389 DS takes no such stamps. */
#define OLD_ACCOUNT                                                                                \
    "dn: uid=veteran," SITE_PEOPLE "\nobjectClass: inetOrgPerson\nobjectClass: xmppAccount\n"      \
    "uid: veteran\ncn: veteran\nsn: veteran\nxmppJid: veteran@example.org\n"                       \
    "inviteNonce: 0011223344556677\nuserPassword: " SITE_PASSWORD "\n"                             \
    "createTimestamp: 20200101000000Z\nmodifyTimestamp: 20200101000000Z\n\n"
#define OLDER_PAIR                                                                                 \
    "dn: rosterPairId=older," SITE_ROSTERS "\nobjectClass: xmppRosterPair\nrosterPairId: older\n"  \
    "xmppContactJid: veteran@example.org\nxmppContactJid: carol@elsewhere.example\n"               \
    "rosterGroup: Old\ncreateTimestamp: 20190101000000Z\nmodifyTimestamp: 20190101000000Z\n"

static void start(void)
{
    const struct site_settings settings = {
        .extra_ldif = OLD_ACCOUNT OLDER_PAIR,
    };

    fixture_start_aged_with(&settings);
}

/* The account stands, and its maker died before the pairs of an earlier holder went. */
START_TEST(an_earlier_holders_pairs_go_when_it_is_repeated)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);
    inv_token *plain = site_invite(site, NULL, 0);

    leftover_pair(site, NULL, "h1@example.org", "carol@elsewhere.example");
    leftover_pair(site, NULL, "h2@example.org", "carol@elsewhere.example");
    site_next_second();
    leftover_account(site, token, "h1");
    leftover_pair(site, token, "h1@example.org", "alice@example.org");
    leftover_account(site, plain, "h2");
    redeem(token, "h1", SITE_PASSWORD);
    expect(INV_OK);
    redeem(plain, "h2", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_pairs_of(site, "h1@example.org"), 1);
    site_expect(site, token, 1, 0, 0, 1, 1);
    ck_assert_uint_eq(site_pairs_of(site, "h2@example.org"), 0);
    inv_token_free(&plain);
    inv_token_free(&token);
}
END_TEST

/* The time is up when the account is there. */
static void refuse_after_the_add(void *context, counter_moment moment, size_t number, size_t write)
{
    inv_call *call = context;

    (void)number;
    if (moment == COUNTER_AFTER_ANSWER && write == 1)
        call->deadline = inv_deadline_in(0);
}

/* Nobody is told that all is well while the contacts of another stand on the roster. */
START_TEST(what_could_not_be_removed_is_told)
{
    inv_token *token = site_invite(site, NULL, 0);
    struct counter *counter;
    inv_call call;

    leftover_pair(site, NULL, "h3@example.org", "carol@elsewhere.example");
    site_next_second();
    site_begin(site, &call, &verdict);
    counter = counter_attach(call.directory);
    counter->at = refuse_after_the_add;
    counter->context = &call;
    (void)site_redeem_in(&call, token, "h3", SITE_PASSWORD);
    counter_detach(call.directory, &counter);
    inv_call_end(&call);
    expect(INV_TIMEOUT);
    site_expect(site, token, 1, 0, 0, 1, 0);
    ck_assert_uint_eq(site_pairs_of(site, "h3@example.org"), 1);
    redeem(token, "h3", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_pairs_of(site, "h3@example.org"), 0);
    inv_token_free(&token);
}
END_TEST

/* Restored by adding it again, an account looks younger than its pairs for ever. */
START_TEST(an_account_of_long_ago_loses_nothing)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);

    if (slapd_kind() != SLAPD_OPENLDAP) {
        inv_token_free(&token);
        return;
    }
    site_modify(site,
                "dn: uid=veteran," SITE_PEOPLE "\nchangetype: modify\nadd: inviteId\n"
                "inviteId: %s\n",
                inv_token_id(token));
    redeem(token, "veteran", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_ROSTERS, "(rosterPairId=older)"), 1);
    inv_token_free(&token);
}
END_TEST

#define MANY 520 /* more than the directory tells in one answer */

/* Pairs of a name, one LDIF for all. */
static void pair_with_many(const char *local)
{
    char *ldif = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&ldif, &size);

    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY; i++)
        (void)fprintf(stream,
                      "dn: rosterPairId=%s%d," SITE_ROSTERS "\nchangetype: add\n"
                      "objectClass: xmppRosterPair\nxmppContactJid: %s@example.org\n"
                      "xmppContactJid: friend%d@elsewhere.example\nrosterGroup: Old\n\n",
                      local, i, local, i);
    (void)fclose(stream);
    site_modify(site, "%s", ldif);
    free(ldif);
}

START_TEST(more_pairs_than_one_answer_has)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);

    pair_with_many("h4");
    redeem(token, "h4", SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_pairs_of(site, "h4@example.org"), 1);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* They belong to who has the name, and concern neither a new password nor a new contact. */
START_TEST(somebody_with_many_contacts)
{
    struct site_request request;
    inv_token *token = NULL;

    site_add_account(site, "h5");
    pair_with_many("h5");
    token = site_reset_invite(site, "h5");
    redeem(token, "h5", "staple battery horse");
    expect(INV_OK);
    inv_token_free(&token);
    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    token = site_create(site, &request);
    (void)site_redeem_contact(site, token, "h5@example.org", &verdict);
    expect(INV_OK);
    ck_assert_uint_eq(site_pairs_of(site, "h5@example.org"), MANY + 1);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_heir");
    TCase *heirs = tcase_create("heirs");

    tcase_set_timeout(heirs, 60);
    tcase_add_unchecked_fixture(heirs, start, fixture_stop);
    tcase_add_test(heirs, an_earlier_holders_pairs_go_when_it_is_repeated);
    tcase_add_test(heirs, what_could_not_be_removed_is_told);
    tcase_add_test(heirs, an_account_of_long_ago_loses_nothing);
    tcase_add_test(heirs, more_pairs_than_one_answer_has);
    tcase_add_test(heirs, somebody_with_many_contacts);
    suite_add_tcase(suite, heirs);
    return suite_run(suite);
}
