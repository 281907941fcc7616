/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_AGENT_FIXTURE_H
#define INVITEGATE_TESTS_AGENT_FIXTURE_H

#include "tests/support/agent.h"
#include "tests/support/fixture.h"

/* The agent that a test speaks to, in front of the site of the fixture, and a client of it. */
extern pid_t agent;
extern struct agent_client *client;

#define ADDRESS "192.0.2.7" /* of somebody who registers */

/* Starts one with agent_configure_default, or with agent_configure and these lines. */
void agent_fixture_start(void);
void agent_fixture_start_with(const char *timeout, const char *domain_lines,
                              const char *agent_lines);

/* Ends it and starts another with these lines. */
void agent_fixture_restart_with(const char *agent_lines);

/* The text of a new account invite with one use, in a buffer that the next call reuses. */
const char *agent_fixture_invite(void);

/* Ends both; the agent has to succeed. */
void agent_fixture_stop(void);

#endif
