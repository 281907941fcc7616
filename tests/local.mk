# SPDX-License-Identifier: BSD-2-Clause
# A Check suite is one word: its name in one of the lists below. Its source is NAME.c, and it is linked
# with common/, what suites share (tests/support), and the libraries that it asks something of.
include tests/support/local.mk
LDADD = $(TEST_LIBS)
TEST_LIBS = $(SUPPORT_LIBS) common/libcommon.la $(TEST_EXTERNAL_LIBS)
TEST_EXTERNAL_LIBS = $(CHECK_LIBS) $(LDAP_LIBS) $(CRYPTO_LIBS) $(CRYPT_LIBS) $(PAM_LIBS) -lpthread
tests/%.o tests/%.lo: AM_CFLAGS += $(CHECK_CFLAGS) $(LDAP_CFLAGS) $(CRYPTO_CFLAGS) $(CRYPT_CFLAGS) $(PAM_CFLAGS)

# LONG_TESTS: what make check leaves to make check-long (check-all is both).
LONG_TESTS =

include tests/pam.mk
include tests/agent.mk
include tests/residue.mk

# Without a directory; also under valgrind.
UNIT_TESTS =
# In front of a slapd of their own.
HEART_TESTS =
if HAVE_CHECK
UNIT_TESTS += tests/check_result tests/check_answer tests/check_provider
UNIT_TESTS += tests/check_secret tests/check_utf8 tests/check_timestamp tests/check_log
UNIT_TESTS += tests/check_read_ahead tests/check_ctl_users
UNIT_TESTS += tests/check_encoding tests/check_key tests/check_token
UNIT_TESTS += tests/check_reader tests/check_config tests/check_config_values
UNIT_TESTS += tests/check_config_file tests/check_context
UNIT_TESTS += tests/check_name tests/check_verifier

HEART_TESTS += tests/check_slapd tests/check_directory tests/check_connection
HEART_TESTS += tests/check_redeem tests/check_redeem_resume tests/check_redeem_reset
HEART_TESTS += tests/check_redeem_contact tests/check_redeem_refused tests/check_redeem_open
HEART_TESTS += tests/check_redeem_alike tests/check_redeem_codes tests/check_redeem_finish
HEART_TESTS += tests/check_redeem_heir tests/check_redeem_told tests/check_redeem_settle
HEART_TESTS += tests/check_redeem_between tests/check_refused tests/check_constraint
HEART_TESTS += tests/check_owed tests/check_group tests/check_reset_scram tests/check_password
HEART_TESTS += tests/check_invite tests/check_invite_create tests/check_reservation
HEART_TESTS += tests/check_account tests/check_freshness tests/check_owner tests/check_lock
HEART_TESTS += tests/check_roster tests/check_changes
HEART_TESTS += tests/check_repair tests/check_visibility tests/check_purge tests/check_removal
HEART_TESTS += tests/integration/race tests/integration/crash tests/integration/faults
HEART_TESTS += tests/integration/tls tests/integration/retcode tests/integration/threads
HEART_TESTS += tests/integration/bad_input tests/integration/mute
endif
check_PROGRAMS += $(UNIT_TESTS) $(HEART_TESTS)
TESTS += $(UNIT_TESTS) $(HEART_TESTS)

tests_check_name_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc

# doctor's look at the users of this host, whose file ends as the test wants
tests_check_ctl_users_SOURCES = tests/check_ctl_users.c tools/ctl/proof/local_users.c
tests_check_ctl_users_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl

include tests/integration/local.mk
include tests/fuzz/local.mk
include tests/prosody/local.mk
include tests/mutants/local.mk

if !HAVE_CHECK
check-local:
	@echo "The C suites were left out: the library check (check >= 0.15) was not there when configure ran." >&2
endif

check-long:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(LONG_TESTS)"
check-all:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(TESTS) $(LONG_TESTS)"
.PHONY: check-long check-all

# What make check DIRECTORY=389ds runs. The other suites need no directory, or parts of slapd.
DS389_TESTS = tests/integration/ds389.sh tests/integration/race tests/integration/crash \
	tests/check_pam_login tests/check_pam_change tests/check_directory tests/check_connection \
	tests/check_redeem tests/check_redeem_resume tests/check_redeem_reset \
	tests/check_redeem_contact tests/check_redeem_refused tests/check_repair tests/check_purge \
	tests/check_removal tests/check_invite tests/check_invite_create tests/check_reservation \
	tests/check_account tests/check_freshness tests/check_roster tests/check_changes tests/check_redeem_open \
	tests/check_redeem_finish tests/check_redeem_heir tests/check_redeem_settle tests/check_group \
	tests/check_redeem_alike tests/check_visibility tests/check_refused tests/check_agent \
	tests/check_agent_roster tests/check_agent_open tests/check_agent_pam \
	tests/check_agent_faults tests/integration/bad_input tests/integration/tls \
	tests/integration/faults
