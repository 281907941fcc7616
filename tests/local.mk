# SPDX-License-Identifier: BSD-2-Clause
# One Check suite a room: tests/check_ROOM.c. Integration: tests/integration.
include tests/pam.mk
include tests/agent.mk
include tests/residue.mk
if HAVE_CHECK
UNIT_TESTS = tests/check_result tests/check_answer tests/check_provider
UNIT_TESTS += tests/check_secret tests/check_utf8 tests/check_timestamp tests/check_log
UNIT_TESTS += tests/check_read_ahead tests/check_ctl_users
UNIT_TESTS += tests/check_encoding tests/check_key tests/check_token
UNIT_TESTS += tests/check_config tests/check_config_values tests/check_config_file tests/check_gate
UNIT_TESTS += tests/check_name tests/check_verifier
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_LIBS = common/libcommon.la $(CHECK_LIBS)

tests_check_result_SOURCES = tests/check_result.c
tests_check_result_CFLAGS = $(UNIT_CFLAGS)
tests_check_result_LDADD = $(UNIT_LIBS)

tests_check_provider_SOURCES = tests/check_provider.c
tests_check_provider_CFLAGS = $(UNIT_CFLAGS)
tests_check_provider_LDADD = $(UNIT_LIBS)

tests_check_answer_SOURCES = tests/check_answer.c
tests_check_answer_CFLAGS = $(UNIT_CFLAGS)
tests_check_answer_LDADD = $(UNIT_LIBS)

tests_check_read_ahead_SOURCES = tests/check_read_ahead.c
tests_check_read_ahead_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_check_read_ahead_CFLAGS = $(UNIT_CFLAGS) $(LDAP_CFLAGS)
tests_check_read_ahead_LDADD = $(UNIT_LIBS) $(LDAP_LIBS)
tests_check_secret_SOURCES = tests/check_secret.c
tests_check_secret_CFLAGS = $(UNIT_CFLAGS)
tests_check_secret_LDADD = $(UNIT_LIBS)

tests_check_utf8_SOURCES = tests/check_utf8.c
tests_check_utf8_CFLAGS = $(UNIT_CFLAGS)
tests_check_utf8_LDADD = $(UNIT_LIBS)

tests_check_timestamp_SOURCES = tests/check_timestamp.c
tests_check_timestamp_CFLAGS = $(UNIT_CFLAGS)
tests_check_timestamp_LDADD = $(UNIT_LIBS)

tests_check_log_SOURCES = tests/check_log.c
tests_check_log_CFLAGS = $(UNIT_CFLAGS)
tests_check_log_LDADD = $(UNIT_LIBS)

tests_check_encoding_SOURCES = tests/check_encoding.c
tests_check_encoding_CFLAGS = $(UNIT_CFLAGS)
tests_check_encoding_LDADD = $(UNIT_LIBS)

tests_check_key_SOURCES = tests/check_key.c tests/test_keys.c tests/test_keys.h
tests_check_key_CFLAGS = $(UNIT_CFLAGS)
tests_check_key_LDADD = $(UNIT_LIBS)

tests_check_token_SOURCES = tests/check_token.c tests/test_keys.c tests/test_keys.h
tests_check_token_CFLAGS = $(UNIT_CFLAGS)
tests_check_token_LDADD = $(UNIT_LIBS)

tests_check_verifier_SOURCES = tests/check_verifier.c tests/test_keys.c tests/test_keys.h
tests_check_verifier_CFLAGS = $(UNIT_CFLAGS) $(CRYPTO_CFLAGS) $(CRYPT_CFLAGS)
tests_check_verifier_LDADD = $(UNIT_LIBS) $(CRYPTO_LIBS) $(CRYPT_LIBS)

tests_check_name_SOURCES = tests/check_name.c
tests_check_name_CFLAGS = $(UNIT_CFLAGS)
tests_check_name_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
tests_check_name_LDADD = $(UNIT_LIBS)

include tests/integration/local.mk
include tests/fuzz/local.mk
include tests/prosody/local.mk

tests_check_config_SOURCES = tests/check_config.c tests/config_fixture.c tests/config_fixture.h
tests_check_config_CFLAGS = $(UNIT_CFLAGS)
tests_check_config_LDADD = $(UNIT_LIBS)
tests_check_config_values_SOURCES = tests/check_config_values.c tests/config_fixture.c tests/config_fixture.h
tests_check_config_values_CFLAGS = $(UNIT_CFLAGS)
tests_check_config_values_LDADD = $(UNIT_LIBS)
tests_check_config_file_SOURCES = tests/check_config_file.c tests/config_fixture.c tests/config_fixture.h
tests_check_config_file_CFLAGS = $(UNIT_CFLAGS)
tests_check_config_file_LDADD = $(UNIT_LIBS)

tests_check_gate_SOURCES = tests/check_gate.c tests/config_fixture.c tests/config_fixture.h
tests_check_gate_CFLAGS = $(UNIT_CFLAGS)
tests_check_gate_LDADD = $(UNIT_LIBS)

# The heart against a slapd of its own.
if HAVE_CHECK
HEART_TESTS = tests/check_redeem tests/check_redeem_resume tests/check_redeem_reset \
	tests/check_redeem_contact tests/integration/race \
	tests/integration/crash tests/check_directory tests/check_connection
HEART_TESTS += tests/check_repair tests/check_sight tests/check_purge tests/check_removal
HEART_TESTS += tests/check_invite tests/check_invite_create tests/check_reservation
HEART_TESTS += tests/check_account tests/check_freshness tests/check_roster tests/check_redeem_refused
HEART_TESTS += tests/check_changes tests/check_redeem_open tests/check_redeem_alike
HEART_TESTS += tests/check_refused tests/check_owner tests/check_lock
HEART_TESTS += tests/check_redeem_codes tests/check_constraint
HEART_TESTS += tests/check_redeem_finish tests/check_redeem_heir tests/check_redeem_told
HEART_TESTS += tests/check_redeem_settle tests/check_redeem_between
HEART_TESTS += tests/check_password
HEART_TESTS += tests/check_redeem_settle tests/check_redeem_between tests/check_group
HEART_TESTS += tests/check_owed tests/check_reset_scram
check_PROGRAMS += $(HEART_TESTS)
TESTS += $(HEART_TESTS)
endif
SITE_SOURCES = tests/support/site.c tests/support/site.h tests/support/counter.c \
	tests/support/counter.h $(SLAPD_FIXTURE)
SITE_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)

tests_check_redeem_SOURCES = tests/check_redeem.c $(SITE_SOURCES)
tests_check_redeem_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_LDADD = $(UNIT_LIBS)

tests_check_redeem_resume_SOURCES = tests/check_redeem_resume.c $(LEFTOVER_SOURCES)
tests_check_redeem_resume_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_resume_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_resume_LDADD = $(UNIT_LIBS)

tests_check_redeem_finish_SOURCES = tests/check_redeem_finish.c $(LEFTOVER_SOURCES)
tests_check_redeem_finish_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_finish_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_finish_LDADD = $(UNIT_LIBS)

tests_check_redeem_settle_SOURCES = tests/check_redeem_settle.c $(LEFTOVER_SOURCES)
tests_check_redeem_settle_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_settle_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_settle_LDADD = $(UNIT_LIBS)
tests_check_redeem_between_SOURCES = tests/check_redeem_between.c $(LEFTOVER_SOURCES)
tests_check_redeem_between_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_between_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_between_LDADD = $(UNIT_LIBS)
tests_check_owed_SOURCES = tests/check_owed.c $(LEFTOVER_SOURCES)
tests_check_owed_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_owed_CFLAGS = $(UNIT_CFLAGS)
tests_check_owed_LDADD = $(UNIT_LIBS)
tests_check_group_SOURCES = tests/check_group.c $(LEFTOVER_SOURCES)
tests_check_group_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_group_CFLAGS = $(UNIT_CFLAGS)
tests_check_group_LDADD = $(UNIT_LIBS)
tests_check_redeem_heir_SOURCES = tests/check_redeem_heir.c $(LEFTOVER_SOURCES)
tests_check_redeem_heir_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_heir_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_heir_LDADD = $(UNIT_LIBS)

tests_check_redeem_codes_SOURCES = tests/check_redeem_codes.c tests/support/gateway.c \
	tests/support/gateway.h $(SITE_SOURCES)
tests_check_redeem_codes_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_codes_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_codes_LDADD = $(UNIT_LIBS)

tests_check_constraint_SOURCES = tests/check_constraint.c $(SITE_SOURCES)
tests_check_constraint_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_constraint_CFLAGS = $(UNIT_CFLAGS)
tests_check_constraint_LDADD = $(UNIT_LIBS)

tests_check_password_SOURCES = tests/check_password.c $(SITE_SOURCES)
tests_check_password_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_password_CFLAGS = $(UNIT_CFLAGS)
tests_check_password_LDADD = $(UNIT_LIBS)
tests_check_redeem_told_SOURCES = tests/check_redeem_told.c $(SITE_SOURCES)
tests_check_redeem_told_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_told_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_told_LDADD = $(UNIT_LIBS)

tests_integration_race_SOURCES = tests/integration/race.c $(SITE_SOURCES)
tests_integration_race_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_race_CFLAGS = $(UNIT_CFLAGS)
tests_integration_race_LDADD = $(UNIT_LIBS)

tests_check_redeem_reset_SOURCES = tests/check_redeem_reset.c $(SITE_SOURCES)
tests_check_redeem_reset_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_reset_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_reset_LDADD = $(UNIT_LIBS)

tests_check_redeem_contact_SOURCES = tests/check_redeem_contact.c $(SITE_SOURCES)
tests_check_redeem_contact_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_contact_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_contact_LDADD = $(UNIT_LIBS)

tests_integration_crash_SOURCES = tests/integration/crash.c $(SITE_SOURCES)
tests_integration_crash_CPPFLAGS = $(SITE_CPPFLAGS)
tests_integration_crash_CFLAGS = $(UNIT_CFLAGS)
tests_integration_crash_LDADD = $(UNIT_LIBS)

tests_check_directory_SOURCES = tests/check_directory.c $(SITE_SOURCES)
tests_check_directory_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_directory_CFLAGS = $(UNIT_CFLAGS)
tests_check_directory_LDADD = $(UNIT_LIBS)

tests_check_connection_SOURCES = tests/check_connection.c $(SITE_SOURCES)
tests_check_connection_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_connection_CFLAGS = $(UNIT_CFLAGS)
tests_check_connection_LDADD = $(UNIT_LIBS)

tests_check_refused_SOURCES = tests/check_refused.c $(SITE_SOURCES)
tests_check_refused_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_refused_CFLAGS = $(UNIT_CFLAGS)
tests_check_refused_LDADD = $(UNIT_LIBS)

LEFTOVER_SOURCES = $(SITE_SOURCES) tests/support/leftover.c tests/support/leftover.h
OBSERVER_SOURCES = tests/support/observer.c tests/support/observer.h
tests_check_purge_SOURCES = tests/check_purge.c $(LEFTOVER_SOURCES) $(OBSERVER_SOURCES)
tests_check_purge_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_purge_CFLAGS = $(UNIT_CFLAGS)
tests_check_purge_LDADD = $(UNIT_LIBS)

tests_check_repair_SOURCES = tests/check_repair.c $(LEFTOVER_SOURCES) $(OBSERVER_SOURCES)
tests_check_repair_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_repair_CFLAGS = $(UNIT_CFLAGS)
tests_check_repair_LDADD = $(UNIT_LIBS)

tests_check_owner_SOURCES = tests/check_owner.c $(LEFTOVER_SOURCES) $(OBSERVER_SOURCES)
tests_check_owner_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_owner_CFLAGS = $(UNIT_CFLAGS)
tests_check_owner_LDADD = $(UNIT_LIBS)

# doctor's look at the users of this host, whose file ends as the test wants
tests_check_ctl_users_SOURCES = tests/check_ctl_users.c tools/ctl/local_users.c
tests_check_ctl_users_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
tests_check_ctl_users_CFLAGS = $(UNIT_CFLAGS)
tests_check_ctl_users_LDADD = $(UNIT_LIBS)

tests_check_lock_SOURCES = tests/check_lock.c $(CALLS_SOURCES)
tests_check_lock_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_lock_CFLAGS = $(UNIT_CFLAGS)
tests_check_lock_LDADD = $(UNIT_LIBS)

tests_check_sight_SOURCES = tests/check_sight.c $(LEFTOVER_SOURCES) $(OBSERVER_SOURCES)
tests_check_sight_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_sight_CFLAGS = $(UNIT_CFLAGS)
tests_check_sight_LDADD = $(UNIT_LIBS)

tests_check_removal_SOURCES = tests/check_removal.c $(LEFTOVER_SOURCES)
tests_check_removal_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_removal_CFLAGS = $(UNIT_CFLAGS)
tests_check_removal_LDADD = $(UNIT_LIBS)

CALLS_SOURCES = tests/support/calls.c tests/support/calls.h $(SITE_SOURCES)
tests_check_invite_SOURCES = tests/check_invite.c $(CALLS_SOURCES)
tests_check_invite_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_invite_CFLAGS = $(UNIT_CFLAGS)
tests_check_invite_LDADD = $(UNIT_LIBS)

tests_check_invite_create_SOURCES = tests/check_invite_create.c $(CALLS_SOURCES)
tests_check_invite_create_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_invite_create_CFLAGS = $(UNIT_CFLAGS)
tests_check_invite_create_LDADD = $(UNIT_LIBS)

tests_check_reservation_SOURCES = tests/check_reservation.c $(CALLS_SOURCES)
tests_check_reservation_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_reservation_CFLAGS = $(UNIT_CFLAGS)
tests_check_reservation_LDADD = $(UNIT_LIBS)

tests_check_account_SOURCES = tests/check_account.c $(CALLS_SOURCES)
tests_check_account_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_account_CFLAGS = $(UNIT_CFLAGS)
tests_check_account_LDADD = $(UNIT_LIBS)

tests_check_freshness_SOURCES = tests/check_freshness.c $(CALLS_SOURCES)
tests_check_freshness_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_freshness_CFLAGS = $(UNIT_CFLAGS)
tests_check_freshness_LDADD = $(UNIT_LIBS)

tests_check_reset_scram_SOURCES = tests/check_reset_scram.c $(CALLS_SOURCES) $(OBSERVER_SOURCES) \
	tests/support/gateway.c tests/support/gateway.h
tests_check_reset_scram_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_reset_scram_CFLAGS = $(UNIT_CFLAGS)
tests_check_reset_scram_LDADD = $(UNIT_LIBS)

tests_check_roster_SOURCES = tests/check_roster.c $(SITE_SOURCES)
tests_check_roster_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_roster_CFLAGS = $(UNIT_CFLAGS)
tests_check_roster_LDADD = $(UNIT_LIBS)

tests_check_redeem_refused_SOURCES = tests/check_redeem_refused.c $(LEFTOVER_SOURCES)
tests_check_redeem_refused_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_refused_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_refused_LDADD = $(UNIT_LIBS)

tests_check_redeem_alike_SOURCES = tests/check_redeem_alike.c $(SITE_SOURCES)
tests_check_redeem_alike_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_alike_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_alike_LDADD = $(UNIT_LIBS)

tests_check_changes_SOURCES = tests/check_changes.c $(SITE_SOURCES)
tests_check_changes_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_changes_CFLAGS = $(UNIT_CFLAGS)
tests_check_changes_LDADD = $(UNIT_LIBS)

tests_check_redeem_open_SOURCES = tests/check_redeem_open.c $(SITE_SOURCES)
tests_check_redeem_open_CPPFLAGS = $(SITE_CPPFLAGS)
tests_check_redeem_open_CFLAGS = $(UNIT_CFLAGS)
tests_check_redeem_open_LDADD = $(UNIT_LIBS)

# What make check DIRECTORY=389ds runs. The other suites need no directory, or parts of slapd.
DS389_TESTS = tests/integration/ds389.sh tests/integration/race tests/integration/crash \
	tests/check_pam_login tests/check_pam_change tests/check_directory tests/check_connection \
	tests/check_redeem tests/check_redeem_resume tests/check_redeem_reset \
	tests/check_redeem_contact tests/check_redeem_refused tests/check_repair tests/check_purge \
	tests/check_removal tests/check_invite tests/check_invite_create tests/check_reservation \
	tests/check_account tests/check_freshness tests/check_roster tests/check_changes tests/check_redeem_open \
	tests/check_redeem_finish tests/check_redeem_heir tests/check_redeem_settle tests/check_group \
	tests/check_redeem_alike tests/check_sight tests/check_refused tests/check_agent \
	tests/check_agent_roster tests/check_agent_open tests/check_agent_pam \
	tests/check_agent_faults tests/integration/bad_input tests/integration/tls \
	tests/integration/faults
