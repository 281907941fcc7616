/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/agent/agent_costs.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/agent_fixture.h"

#define CLASS 8

START_TEST(bad_tokens_cost_their_address)
{
    static const char forged[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];

    agent_fixture_restart_with("limit_checks = 5/d\nlimit_registrations = 3/d");
    (void)snprintf(token, sizeof(token), "%s", agent_fixture_invite());
    for (int i = 0; i < 5; i++) {
        agent_ask(client, &reply, "check", forged, "2001:db8:7:7::1", NULL);
        agent_expect(reply, "BAD_TOKEN");
    }
    agent_ask(client, &reply, "check", forged, "2001:db8:7:7::2", NULL);
    agent_expect(reply, "THROTTLED"); /* the same /64 */
    agent_ask(client, &reply, "check", forged, ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN"); /* another one */
    agent_ask(client, &reply, "check", forged, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    /* the good neighbour of a bad one, as often as they like */
    for (int i = 0; i < 20; i++) {
        agent_ask(client, &reply, "check", token, "2001:db8:7:7::1", NULL);
        agent_expect(reply, "OK");
    }
    agent_ask(client, &reply, "register", forged, "hugo", SITE_PASSWORD, "2001:db8:7:7::1", "",
              NULL);
    agent_expect(reply, "BAD_TOKEN"); /* registrations are counted apart */
    agent_ask(client, &reply, "register", token, "hugo", SITE_PASSWORD, "2001:db8:7:7::1", "",
              NULL);
    agent_expect(reply, "OK");
}
END_TEST

/* A genuine token that is over costs its address like a forged one, whatever it is asked for. */
START_TEST(dead_tokens_cost_their_address)
{
    static const char forged[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static const char *const ops[] = {"check", "register", "reset"};
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char address[32];
    inv_token *token;

    agent_fixture_restart_with("limit_checks = 3/d\nlimit_registrations = 3/d");
    for (size_t op = 0; op < sizeof(ops) / sizeof(ops[0]); op++) {
        (void)snprintf(address, sizeof(address), "198.51.100.%zu", op + 1);
        for (int i = 0; i < 4; i++) {
            bool genuine = i < 3;

            (void)snprintf(text, sizeof(text), "%s",
                           agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, &token));
            ck_assert_int_eq(site_revoke(site, token), INV_OK);
            inv_token_free(&token);
            if (op == 0)
                agent_ask(client, &reply, "check", genuine ? text : forged, address, NULL);
            else
                agent_ask(client, &reply, ops[op], genuine ? text : forged, "alice", SITE_PASSWORD,
                          address, "", NULL);
            ck_assert_msg(strcmp(reply.result, genuine ? "BAD_TOKEN" : "THROTTLED") == 0,
                          "%s %d: %s", ops[op], i, reply.result);
        }
    }
}
END_TEST

START_TEST(refusals_cost_their_token)
{
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];

    agent_fixture_restart_with("limit_registrations = 3/d");
    (void)snprintf(token, sizeof(token), "%s", agent_fixture_invite());
    for (int i = 0; i < 3; i++) {
        agent_ask(client, &reply, "register", token, "alice", SITE_PASSWORD, "", "", NULL);
        agent_expect(reply, "NAME_TAKEN");
    }
    agent_ask(client, &reply, "register", token, "alice", SITE_PASSWORD, "", "", NULL);
    agent_expect(reply, "THROTTLED");
    agent_ask(client, &reply, "register", token, "ida", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "THROTTLED"); /* from wherever */
    agent_ask(client, &reply, "register", agent_fixture_invite(), "ida", SITE_PASSWORD, "", "",
              NULL);
    agent_expect(reply, "OK"); /* another token */
}
END_TEST

/* A class behind one address: everybody may be wrong as often as somebody with a token alone. */
START_TEST(many_share_a_token)
{
    struct agent_reply reply;
    char token[INV_TOKEN_LENGTH + 1];
    inv_token *made = site_invite(site, NULL, CLASS);
    char name[16];

    agent_fixture_restart_with("limit_registrations = 3/d");
    inv_token_write(made, token);
    for (int i = 0; i < CLASS; i++) {
        (void)snprintf(name, sizeof(name), "pupil%d", i);
        agent_ask(client, &reply, "register", token, "alice", SITE_PASSWORD, ADDRESS, "", NULL);
        agent_expect(reply, "NAME_TAKEN");
        agent_ask(client, &reply, "register", token, name, "short", ADDRESS, "", NULL);
        agent_expect(reply, "PASSWORD_REFUSED");
        if (i + 1 < CLASS) {
            agent_ask(client, &reply, "register", token, name, SITE_PASSWORD, ADDRESS, "", NULL);
            agent_expect(reply, "OK");
        }
    }
    for (int i = 0; i < CLASS; i++) {
        agent_ask(client, &reply, "register", token, "alice", SITE_PASSWORD, ADDRESS, "", NULL);
        agent_expect(reply, "NAME_TAKEN");
    }
    agent_ask(client, &reply, "register", token, "alice", SITE_PASSWORD, ADDRESS, "", NULL);
    agent_expect(reply, "THROTTLED");
    inv_token_free(&made);
}
END_TEST

void agent_costs_add(TCase *tests)
{
    tcase_add_test(tests, bad_tokens_cost_their_address);
    tcase_add_test(tests, dead_tokens_cost_their_address);
    tcase_add_test(tests, refusals_cost_their_token);
    tcase_add_test(tests, many_share_a_token);
}
