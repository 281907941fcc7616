# SPDX-License-Identifier: BSD-2-Clause
# invite-agent: its parts, and the program in front of a real directory.
AGENT_PARTS = tests/check_agent_parts tests/check_agent_turns tests/check_agent_flights
AGENT_SUITES = tests/check_agent tests/check_agent_roster tests/check_agent_faults \
	tests/check_agent_open tests/check_agent_pam tests/check_agent_fair tests/check_agent_limits \
	tests/check_agent_arguments
if HAVE_CHECK
check_PROGRAMS += $(AGENT_PARTS) $(AGENT_SUITES)
TESTS += $(AGENT_PARTS) $(AGENT_SUITES)
endif
AGENT_LIBS = $(SUPPORT_LIBS) tools/libagent.la $(TEST_EXTERNAL_LIBS)
tests_check_agent_parts_LDADD = $(AGENT_LIBS)
tests_check_agent_turns_LDADD = $(AGENT_LIBS)
tests_check_agent_flights_LDADD = $(AGENT_LIBS)
