/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that invites reserve: by which, until when; revoking an invite and restoring it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/model/reservation.h"
#include "invitegate/directory.h"
#include "invitegate/timestamp.h"
#include "tests/support/calls.h"

#define ID "fe8ed1b9e1c311291f06daec7dba860f82c3632a"

/* --------------------------------------------------------------------------------- reservations */

static inv_result create_for(const char *user, time_t expires, inv_token **token)
{
    struct site_request request;
    inv_result result;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, user);
    request.request.expires = expires;
    result = inv_invite_create(&call, &request.request, token);
    site_request_end(&request);
    return result;
}

static void expect_holder(const char *user, const inv_token *token)
{
    char *dn = inv_reservation_dn(site_domain(site), user);
    char *holder = site_value(site, dn, "inviteId");

    if (token == NULL) {
        ck_assert_ptr_null(holder);
    } else {
        ck_assert_ptr_nonnull(holder);
        ck_assert_str_eq(holder, inv_token_id(token));
    }
    free(holder);
    free(dn);
}

START_TEST(a_name_is_reserved_once)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("once", time(NULL) + 60, &first), INV_OK);
    expect_holder("once", first);
    ck_assert_int_eq(create_for("once", time(NULL) + 60, &second), INV_NAME_RESERVED);
    ck_assert_msg(strstr(verdict.why, inv_token_id(first)) != NULL, "%s", verdict.why);
    expect_holder("once", first);
    inv_token_free(&first);
}
END_TEST

START_TEST(the_reservation_of_an_expired_invite_is_taken_over)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("over", time(NULL) - 1, &first), INV_OK);
    ck_assert_int_eq(create_for("over", time(NULL) + 60, &second), INV_OK);
    expect_holder("over", second);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first)), INV_OK);
    expect_holder("over", second);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

/* Begun before it expired: the name is not free yet. */
START_TEST(a_claim_keeps_the_reservation_of_an_expired_invite)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("begun", time(NULL) - 1, &first), INV_OK);
    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\nreplace: inviteUsesLeft\n"
                "inviteUsesLeft: 0\n-\nadd: inviteClaim\n"
                "inviteClaim: begun@example.org 0011223344556677\n",
                inv_token_id(first));
    ck_assert_int_eq(create_for("begun", time(NULL) + 60, &second), INV_NAME_RESERVED);
    inv_token_free(&first);
}
END_TEST

/* A create that died between the two adds holds the name for claim_grace. */
START_TEST(a_reservation_without_an_invite)
{
    inv_token *token = NULL;
    time_t end;

    site_modify(site, "dn: inviteUser=orphan," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppNameReservation\ninviteId: " ID "\n");
    ck_assert_int_eq(create_for("orphan", time(NULL) + 60, &token), INV_NAME_RESERVED);
    site_domain(site)->claim_grace = 1;
    for (end = time(NULL) + 20; token == NULL && time(NULL) < end; site_next_second())
        (void)create_for("orphan", time(NULL) + 60, &token);
    expect(INV_OK);
    expect_holder("orphan", token);
    inv_token_free(&token);
}
END_TEST

/* Seconds later, and long before the end of the grace: its create is under way. */
START_TEST(a_reservation_that_is_to_get_its_invite)
{
    inv_token *token = NULL;
    inv_token *other = site_invite(site, NULL, 1);
    time_t end;

    site_domain(site)->claim_grace = 20 * 60;
    site_modify(site, "dn: inviteUser=coming," SITE_INVITES "\nchangetype: add\n"
                      "objectClass: xmppNameReservation\ninviteId: " ID "\n");
    for (end = time(NULL) + 3; time(NULL) < end; site_next_second()) {
        ck_assert_int_eq(create_for("coming", time(NULL) + 60, &token), INV_NAME_RESERVED);
        ck_assert_int_eq(site_redeem(site, other, "coming", SITE_PASSWORD, &verdict),
                         INV_NAME_RESERVED);
    }
    inv_token_free(&other);
}
END_TEST

/* ------------------------------------------------------------------------------ revoke, restore */

static long uses_left(const inv_token *token)
{
    struct site_state state;

    site_state(site, token, &state);
    return state.uses_left;
}

START_TEST(revoked_and_restored)
{
    inv_token *token = site_invite(site, NULL, 5);

    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), -6);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), -6);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), 5);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), 5);
    inv_token_free(&token);
    ck_assert_int_eq(inv_invite_revoke(&call, ID), INV_BAD_TOKEN);
    ck_assert_int_eq(inv_invite_restore(&call, ID), INV_BAD_TOKEN);
}
END_TEST

START_TEST(a_used_invite_can_be_revoked_too)
{
    inv_token *token = site_invite(site, NULL, 1);
    inv_verdict redeemed;

    ck_assert_int_eq(site_redeem(site, token, "usedup", SITE_PASSWORD, &redeemed), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), -1);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token)), INV_OK);
    ck_assert_int_eq(uses_left(token), 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(a_revoked_invite_keeps_no_name)
{
    inv_token *first = NULL;
    inv_token *second = NULL;

    ck_assert_int_eq(create_for("kept", time(NULL) + 60, &first), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first)), INV_OK);
    expect_holder("kept", NULL);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(first)), INV_OK);
    expect_holder("kept", first);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first)), INV_OK);
    ck_assert_int_eq(create_for("kept", time(NULL) + 60, &second), INV_OK);
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(first)), INV_NAME_RESERVED);
    ck_assert_int_eq(uses_left(first), -2);
    expect_holder("kept", second);
    /* revoking the first again must not take the second's reservation away */
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(first)), INV_OK);
    expect_holder("kept", second);
    inv_token_free(&first);
    inv_token_free(&second);
}
END_TEST

START_TEST(an_invite_whose_name_was_taken_stays_revoked)
{
    inv_token *token = NULL;

    ck_assert_int_eq(create_for("snatched", time(NULL) + 60, &token), INV_OK);
    ck_assert_int_eq(inv_invite_revoke(&call, inv_token_id(token)), INV_OK);
    site_add_account(site, "snatched");
    ck_assert_int_eq(inv_invite_restore(&call, inv_token_id(token)), INV_NAME_TAKEN);
    ck_assert_int_eq(uses_left(token), -2);
    inv_token_free(&token);
}
END_TEST

/* Only the container itself may tell that a name is not reserved. */
static const struct {
    int code;
    const char *matched;
    bool entry;
    inv_result wanted;
} answers[] = {
    {INV_LDAP_SUCCESS, "", true, INV_OK},
    {INV_LDAP_SUCCESS, "", false, INV_CONFIG}, /* it is there and hidden */
    {INV_LDAP_NO_SUCH_OBJECT, SITE_INVITES, false, INV_OK},
    {INV_LDAP_NO_SUCH_OBJECT, "OU=Invites, " SITE_BASE, false, INV_OK},
    {INV_LDAP_NO_SUCH_OBJECT, SITE_BASE, false, INV_CONFIG},
    {INV_LDAP_NO_SUCH_OBJECT, "", false, INV_CONFIG},
    {INV_LDAP_NO_SUCH_OBJECT, NULL, false, INV_CONFIG},
    {INV_LDAP_INSUFFICIENT_ACCESS, "", false, INV_CONFIG},
    {INV_LDAP_BUSY, "", false, INV_DIRECTORY_DOWN},
};

START_TEST(what_an_answer_tells_of_a_reservation)
{
    inv_operation *read = reservation_read_operation(site_domain(site), "any");
    inv_entry *entry = answers[_i].entry ? inv_entry_new("inviteUser=any," SITE_INVITES) : NULL;
    const inv_entry *reservation = NULL;

    ck_assert(entry == NULL || inv_operation_append_entry(read, entry));
    inv_operation_answer(read, answers[_i].code, answers[_i].matched, "");
    ck_assert_int_eq(reservation_from_read(site_domain(site), read, &reservation, &verdict),
                     answers[_i].wanted);
    ck_assert_ptr_eq(reservation, entry);
    inv_operation_free(&read);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reservation");
    TCase *names = tcase_create("names");

    tcase_set_timeout(names, 60);
    tcase_add_unchecked_fixture(names, fixture_start, fixture_stop);
    tcase_add_checked_fixture(names, calls_begin, calls_end);
    tcase_add_test(names, a_name_is_reserved_once);
    tcase_add_test(names, the_reservation_of_an_expired_invite_is_taken_over);
    tcase_add_test(names, a_claim_keeps_the_reservation_of_an_expired_invite);
    tcase_add_test(names, a_reservation_without_an_invite);
    tcase_add_test(names, a_reservation_that_is_to_get_its_invite);
    tcase_add_test(names, revoked_and_restored);
    tcase_add_test(names, a_used_invite_can_be_revoked_too);
    tcase_add_test(names, a_revoked_invite_keeps_no_name);
    tcase_add_test(names, an_invite_whose_name_was_taken_stays_revoked);
    tcase_add_loop_test(names, what_an_answer_tells_of_a_reservation, 0,
                        sizeof(answers) / sizeof(answers[0]));
    suite_add_tcase(suite, names);
    return suite_run(suite);
}
