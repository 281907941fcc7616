/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libinvite.so in front of a directory that takes connections and says nothing: whatever libsasl2
 * asks takes no longer than the timeout, and half a second.
 */
#include "config.h"

#include <check.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/fixture.h"
#include "tests/support/peer.h"
#include "tests/support/sasl_host.h"

#define MECHANISM "X-INVITE-TOKEN"

static sasl_host host;
static struct peer *peer;
static char combined[128];

static void begin(void)
{
    inv_token *token = site_invite(site, NULL, 1);
    char uri[512];
    char *end = stpcpy(uri, "ldapi://");
    char path[512];
    char text[2048];

    inv_token_write(token, combined);
    inv_token_free(&token);
    (void)snprintf(combined + INV_TOKEN_LENGTH, sizeof(combined) - INV_TOKEN_LENGTH, ":%s",
                   SITE_PASSWORD);
    peer = peer_start_local(PEER_MUTE, slapd_directory(site->slapd));
    for (const char *at = peer_path(peer); *at != '\0'; at++) {
        if (*at == '/')
            end = stpcpy(end, "%2F");
        else
            *end++ = *at;
    }
    *end = '\0';
    (void)snprintf(path, sizeof(path), "%s/mute.conf", slapd_directory(site->slapd));
    (void)snprintf(
        text, sizeof(text),
        "umask 077; sed 's|^uri = .*|uri = %s|; s|^timeout = .*|timeout = 1s|' '%s' >'%s'", uri,
        slapd_conf_path(site->slapd), path);
    ck_assert_int_eq(system(text), 0);
    sasl_host_start(sasl_host_options(path, "invite_attributes: mail\n"));
    host = (sasl_host){.realm = "example.org"};
}

static void finish(void)
{
    sasl_host_end(&host);
    sasl_host_stop();
    peer_stop(&peer);
}

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int look_up(void)
{
    static const char *asked[] = {"mail", "*mail", NULL};

    host.requests = asked;
    return sasl_host_login(&host, "SCRAM-SHA-256", "alice", SITE_PASSWORD);
}

static int present(void)
{
    return sasl_host_login(&host, MECHANISM, "bea", combined);
}

/* What the program itself asks for is looked up before the token is. */
static int present_and_look_up(void)
{
    static const char *asked[] = {"mail", "*mail", NULL};

    host.requests = asked;
    return present();
}

static int store(void)
{
    return sasl_host_setpass(&host, "bea", combined, NULL, SASL_SET_CREATE);
}

START_TEST(whatever_is_asked)
{
    static int (*const ways[])(void) = {look_up, present, present_and_look_up, store};
    double began = seconds();
    int code = ways[_i]();

    ck_assert_msg(code == SASL_UNAVAIL, "%d\n%s", code, sasl_host_log());
    ck_assert_double_lt(seconds() - began, 1.5);
    ck_assert_msg(sasl_host_count("result=TIMEOUT") == 1, "%s", sasl_host_log());
}
END_TEST

static void start(void)
{
    fixture_start_with(&(struct site_settings){.log_lines = "to = stderr\nlevel = notice"});
}

int main(void)
{
    Suite *suite = suite_create("sasl_mute");
    TCase *group = tcase_create("mute");

    tcase_set_timeout(group, 60);
    tcase_add_unchecked_fixture(group, start, fixture_stop);
    tcase_add_checked_fixture(group, begin, finish);
    tcase_add_loop_test(group, whatever_is_asked, 0, 4);
    suite_add_tcase(suite, group);
    return sasl_host_run(suite);
}
