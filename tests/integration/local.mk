# SPDX-License-Identifier: BSD-2-Clause
# Tests with real servers. Each cleans up after itself, whatever ends it.
dist_check_SCRIPTS += tests/integration/schema.sh
TESTS += tests/integration/schema.sh
EXTRA_DIST += scripts/private-slapd scripts/private-389ds tests/support/directory.sh

# 389 Directory Server: schema, rules of access, init. Only make check DIRECTORY=389ds runs it.
dist_check_SCRIPTS += tests/integration/ds389.sh

# A slapd for Check suites: add $(SLAPD_FIXTURE) to their sources.
SLAPD_FIXTURE = tests/support/slapd.c tests/support/slapd.h

if HAVE_CHECK
check_PROGRAMS += tests/check_slapd
TESTS += tests/check_slapd
endif
tests_check_slapd_SOURCES = tests/check_slapd.c $(SLAPD_FIXTURE)
tests_check_slapd_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_check_slapd_CFLAGS = $(UNIT_CFLAGS)
tests_check_slapd_LDADD = $(UNIT_LIBS)

# invitectl, whole: its manual, and every command in a real slapd.
dist_check_SCRIPTS += tests/integration/manual.sh tests/integration/invitectl.sh \
	tests/integration/invitectl_edges.sh tests/integration/invitectl_sites.sh tests/integration/providers.sh tests/integration/invitectl_identity.sh
TESTS += tests/integration/manual.sh tests/integration/invitectl.sh \
	tests/integration/invitectl_edges.sh tests/integration/invitectl_sites.sh tests/integration/providers.sh tests/integration/invitectl_identity.sh
EXTRA_DIST += tests/support/ctl.sh tests/support/terminal.py tests/support/qr.py

# The filter for fail2ban, by its own tool.
dist_check_SCRIPTS += tests/integration/fail2ban.sh
TESTS += tests/integration/fail2ban.sh

# The first thing a new user runs.
dist_check_SCRIPTS += tests/integration/quickstart.sh
TESTS += tests/integration/quickstart.sh

# The directory over TCP and TLS.
if HAVE_CHECK
check_PROGRAMS += tests/integration/tls
TESTS += tests/integration/tls
endif
TLS_SOURCES = tests/support/tls_site.c tests/support/tls_site.h tests/support/peer.c \
	tests/support/peer.h
tests_integration_tls_SOURCES = tests/integration/tls.c $(TLS_SOURCES) $(SITE_SOURCES)
tests_integration_tls_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_tls_CFLAGS = $(UNIT_CFLAGS)
tests_integration_tls_LDADD = $(UNIT_LIBS)

# Every fault at every operation of a redemption.
if HAVE_CHECK
check_PROGRAMS += tests/integration/faults
TESTS += tests/integration/faults
endif
tests_integration_faults_SOURCES = tests/integration/faults.c tests/support/ldap_proxy.c \
	tests/support/ldap_proxy.h tests/support/ldap_message.c tests/support/ldap_message.h \
	$(SITE_SOURCES)
tests_integration_faults_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_faults_CFLAGS = $(UNIT_CFLAGS)
tests_integration_faults_LDADD = $(UNIT_LIBS)

# Threads of one process; make check-threads runs it, and the agent's suites, by ThreadSanitizer.
if HAVE_CHECK
check_PROGRAMS += tests/integration/threads
TESTS += tests/integration/threads
endif
tests_integration_threads_SOURCES = tests/integration/threads.c $(SITE_SOURCES)
tests_integration_threads_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_threads_CFLAGS = $(UNIT_CFLAGS) -pthread
tests_integration_threads_LDADD = $(UNIT_LIBS)

# Faults that slapd makes itself.
if HAVE_CHECK
check_PROGRAMS += tests/integration/retcode
TESTS += tests/integration/retcode
endif
tests_integration_retcode_SOURCES = tests/integration/retcode.c $(SITE_SOURCES)
tests_integration_retcode_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_retcode_CFLAGS = $(UNIT_CFLAGS)
tests_integration_retcode_LDADD = $(UNIT_LIBS)

# What people and admins get wrong.
dist_check_SCRIPTS += tests/integration/upgrade.sh tests/integration/scram_of_slapd.sh
TESTS += tests/integration/upgrade.sh tests/integration/scram_of_slapd.sh
dist_check_SCRIPTS += tests/integration/bad_rights.sh
TESTS += tests/integration/bad_rights.sh
if HAVE_CHECK
check_PROGRAMS += tests/integration/bad_input
TESTS += tests/integration/bad_input
endif
tests_integration_bad_input_SOURCES = tests/integration/bad_input.c $(PAM_SITE_SOURCES)
tests_integration_bad_input_CPPFLAGS = $(PAM_TEST_CPPFLAGS)
tests_integration_bad_input_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_integration_bad_input_LDADD = $(UNIT_LIBS) $(PAM_LIBS)

# Measures time: runs when all other tests of the same make are done.
if HAVE_CHECK
check_PROGRAMS += tests/integration/mute
TESTS += tests/integration/mute
endif
tests_integration_mute_SOURCES = tests/integration/mute.c $(TLS_SOURCES) $(SITE_SOURCES)
tests_integration_mute_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_mute_CFLAGS = $(UNIT_CFLAGS)
tests_integration_mute_LDADD = $(UNIT_LIBS)
TIMING_LOGS = tests/integration/mute.log
$(TIMING_LOGS): $(filter-out $(TIMING_LOGS),$(TEST_LOGS))

# invite-agent: its manuals.
dist_check_SCRIPTS += tests/integration/agent_manual.sh
TESTS += tests/integration/agent_manual.sh
