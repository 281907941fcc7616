/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_CALLS_H
#define INVITEGATE_TESTS_CALLS_H

#include "tests/support/site.h"

/*
 * Fixtures of suites that call the rooms of the heart one by one: a site with alice for all tests,
 * and in each test a call with a verdict of its own.
 */
extern struct site *site;
extern inv_verdict verdict;
extern inv_call call;

/* Unchecked: once. domain_lines: as in site_settings. */
void calls_start(void);
void calls_start_with(const char *domain_lines);
void calls_stop(void);

/* Checked: around each test. */
void calls_begin(void);
void calls_end(void);

#define expect(wanted) site_expect_result(verdict, wanted)

#endif
