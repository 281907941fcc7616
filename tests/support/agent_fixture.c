/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/agent_fixture.h"

#include <check.h>
#include <signal.h>

pid_t agent;
struct agent_client *client;

void agent_fixture_start(void)
{
    agent_configure_default(site);
    agent = agent_start(site, NULL);
    client = agent_connect(site);
}

void agent_fixture_start_with(const char *timeout, const char *domain_lines,
                              const char *agent_lines)
{
    agent_configure(site, timeout, domain_lines, agent_lines);
    agent = agent_start(site, NULL);
    client = agent_connect(site);
}

void agent_fixture_stop(void)
{
    agent_disconnect(&client);
    ck_assert_int_eq(agent_end(&agent, SIGTERM), 0);
}

void agent_fixture_restart_with(const char *agent_lines)
{
    agent_fixture_stop();
    agent_fixture_start_with(NULL, NULL, agent_lines);
}

const char *agent_fixture_invite(void)
{
    return agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL);
}
