# SPDX-License-Identifier: BSD-2-Clause
# Prosody with slixmpp as its client; each suite has a slapd, an agent and a Prosody of its own, and is
# skipped where they are not installed.
PROSODY_TESTS = tests/prosody/registration.py tests/prosody/errors.py tests/prosody/stanzas.py
PROSODY_LONG_TESTS = tests/prosody/load.py tests/prosody/mistakes.py tests/prosody/subscription.py \
	tests/prosody/commands.py tests/prosody/outages.py tests/prosody/races.py \
	tests/prosody/events.py tests/prosody/encryption.py tests/prosody/local_accounts.py \
	tests/prosody/cyrus.py tests/prosody/cyrus_token.py tests/prosody/federation.py tests/prosody/retries.py \
	tests/prosody/live.py tests/prosody/owners.py tests/prosody/packaged.py \
	tests/prosody/open_registration.py tests/prosody/web_clients.py \
	tests/prosody/guests.py tests/prosody/own.py tests/prosody/two_hosts.py \
	tests/prosody/two_domains.py tests/prosody/broken_streams.py \
	tests/prosody/logins.py tests/prosody/logins_tls.py tests/prosody/own_account.py \
	tests/prosody/own_local.py tests/prosody/there_before.py
dist_check_SCRIPTS += $(PROSODY_TESTS) $(PROSODY_LONG_TESTS)
TESTS += $(PROSODY_TESTS) $(PROSODY_LONG_TESTS)
LONG_TESTS += $(PROSODY_LONG_TESTS)
EXTRA_DIST += tests/prosody/client.py tests/prosody/site_of_suite.py tests/prosody/suite.py \
	tests/prosody/neighbour.py tests/prosody/raw_stream.py tests/prosody/scram.py \
	tests/prosody/logins_site.py tests/prosody/two_hosts_site.py tests/prosody/modules/mod_neighbours.lua \
	tests/prosody/modules/mod_witness.lua

# For builds with run-time checks: the agent under eight clients, and nothing else.
check-agent-load:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS=$(BENCH_PROSODY_LOAD)$(EXEEXT) check_LTLIBRARIES= \
		TESTS=tests/prosody/load.py
.PHONY: check-agent-load
