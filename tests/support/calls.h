/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_CALLS_H
#define INVITEGATE_TESTS_CALLS_H

#include "tests/support/fixture.h"

/* For suites that call a wing function by function: in each test a call with a verdict of its own.
 */
extern inv_call call;

/* Unchecked: once. A site with alice; domain_lines: as in site_settings. */
void calls_start_with(const char *domain_lines);

/* Checked: around each test. */
void calls_begin(void);
void calls_end(void);

/* inv_account_login and inv_account_status in this call. */
inv_result calls_login(const char *local, const char *password);
inv_result calls_status(const char *local);

#endif
