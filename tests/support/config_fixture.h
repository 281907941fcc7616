/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_CONFIG_FIXTURE_H
#define INVITEGATE_TESTS_CONFIG_FIXTURE_H

#include <check.h>
#include <stddef.h>

#include "invitegate/config.h"

/* A configuration file in a folder of its own, for the suites of the config room. */

#define REQUIRED                                                                                   \
    "invites = ou=invites,dc=a\n"                                                                  \
    "people = ou=people,dc=a\n"                                                                    \
    "rosters = ou=rosters,dc=a\n"
#define MINIMAL "[domain example.org]\n" REQUIRED

extern char config_path[300];

/* Runs the tests of one case, each with a folder of its own; what main returns. */
int config_suite_run(const char *name, void (*add_tests)(TCase *tests));

/* Writes the file, mode 0600. */
void config_write(const char *bytes, size_t length);

/* The configuration of this text, which must be good. */
inv_config *config_read_good(const char *text);

/*
 * The text must be refused, with PATH:LINE: (line 0: PATH without one) in front of the message and
 * words in it.
 */
void config_refuse_bytes(const char *bytes, size_t length, unsigned line, const char *words);
void config_refuse(const char *text, unsigned line, const char *words);

#endif
