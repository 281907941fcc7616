# SPDX-License-Identifier: BSD-2-Clause
# invite-agent: its parts, and the program in front of a real directory.
AGENT_PARTS = tests/agent/check_agent_frames tests/agent/check_agent_counts \
	tests/agent/check_agent_turns tests/agent/check_agent_flights
AGENT_SUITES = tests/agent/check_agent tests/agent/check_agent_roster \
	tests/agent/check_agent_faults tests/agent/check_agent_open tests/agent/check_agent_pam \
	tests/agent/check_agent_fair tests/agent/check_agent_limits tests/agent/check_agent_arguments \
	tests/agent/check_agent_login tests/agent/check_agent_own
if HAVE_CHECK
check_PROGRAMS += $(AGENT_PARTS) $(AGENT_SUITES) tests/agent/check_agent_forms
TESTS += $(AGENT_PARTS) $(AGENT_SUITES) tests/agent/check_agent_forms
LONG_TESTS += tests/agent/check_agent_forms
endif
AGENT_LIBS = $(SUPPORT_LIBS) $(LIBAGENT_LIBS) $(TEST_EXTERNAL_LIBS)
tests_agent_check_agent_frames_LDADD = $(AGENT_LIBS)
tests_agent_check_agent_counts_LDADD = $(AGENT_LIBS)
tests_agent_check_agent_turns_LDADD = $(AGENT_LIBS)
tests_agent_check_agent_flights_LDADD = $(AGENT_LIBS)
# In parts, for one slapd.
tests_agent_check_agent_SOURCES = tests/agent/check_agent.c tests/agent/agent_costs.c \
	tests/agent/agent_costs.h tests/agent/agent_many.c tests/agent/agent_many.h
