/* SPDX-License-Identifier: BSD-2-Clause */
/* invite-agent under a flood: whoever sends it, others go on. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/agent_fixture.h"
#include "tests/support/ldap_proxy.h"

#define FLOOD    150
#define WORKERS  4
#define CEILING  3 /* of WORKERS, what one subject may have */
#define WAITING  256
#define PATIENCE 3000 /* times 10 milliseconds */

static struct ldap_proxy *proxy;

/* The site's configuration, with the proxy in the place of the directory. */
static void configure(const char *timeout, unsigned workers)
{
    const char *folder = slapd_directory(site->slapd);
    struct site_settings settings = {.timeout = timeout};
    char *sections = NULL;
    char uri[512] = "ldapi://";
    size_t length = strlen(uri);

    for (const char *p = folder; *p != '\0'; p++)
        length +=
            (size_t)snprintf(uri + length, sizeof(uri) - length, *p == '/' ? "%%2F" : "%c", *p);
    (void)snprintf(uri + length, sizeof(uri) - length, "%%2Fvia");
    ck_assert_int_gt(asprintf(&sections,
                              "[agent]\nsocket = %s\nworkers = %u\nlimit_checks = 1000/h\n"
                              "limit_registrations = 1000/h\n",
                              agent_socket(site), workers),
                     0);
    settings.uri = uri;
    settings.sections = sections;
    site_configure(site, &settings);
    free(sections);
}

static void start_agent_with(const char *timeout, unsigned workers)
{
    char via[256];
    char ldapi[256];

    (void)snprintf(via, sizeof(via), "%.200s/via", slapd_directory(site->slapd));
    (void)snprintf(ldapi, sizeof(ldapi), "%.200s/ldapi", slapd_directory(site->slapd));
    (void)unlink(via);
    proxy = ldap_proxy_start(via, ldapi);
    configure(timeout, workers);
    agent = agent_start(site, NULL);
    client = agent_connect(site); /* as all streams of an XMPP server come over one connection */
}

static void stop_agent(void)
{
    agent_disconnect(&client);
    ck_assert_int_eq(agent_end(&agent, SIGTERM), 0);
    ldap_proxy_stop(&proxy);
}

/* ------------------------------------------------------------------------------------- a flood */

typedef enum flood_kind { ONE_TOKEN, ONE_ADDRESS, ONE_CLIENT } flood_kind;

#define TOKENS 5

static void send_flood(flood_kind kind)
{
    char tokens[TOKENS][INV_TOKEN_LENGTH + 1];
    char wrapped[128];
    char address[64];

    for (size_t i = 0; i < TOKENS; i++)
        (void)snprintf(tokens[i], sizeof(tokens[i]), "%s",
                       agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL));
    ldap_proxy_reset(proxy);
    ldap_proxy_plan(proxy)->released = false;
    ldap_proxy_plan(proxy)->at = 1;
    ldap_proxy_plan(proxy)->from_on = true;
    ldap_proxy_plan(proxy)->fault = PROXY_HOLD_BOTH;
    for (size_t i = 0; i < FLOOD; i++) {
        const char *token = kind == ONE_TOKEN ? tokens[0] : tokens[i % TOKENS];

        /* another form of the token and another /64 of the address are no other */
        (void)snprintf(wrapped, sizeof(wrapped), "%s%s",
                       i % 2 == 0 ? "" : "xmpp:example.org?register;preauth=", token);
        (void)snprintf(address, sizeof(address),
                       kind == ONE_TOKEN ? "192.0.2.%zu" : "2001:db8:7:%zx::1", i + 1);
        if (kind == ONE_CLIENT)
            (void)agent_send(client, i % 2 == 0 ? "exists" : "roster", "alice", NULL);
        else
            (void)agent_send(client, "check", wrapped, address, NULL);
    }
}

/* Until the directory has as many requests of it as it may have. */
static void await_ceiling(void)
{
    for (int i = 0; i < PATIENCE && ldap_proxy_plan(proxy)->requests < CEILING; i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    ck_assert_uint_eq(ldap_proxy_plan(proxy)->requests, CEILING);
}

/* While the directory has not answered one request of the flood, somebody else registers. */
static void expect_others_go_on(flood_kind kind)
{
    static char token[INV_TOKEN_LENGTH + 1];
    struct agent_reply reply;
    char name[16];
    unsigned id;

    (void)snprintf(name, sizeof(name), "other%d", (int)kind);
    (void)snprintf(token, sizeof(token), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL));
    send_flood(kind);
    await_ceiling();
    ldap_proxy_plan(proxy)->fault = PROXY_FAITHFUL; /* what is held stays held */
    id = agent_send(client, "check", token, "198.51.100.1", NULL);
    ck_assert(agent_receive(client, &reply));
    ck_assert_uint_eq(strtoul(reply.id, NULL, 10), id);
    agent_expect(reply, "OK");
    id = agent_send(client, "register", token, name, SITE_PASSWORD, "198.51.100.1", "", NULL);
    ck_assert(agent_receive(client, &reply));
    ck_assert_uint_eq(strtoul(reply.id, NULL, 10), id);
    agent_expect(reply, "OK");
    /* and the flood loses nothing by its ceiling */
    ldap_proxy_plan(proxy)->released = true;
    for (int i = 0; i < FLOOD; i++) {
        ck_assert(agent_receive(client, &reply));
        agent_expect(reply, "OK");
    }
}

START_TEST(no_token_has_all_workers)
{
    start_agent_with("60s", WORKERS);
    expect_others_go_on(ONE_TOKEN);
    stop_agent();
}
END_TEST

START_TEST(no_address_has_all_workers)
{
    start_agent_with("60s", WORKERS);
    expect_others_go_on(ONE_ADDRESS);
    stop_agent();
}
END_TEST

START_TEST(no_lookups_of_a_client_have_all_workers)
{
    start_agent_with("60s", WORKERS);
    expect_others_go_on(ONE_CLIENT);
    stop_agent();
}
END_TEST

/*
 * A flood that fills all places: whoever comes then is taken, and the flood's last request gives
 * its place up. The flood's first request may be with the worker already or not, so one place more
 * or less may be free.
 */
START_TEST(a_full_queue_has_a_place_for_others)
{
    struct agent_client *other;
    struct agent_reply reply;
    int refused = 0;
    int answered = 0;
    int sent = WAITING + 50;

    start_agent_with("60s", 1);
    other = agent_connect(site);
    ldap_proxy_reset(proxy);
    ldap_proxy_plan(proxy)->released = false;
    ldap_proxy_plan(proxy)->at = 1;
    ldap_proxy_plan(proxy)->from_on = true;
    ldap_proxy_plan(proxy)->fault = PROXY_HOLD_BOTH;
    for (int i = 0; i < sent; i++)
        (void)agent_send(client, "exists", "alice", NULL);
    while (refused < sent - WAITING - 1) {
        ck_assert(agent_receive(client, &reply));
        agent_expect(reply, "THROTTLED"); /* the directory answers nothing */
        refused++;
    }
    (void)agent_send(other, "exists", "alice", NULL);
    agent_send_frame(other, "x\0ping", 6);
    ck_assert(agent_receive(other, &reply)); /* so the request before it is in its place */
    ck_assert_str_eq(reply.id, "x");
    ldap_proxy_plan(proxy)->fault = PROXY_FAITHFUL;
    ldap_proxy_plan(proxy)->released = true;
    ck_assert(agent_receive(other, &reply));
    agent_expect(reply, "OK");
    for (int i = refused; i < sent; i++) {
        ck_assert(agent_receive(client, &reply));
        if (strcmp(reply.result, "THROTTLED") == 0)
            refused++;
        else
            agent_expect(reply, "OK");
        answered++;
    }
    ck_assert_int_ge(refused, sent - WAITING);
    ck_assert_int_le(refused, sent - WAITING + 1);
    agent_disconnect(&other);
    stop_agent();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_fair");
    TCase *tests = tcase_create("floods");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_test(tests, no_token_has_all_workers);
    tcase_add_test(tests, no_address_has_all_workers);
    tcase_add_test(tests, no_lookups_of_a_client_have_all_workers);
    tcase_add_test(tests, a_full_queue_has_a_place_for_others);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
