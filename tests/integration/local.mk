# SPDX-License-Identifier: BSD-2-Clause
# Tests with real servers. Each cleans up after itself, whatever ends it.
dist_check_SCRIPTS += tests/integration/schema.sh
TESTS += tests/integration/schema.sh
EXTRA_DIST += scripts/private-slapd

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
dist_check_SCRIPTS += tests/integration/manual.sh tests/integration/invitectl.sh
TESTS += tests/integration/manual.sh tests/integration/invitectl.sh
EXTRA_DIST += tests/support/terminal.py

# The first thing a new user runs.
dist_check_SCRIPTS += tests/integration/quickstart.sh
TESTS += tests/integration/quickstart.sh
