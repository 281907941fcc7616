/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/agent/agent_many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agent_fixture.h"

#define PAIRS 5000

START_TEST(many_in_flight_are_all_answered)
{
    bool seen[4 * MANY + 1] = {false};
    struct agent_reply reply;

    for (int i = 0; i < MANY; i++) {
        (void)agent_send(client, "exists", "alice", NULL);
        (void)agent_send(client, "ping", NULL);
        (void)agent_send(client, "roster", "nobody-here", NULL);
        (void)agent_send(client, "unheard-of", NULL);
    }
    for (int i = 0; i < 4 * MANY; i++) {
        unsigned long id;

        ck_assert(agent_receive(client, &reply));
        id = strtoul(reply.id, NULL, 10);
        ck_assert_uint_ge(id, 1);
        ck_assert_uint_le(id, 4 * MANY);
        ck_assert_msg(!seen[id], "%lu was answered twice", id);
        seen[id] = true;
        ck_assert_str_eq(reply.result, id % 4 == 0 ? "BAD_REQUEST" : "OK");
    }
}
END_TEST

/*
 * Two workers that are done at the same time: the loop must not sleep on the second answer. That
 * once took some 30000 pairs to happen: this many find it in one of a few runs.
 */
START_TEST(no_answer_is_left_lying)
{
    struct agent_reply reply;

    for (int i = 0; i < PAIRS; i++) {
        (void)agent_send(client, "check", "no token", "", NULL);
        (void)agent_send(client, "check", "no token", "", NULL);
        for (int j = 0; j < 2; j++) {
            ck_assert(agent_receive(client, &reply));
            agent_expect(reply, "BAD_TOKEN");
        }
    }
}
END_TEST

/* One token, 32 clients: one account. */
START_TEST(one_token_and_many_names)
{
    struct agent_client *clients[MANY];
    struct agent_reply reply;
    inv_token *token;
    char text[INV_TOKEN_LENGTH + 1];
    size_t won = 0;
    char name[32];

    (void)snprintf(text, sizeof(text), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, "alice@example.org", NULL, &token));
    for (int i = 0; i < MANY; i++)
        clients[i] = agent_connect(site);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), "racer%d", i);
        (void)agent_send(clients[i], "register", text, name, SITE_PASSWORD, ADDRESS, "", NULL);
    }
    for (int i = 0; i < MANY; i++) {
        ck_assert(agent_receive(clients[i], &reply));
        if (strcmp(reply.result, "OK") == 0)
            won++;
        else
            agent_expect(reply, "BAD_TOKEN");
        agent_disconnect(&clients[i]);
    }
    ck_assert_uint_eq(won, 1);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=racer*)"), 1);
    site_expect(site, token, 0, 0, 1, 1, 1);
    inv_token_free(&token);
}
END_TEST

START_TEST(one_token_one_name_and_one_password)
{
    struct agent_reply reply;
    inv_token *token;
    char text[INV_TOKEN_LENGTH + 1];

    (void)snprintf(text, sizeof(text), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, &token));
    for (int i = 0; i < 8; i++)
        (void)agent_send(client, "register", text, "twin", SITE_PASSWORD, ADDRESS, "", NULL);
    for (int i = 0; i < 8; i++) {
        ck_assert(agent_receive(client, &reply));
        agent_expect(reply, "OK");
    }
    site_expect(site, token, 0, 0, 1, 1, 0);
    inv_token_free(&token);
}
END_TEST

void agent_many_add(TCase *tests)
{
    tcase_add_test(tests, many_in_flight_are_all_answered);
    tcase_add_test(tests, no_answer_is_left_lying);
    tcase_add_test(tests, one_token_and_many_names);
    tcase_add_test(tests, one_token_one_name_and_one_password);
}
