# SPDX-License-Identifier: BSD-2-Clause
# A Check suite is one word: its name in UNIT_TESTS or HEART_TESTS in the local.mk of its folder. Its
# source is NAME.c, and it is linked with common/, what suites share (tests/support), and the libraries
# that it asks something of.
include tests/support/local.mk
LDADD = $(TEST_LIBS)
TEST_LIBS = $(SUPPORT_LIBS) $(COMMON_LIBS) $(TEST_EXTERNAL_LIBS)
TEST_EXTERNAL_LIBS = $(CHECK_LIBS) $(PAM_LIBS) -lpthread
tests/%.o: AM_CFLAGS += $(CHECK_CFLAGS) $(LDAP_CFLAGS) $(CRYPTO_CFLAGS) $(NETTLE_CFLAGS) $(CRYPT_CFLAGS) \
	$(PAM_CFLAGS) $(SASL_CFLAGS)

# Those of TESTS that make check-short leaves to make check-long. (They stand in TESTS too: automake
# knows how to run a program that it finds there, and no other.)
LONG_TESTS =

# Without a directory; also under valgrind.
UNIT_TESTS =
# In front of a slapd of their own.
HEART_TESTS =
# Suites of a wing of common/ lie in the folder of its name.
if HAVE_CHECK
include tests/base/local.mk
include tests/config/local.mk
include tests/directory/local.mk
include tests/credential/local.mk
include tests/model/local.mk
include tests/invite/local.mk
include tests/redeem/local.mk
include tests/roster/local.mk
include tests/upkeep/local.mk
include tests/ctl/local.mk
HEART_TESTS += tests/support/check_slapd
HEART_TESTS += tests/integration/race tests/integration/crash tests/integration/faults
HEART_TESTS += tests/integration/tls tests/integration/retcode tests/integration/threads
HEART_TESTS += tests/integration/bad_input tests/integration/mute
# Minutes together. What is left of secrets stays in check-short: no core can be taken of a build with
# sanitizers, which is where CI runs the long ones.
LONG_TESTS += tests/integration/race tests/integration/crash tests/integration/faults
endif
check_PROGRAMS += $(UNIT_TESTS) $(HEART_TESTS)
TESTS += $(UNIT_TESTS) $(HEART_TESTS)

include tests/pam/local.mk
include tests/sasl/local.mk
include tests/agent/local.mk
include tests/integration/residue.mk
include tests/integration/local.mk
include tests/fuzz/local.mk
include tests/prosody/local.mk
include tests/mutants/local.mk

if !HAVE_CHECK
check-local:
	@echo "The C suites were left out: the library check (check >= 0.15) was not there when configure ran." >&2
endif

check-long:
	@INV_EVERY_REQUEST=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$(LONG_TESTS)"
check-short:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(filter-out $(LONG_TESTS),$(TESTS))"
.PHONY: check-long check-short

# What make check DIRECTORY=389ds runs. The other suites need no directory, or parts of slapd.
DS389_TESTS = tests/integration/ds389.sh tests/integration/ds389_nested.sh tests/integration/setup_389ds.sh \
	tests/integration/race tests/integration/crash \
	tests/integration/bad_input tests/integration/tls tests/integration/faults \
	tests/pam/check_pam_login tests/pam/check_pam_change tests/directory/check_directory \
	tests/directory/check_connection tests/directory/check_own_socket \
	tests/directory/check_refused tests/redeem/check_redeem \
	tests/redeem/check_redeem_resume tests/redeem/check_redeem_reset \
	tests/redeem/check_redeem_contact tests/redeem/check_redeem_refused \
	tests/redeem/check_redeem_hidden \
	tests/redeem/check_redeem_open tests/redeem/check_redeem_finish tests/redeem/check_redeem_heir \
	tests/redeem/check_redeem_settle tests/redeem/check_redeem_alike tests/upkeep/check_repair \
	tests/upkeep/check_purge tests/upkeep/check_removal tests/upkeep/check_adopt \
	tests/upkeep/check_adopted tests/upkeep/check_shared_names tests/upkeep/check_visibility \
	tests/model/check_invite_read tests/model/check_reservation tests/model/check_account \
	tests/model/check_account_verifiers tests/model/check_deleted_password \
	tests/directory/check_remembered tests/redeem/check_login_verifiers \
	tests/model/check_freshness tests/model/check_group tests/invite/check_invite_create \
	tests/roster/check_roster tests/roster/check_changes tests/agent/check_agent \
	tests/agent/check_agent_roster tests/agent/check_agent_open tests/agent/check_agent_pam \
	tests/agent/check_agent_faults tests/agent/check_agent_own tests/sasl/check_sasl_fresh
