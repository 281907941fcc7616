/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "tests/support/counter.h"
#include "tests/support/fixture.h"
#include "tests/support/gateway.h"

/*
 * A code that a gateway makes, or a server in trouble, is no refusal: whatever became of the write,
 * no invite with one use makes two accounts, and the same token, name and password ends well.
 */

#define NEW_PASSWORD "some other battery horse"

static const struct {
    int code;
    inv_result result;
} codes[] = {
    {3, INV_TIMEOUT},         {11, INV_DIRECTORY_DOWN}, {51, INV_DIRECTORY_DOWN},
    {52, INV_DIRECTORY_DOWN}, {80, INV_DIRECTORY_DOWN},
};
#define CODES (sizeof(codes) / sizeof(codes[0]))

/* The loop index: code by code, done and late. */
#define code_of(i)   codes[(i) / 2].code
#define result_of(i) codes[(i) / 2].result
#define fate_of(i)   ((i) % 2 == 0 ? GATEWAY_DONE : GATEWAY_LATE)

static const char *unused_name(const char *prefix, int number)
{
    static char name[32];

    (void)snprintf(name, sizeof(name), "%s%d", prefix, number);
    return name;
}

/* Redeems while the gateway answers write number at. */
static struct gateway *redeem_through(const inv_token *token, const char *local,
                                      const char *password, size_t at, int code, gateway_fate fate)
{
    struct gateway *gateway;
    inv_call call;

    site_begin(site, &call, &verdict);
    gateway = gateway_attach(call.directory, at, code, fate);
    (void)site_redeem_in(&call, token, local, password);
    gateway_detach(call.directory, gateway);
    inv_call_end(&call);
    return gateway;
}

static int deliver(struct gateway **gateway)
{
    inv_call call;
    int code;

    site_begin(site, &call, &verdict);
    code = gateway_deliver(call.directory, gateway);
    inv_call_end(&call);
    return code;
}

/* ------------------------------------------------------------------------------ registrations */

START_TEST(the_add)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    const char *first = unused_name("add", _i);
    struct gateway *gateway =
        redeem_through(token, first, SITE_PASSWORD, 2, code_of(_i), fate_of(_i));

    if (fate_of(_i) == GATEWAY_DONE) {
        expect(INV_OK);
        gateway_free(&gateway);
    } else {
        expect(result_of(_i));
        site_expect(site, token, 0, 1, 0, 0, 0);
        redeem(token, "somebody-else", SITE_PASSWORD);
        expect(INV_BAD_TOKEN);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_SUCCESS);
        redeem(token, "somebody-else", SITE_PASSWORD);
        expect(INV_BAD_TOKEN);
    }
    redeem(token, first, SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(the_add_of_an_unlimited_invite)
{
    inv_token *token = site_invite(site, "alice@example.org", 0);
    const char *first = unused_name("open", _i);
    struct gateway *gateway =
        redeem_through(token, first, SITE_PASSWORD, 1, code_of(_i), fate_of(_i));

    if (fate_of(_i) == GATEWAY_DONE) {
        expect(INV_OK);
        gateway_free(&gateway);
    } else {
        expect(result_of(_i));
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_SUCCESS);
    }
    redeem(token, first, SITE_PASSWORD);
    expect(INV_OK);
    /* nothing tells later what an unlimited invite still owes: its pairs are repair's business */
    site_expect(site, token, 1, 0, 0, 1, fate_of(_i) == GATEWAY_DONE ? 1 : 0);
    inv_token_free(&token);
}
END_TEST

START_TEST(the_claim)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    const char *first = unused_name("claim", _i);
    struct gateway *gateway =
        redeem_through(token, first, SITE_PASSWORD, 1, code_of(_i), fate_of(_i));

    if (fate_of(_i) == GATEWAY_DONE) {
        expect(INV_OK);
        gateway_free(&gateway);
    } else {
        expect(result_of(_i));
        site_expect(site, token, 1, 0, 0, 0, 0);
        redeem(token, first, SITE_PASSWORD);
        expect(INV_OK);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_NO_SUCH_ATTRIBUTE);
    }
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(the_finish)
{
    inv_token *token = site_invite(site, NULL, 1);
    const char *first = unused_name("finish", _i);
    struct gateway *gateway =
        redeem_through(token, first, SITE_PASSWORD, 3, code_of(_i), fate_of(_i));

    expect(INV_OK);
    if (fate_of(_i) == GATEWAY_LATE) {
        redeem(token, first, SITE_PASSWORD);
        expect(INV_OK);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_NO_SUCH_ATTRIBUTE);
    }
    gateway_free(&gateway);
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

/* 53 is the server's own word: the use goes back at once. */
START_TEST(unwilling_is_a_refusal)
{
    inv_token *token = site_invite(site, "alice@example.org", 1);
    struct gateway *gateway =
        redeem_through(token, "unwilling", SITE_PASSWORD, 2, 53, GATEWAY_NEVER);

    expect(INV_DIRECTORY_DOWN);
    gateway_free(&gateway);
    site_expect(site, token, 1, 0, 0, 0, 0);
    redeem(token, "willing", SITE_PASSWORD);
    expect(INV_OK);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------------- resets */

START_TEST(the_change_of_a_reset)
{
    const char *local = unused_name("anew", _i);
    inv_token *token = site_account_and_reset(site, local);
    struct gateway *gateway =
        redeem_through(token, local, NEW_PASSWORD, 2, code_of(_i), fate_of(_i));

    if (fate_of(_i) == GATEWAY_DONE) {
        expect(INV_OK);
        gateway_free(&gateway);
    } else {
        expect(result_of(_i));
        site_expect(site, token, 0, 1, 0, 0, 0);
        ck_assert(site_login(site, local, SITE_PASSWORD));
        redeem(token, local, NEW_PASSWORD);
        expect(INV_OK);
        ck_assert_int_ne(deliver(&gateway), INV_LDAP_SUCCESS);
    }
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(site_login(site, local, NEW_PASSWORD));
    redeem(token, local, "a third password of somebody");
    expect(INV_BAD_TOKEN);
    inv_token_free(&token);
}
END_TEST

START_TEST(the_claim_of_a_reset)
{
    const char *local = unused_name("again", _i);
    inv_token *token = site_account_and_reset(site, local);
    struct gateway *gateway =
        redeem_through(token, local, NEW_PASSWORD, 1, code_of(_i), fate_of(_i));

    if (fate_of(_i) == GATEWAY_LATE) {
        expect(result_of(_i));
        redeem(token, local, NEW_PASSWORD);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_NO_SUCH_ATTRIBUTE);
    }
    expect(INV_OK);
    gateway_free(&gateway);
    site_expect(site, token, 0, 0, 1, 0, 0);
    ck_assert(site_login(site, local, NEW_PASSWORD));
    inv_token_free(&token);
}
END_TEST

struct quicker {
    const inv_token *token;
    const char *local;
};

static void reset_first(void *context, counter_moment moment, size_t number, size_t write)
{
    const struct quicker *quicker = context;
    inv_verdict other = INV_VERDICT_INIT;

    (void)number;
    if (moment == COUNTER_BEFORE_SEND && write == 2)
        ck_assert_int_eq(
            site_redeem(site, quicker->token, quicker->local, "the quicker password", &other),
            INV_OK);
}

/* What directories answer to the later of two resets: there is no such nonce, or one already. */
START_TEST(the_later_of_two_resets)
{
    static const int answers[] = {16, 19, 20, 65};
    const char *local = unused_name("late", _i);
    inv_token *token = site_account_and_reset(site, local);
    struct site_request request;
    struct quicker quicker = {.local = local};
    struct gateway *gateway;
    struct counter *counter;
    inv_token *other;
    inv_call call;

    site_request(site, &request, INV_INVITE_RESET, NULL);
    site_request_user(site, &request, local);
    other = site_create(site, &request);
    quicker.token = other;
    site_begin(site, &call, &verdict);
    gateway = gateway_attach(call.directory, 2, answers[_i], GATEWAY_NEVER);
    counter = counter_attach(call.directory);
    counter->at = reset_first;
    counter->context = &quicker;
    (void)site_redeem_in(&call, token, local, NEW_PASSWORD);
    counter_detach(call.directory, &counter);
    gateway_detach(call.directory, gateway);
    gateway_free(&gateway);
    inv_call_end(&call);
    expect(INV_BAD_TOKEN);
    ck_assert(site_login(site, local, "the quicker password"));
    site_expect(site, token, 1, 0, 0, 0, 0);
    site_expect(site, other, 0, 0, 1, 0, 0);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

/* ------------------------------------------------------------------------------------ contacts */

START_TEST(the_claim_of_a_contact)
{
    struct site_request request;
    struct gateway *gateway;
    inv_token *token;
    inv_jid *name;
    inv_call call;
    char jid[64];

    (void)snprintf(jid, sizeof(jid), "contact%d@elsewhere.example", _i);
    site_request(site, &request, INV_INVITE_CONTACT, "alice@example.org");
    token = site_create(site, &request);
    name = site_jid(jid);
    site_begin(site, &call, &verdict);
    gateway = gateway_attach(call.directory, 1, code_of(_i), fate_of(_i));
    (void)inv_redeem_contact(&call, token, name, 0);
    gateway_detach(call.directory, gateway);
    inv_call_end(&call);
    if (fate_of(_i) == GATEWAY_LATE) {
        expect(result_of(_i));
        (void)site_redeem_contact(site, token, jid, &verdict);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_NO_SUCH_ATTRIBUTE);
    }
    expect(INV_OK);
    gateway_free(&gateway);
    site_expect(site, token, 0, 0, 1, 0, 1);
    inv_jid_free(&name);
    inv_token_free(&token);
}
END_TEST

/* ------------------------------------------------------------------------------------- create */

/* at: the reservation is the first write, the invite the second. */
static struct gateway *create_through(const char *local, size_t at, int number, inv_token **token)
{
    struct site_request request;
    struct gateway *gateway;
    inv_call call;

    site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
    site_request_user(site, &request, local);
    site_begin(site, &call, &verdict);
    gateway = gateway_attach(call.directory, at, code_of(number), fate_of(number));
    (void)inv_invite_create(&call, &request.request, token);
    gateway_detach(call.directory, gateway);
    inv_call_end(&call);
    site_request_end(&request);
    return gateway;
}

START_TEST(the_add_of_an_invite)
{
    const char *local = unused_name("preset", _i);
    inv_token *token = NULL;
    inv_token *other = site_invite(site, NULL, 1);
    struct gateway *gateway = create_through(local, 2, _i, &token);

    if (fate_of(_i) == GATEWAY_DONE) {
        expect(INV_OK);
    } else {
        expect(result_of(_i));
        ck_assert_ptr_null(token);
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_SUCCESS);
    }
    gateway_free(&gateway);
    /* the invite is there: so is its reservation */
    redeem(other, local, SITE_PASSWORD);
    expect(INV_NAME_RESERVED);
    inv_token_free(&token);
    inv_token_free(&other);
}
END_TEST

START_TEST(the_reservation_of_an_invite)
{
    const char *local = unused_name("held", _i);
    inv_token *token = NULL;
    struct gateway *gateway = create_through(local, 1, _i, &token);

    expect(INV_OK);
    if (fate_of(_i) == GATEWAY_LATE)
        ck_assert_int_eq(deliver(&gateway), INV_LDAP_ENTRY_ALREADY_EXISTS);
    gateway_free(&gateway);
    redeem(token, local, SITE_PASSWORD);
    expect(INV_OK);
    ck_assert_uint_eq(site_count(site, SITE_INVITES,
                                 "(&(objectClass=xmppNameReservation)(inviteUser=%s))", local),
                      0);
    inv_token_free(&token);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redeem_codes");
    TCase *gateways = tcase_create("gateways");

    tcase_set_timeout(gateways, 60);
    tcase_add_unchecked_fixture(gateways, fixture_start_aged, fixture_stop);
    tcase_add_loop_test(gateways, the_add, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_add_of_an_unlimited_invite, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_claim, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_finish, 0, 2 * CODES);
    tcase_add_test(gateways, unwilling_is_a_refusal);
    tcase_add_loop_test(gateways, the_change_of_a_reset, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_claim_of_a_reset, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_later_of_two_resets, 0, 4);
    tcase_add_loop_test(gateways, the_claim_of_a_contact, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_add_of_an_invite, 0, 2 * CODES);
    tcase_add_loop_test(gateways, the_reservation_of_an_invite, 0, 2 * CODES);
    suite_add_tcase(suite, gateways);
    return suite_run(suite);
}
