/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SASL_FIXTURE_H
#define INVITEGATE_TESTS_SASL_FIXTURE_H

#include "tests/support/fixture.h"
#include "tests/support/sasl_host.h"

/*
 * The program that a test logs in at, with libinvite.so in front of the site of the fixture, and
 * the token that the test presents.
 */
extern sasl_host host;
extern char token[INV_TOKEN_LENGTH + 1];

#define MECHANISM "X-INVITE-TOKEN"

/*
 * Unchecked: once. A site with alice, whom no invite made, where invitegate may read verifiers:
 * those of SCRAM-SHA-256, or what these keys of the domain say. It ends with fixture_stop.
 */
void sasl_fixture_start(void);
void sasl_fixture_start_with(const char *domain_lines);

/* Checked: the library under the site's configuration, and the token of a new invite. */
void sasl_fixture_begin(void);
void sasl_fixture_end(void);

/* A case with these fixtures, whose tests may take so many seconds each. */
TCase *sasl_fixture_case(const char *name, double seconds, void (*start)(void));

/*
 * Starts the library under the site's configuration, or the one in the file conf, with more of
 * libsasl2's options behind. sasl_fixture_restart_with ends it first.
 */
void sasl_fixture_begin_with(const char *options);
void sasl_fixture_begin_of(const char *conf, const char *options);
void sasl_fixture_restart_with(const char *options);

/* From now on token is that of a new account invite with one use, or this one, which is freed. */
void sasl_fixture_invite(void);
void sasl_fixture_take(inv_token *made);

/* token:PASSWORD, in a buffer that the next call reuses. */
const char *sasl_fixture_combined(const char *password);

/* Fails the test unless token is as it was made. */
void sasl_fixture_expect_unused(void);

/* By SCRAM-SHA-256, with SITE_PASSWORD. */
int sasl_fixture_login(const char *user);

/* Whether there is an account of this name. */
bool sasl_fixture_has(const char *local);

/* Fails the test unless libsasl2 answered with this code. */
#define expect_code(call, wanted) sasl_fixture_expect_code(__LINE__, call, wanted)
void sasl_fixture_expect_code(int line, int got, int wanted);

#endif
