/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_AGENT_MANY_H
#define INVITEGATE_TESTS_AGENT_MANY_H

#include <check.h>

#define MANY 32 /* requests, or clients, at once */

/* A part of check_agent, in front of the same slapd: many requests, and many clients, at once. */
void agent_many_add(TCase *tests);

#endif
