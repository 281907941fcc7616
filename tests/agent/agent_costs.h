/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_AGENT_COSTS_H
#define INVITEGATE_TESTS_AGENT_COSTS_H

#include <check.h>

/* A part of check_agent, in front of the same slapd: what failures cost an address and a token. */
void agent_costs_add(TCase *tests);

#endif
