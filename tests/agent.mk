# SPDX-License-Identifier: BSD-2-Clause
# invite-agent: its parts, and the program in front of a real directory.
AGENT_SITE_SOURCES = tests/support/agent.c tests/support/agent.h $(SITE_SOURCES)
if HAVE_CHECK
AGENT_SUITES = tests/check_agent tests/check_agent_roster tests/check_agent_faults \
	tests/check_agent_open tests/check_agent_pam tests/check_agent_fair tests/check_agent_limits \
	tests/check_agent_arguments
check_PROGRAMS += tests/check_agent_parts tests/check_agent_turns tests/check_agent_flights $(AGENT_SUITES)
TESTS += tests/check_agent_parts tests/check_agent_turns tests/check_agent_flights $(AGENT_SUITES)
endif
tests_check_agent_parts_SOURCES = tests/check_agent_parts.c
tests_check_agent_parts_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_parts_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_parts_LDADD = tools/libagent.la $(CHECK_LIBS)

tests_check_agent_turns_SOURCES = tests/check_agent_turns.c
tests_check_agent_turns_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_turns_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_turns_LDADD = tools/libagent.la $(CHECK_LIBS)

tests_check_agent_flights_SOURCES = tests/check_agent_flights.c $(SITE_SOURCES)
tests_check_agent_flights_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_flights_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_flights_LDADD = tools/libagent.la $(CHECK_LIBS)

tests_check_agent_SOURCES = tests/check_agent.c $(AGENT_SITE_SOURCES)
tests_check_agent_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_LDADD = $(UNIT_LIBS)

tests_check_agent_open_SOURCES = tests/check_agent_open.c $(AGENT_SITE_SOURCES)
tests_check_agent_open_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_open_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_open_LDADD = $(UNIT_LIBS)

tests_check_agent_fair_SOURCES = tests/check_agent_fair.c tests/support/ldap_proxy.c \
	tests/support/ldap_proxy.h tests/support/ldap_message.c tests/support/ldap_message.h \
	$(AGENT_SITE_SOURCES)
tests_check_agent_fair_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_fair_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_fair_LDADD = $(UNIT_LIBS)

tests_check_agent_arguments_SOURCES = tests/check_agent_arguments.c $(AGENT_SITE_SOURCES)
tests_check_agent_arguments_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_arguments_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_arguments_LDADD = $(UNIT_LIBS)

tests_check_agent_limits_SOURCES = tests/check_agent_limits.c $(AGENT_SITE_SOURCES)
tests_check_agent_limits_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_limits_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_limits_LDADD = $(UNIT_LIBS)

tests_check_agent_roster_SOURCES = tests/check_agent_roster.c $(AGENT_SITE_SOURCES)
tests_check_agent_roster_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_roster_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_roster_LDADD = $(UNIT_LIBS)

tests_check_agent_faults_SOURCES = tests/check_agent_faults.c $(AGENT_SITE_SOURCES)
tests_check_agent_faults_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_faults_CFLAGS = $(UNIT_CFLAGS)
tests_check_agent_faults_LDADD = $(UNIT_LIBS)

tests_check_agent_pam_SOURCES = tests/check_agent_pam.c tests/support/pam_host.c \
	tests/support/pam_host.h $(AGENT_SITE_SOURCES)
tests_check_agent_pam_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_agent_pam_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_agent_pam_LDADD = $(UNIT_LIBS) $(PAM_LIBS)
