/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PAM_LOGGING_IN_H
#define INVITEGATE_TESTS_PAM_LOGGING_IN_H

#include <check.h>

#include "tests/support/pam_host.h"

/* What the parts of check_pam_login share, in front of one slapd. */

#define PASSWORD "a password of my own"

/* The code of auth in that stack of pam_site.h; the host shows nothing and asks once at most. */
int authenticate(pam_host_kind kind, const char *service, const char *user, const char *password);

/* As saslauthd asks the stack of the example. */
int login(const char *user, const char *password);

/* The code of account; nothing is asked. */
int account(const char *service, const char *user);

/* TOKEN:PASSWORD in a buffer that the next call reuses. */
const char *with(const char *token, const char *password);

/* The other part: what the options of a line do, and mistakes in them. */
void login_options_add(TCase *tests);

#endif
