/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_FIXTURE_H
#define INVITEGATE_TESTS_FIXTURE_H

#include "tests/support/site_invites.h"
#include "tests/support/suite.h"

/* One site for all tests of a suite, and the verdict of what a test does last. */
extern struct site *site;
extern inv_verdict verdict;

/* Unchecked: once. A site with the account alice. */
void fixture_start(void);
void fixture_start_with(const struct site_settings *settings);
void fixture_stop(void);

/* The same; all that tests make afterwards is younger than alice by the second. */
void fixture_start_aged(void);
void fixture_start_aged_with(const struct site_settings *settings);

/* An account that an invite made, with SITE_PASSWORD. */
void fixture_register(const char *local);

#define redeem(token, local, password) (void)site_redeem(site, token, local, password, &verdict)
#define redeem_login(token, local, password)                                                       \
    site_redeem_login(site, token, local, password, &verdict)
#define expect(wanted) site_expect_result(verdict, wanted)

#endif
