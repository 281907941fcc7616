/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_CONNECTION_FIXTURE_H
#define INVITEGATE_TESTS_CONNECTION_FIXTURE_H

#include "invitegate/directory.h"
#include "tests/support/fixture.h"

/* For suites about connections to a directory: a test gets them by these settings. */
extern inv_directory_settings settings;

/* Checked: around each test, which may do what it wants to slapd. It ends with fixture_stop. */
void connection_start(void);

inv_directory *connection_acquire(void);

inv_operation *connection_new_search(const char *base);

/* A search for an entry that users may see. *code, if not NULL, is the answer. */
inv_result connection_search(inv_directory *directory, long milliseconds, int *code);

/* The same; it must be answered so. */
void connection_expect_answer(inv_directory *directory, int wanted);

/* One connection, which answers and is given back. */
void connection_use_once(void);

#endif
