# SPDX-License-Identifier: BSD-2-Clause
# Tests with real servers, in sh (those in C: tests/local.mk). Each cleans up after itself, whatever ends it.
INTEGRATION_SUITES = tests/integration/schema.sh tests/integration/quickstart.sh
# What README.md and the chapters name.
INTEGRATION_SUITES += tests/integration/pages.py
# Who may include and use whom.
INTEGRATION_SUITES += tests/integration/wings.py
# The rows of make mutants can be made.
INTEGRATION_SUITES += tests/integration/mutants_table.sh
# invitectl, whole: its manual, and every command in a real slapd.
INTEGRATION_SUITES += tests/integration/manual.sh tests/integration/invitectl.sh \
	tests/integration/invitectl_edges.sh tests/integration/invitectl_sites.sh \
	tests/integration/invitectl_identity.sh tests/integration/invitectl_domains.sh \
	tests/integration/invitectl_verifiers.sh tests/integration/providers.sh \
	tests/integration/doctor.sh tests/integration/doctor_host.sh \
	tests/integration/doctor_host_servers.sh tests/integration/invitectl_adopt.sh
LONG_TESTS += tests/integration/doctor_host_servers.sh
# 20 000 people, in a minute or so.
INTEGRATION_SUITES += tests/integration/adopt_many.sh
LONG_TESTS += tests/integration/adopt_many.sh
# The manuals of invite-agent; the filter for fail2ban, by its own tool.
INTEGRATION_SUITES += tests/integration/agent_manual.sh tests/integration/fail2ban.sh
# What admins get wrong, and what they had before.
INTEGRATION_SUITES += tests/integration/bad_rights.sh tests/integration/upgrade.sh \
	tests/integration/scram_of_slapd.sh tests/integration/nested_databases.sh
# invitectl setup: by Debian's own slapd.
INTEGRATION_SUITES += tests/integration/setup.sh tests/integration/setup_host.sh \
	tests/integration/setup_sites.sh tests/integration/setup_handover.sh tests/integration/setup_killed.sh
EXTRA_DIST += tests/integration/foreign-site.ldif
TESTS += $(INTEGRATION_SUITES)
# 389 Directory Server: schema, rules of access, init. Only make check DIRECTORY=389ds runs it.
dist_check_SCRIPTS += $(INTEGRATION_SUITES) tests/integration/ds389.sh tests/integration/ds389_nested.sh \
	tests/integration/setup_389ds.sh
EXTRA_DIST += scripts/private-slapd scripts/private-389ds

# Measure time: run when all other tests of the same make are done.
TIMING_LOGS = tests/integration/mute.log tests/sasl/check_sasl_mute.log
$(TIMING_LOGS): $(filter-out $(TIMING_LOGS),$(TEST_LOGS))
