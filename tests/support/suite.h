/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SUITE_H
#define INVITEGATE_TESTS_SUITE_H

#include <check.h>

/* Runs the suite, as the variables of Check in the environment say, and frees it: what main
 * returns. */
int suite_run(Suite *suite);

#endif
