/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/sasl_fixture.h"

#include <stdio.h>
#include <string.h>

sasl_host host;
char token[INV_TOKEN_LENGTH + 1];

void sasl_fixture_start_with(const char *domain_lines)
{
    fixture_start_aged_with(&(struct site_settings){.domain_lines = domain_lines,
                                                    .log_lines = "to = stderr\nlevel = notice"});
    site_show_verifiers(site);
}

void sasl_fixture_start(void)
{
    sasl_fixture_start_with("password_verifiers = server scram-sha-256\nscram_iterations = 4096\n");
}

void sasl_fixture_begin_of(const char *conf, const char *options)
{
    sasl_host_start(sasl_host_options(conf, options));
    host = (sasl_host){.realm = "example.org"};
}

void sasl_fixture_begin_with(const char *options)
{
    sasl_fixture_begin_of(slapd_conf_path(site->slapd), options);
}

void sasl_fixture_begin(void)
{
    sasl_fixture_begin_with("");
    sasl_fixture_invite();
}

void sasl_fixture_end(void)
{
    sasl_host_end(&host);
    sasl_host_stop();
}

void sasl_fixture_restart_with(const char *options)
{
    sasl_fixture_end();
    sasl_fixture_begin_with(options);
}

TCase *sasl_fixture_case(const char *name, double seconds, void (*start)(void))
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, seconds);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_checked_fixture(tests, sasl_fixture_begin, sasl_fixture_end);
    return tests;
}

void sasl_fixture_take(inv_token *made)
{
    inv_token_write(made, token);
    inv_token_free(&made);
}

void sasl_fixture_invite(void)
{
    sasl_fixture_take(site_invite(site, NULL, 1));
}

const char *sasl_fixture_combined(const char *password)
{
    static char text[512];

    (void)snprintf(text, sizeof(text), "%s:%s", token, password);
    return text;
}

void sasl_fixture_expect_unused(void)
{
    inv_token *parsed = NULL;

    ck_assert_int_eq(inv_token_parse(site->context->keys, "example.org", token, strlen(token),
                                     &parsed, &verdict),
                     INV_OK);
    site_expect(site, parsed, 1, 0, 0, 0, 0);
    inv_token_free(&parsed);
}

int sasl_fixture_login(const char *user)
{
    return sasl_host_login(&host, "SCRAM-SHA-256", user, SITE_PASSWORD);
}

bool sasl_fixture_has(const char *local)
{
    return site_count(site, SITE_PEOPLE, "(uid=%s)", local) == 1;
}

void sasl_fixture_expect_code(int line, int got, int wanted)
{
    ck_assert_msg(got == wanted, "line %d: %d, not %d: %s\n%s", line, got, wanted, host.words,
                  sasl_host_log());
}
