# SPDX-License-Identifier: BSD-2-Clause
HEART_TESTS += tests/redeem/check_redeem tests/redeem/check_redeem_resume
HEART_TESTS += tests/redeem/check_redeem_reset tests/redeem/check_redeem_contact
HEART_TESTS += tests/redeem/check_redeem_refused tests/redeem/check_redeem_hidden
HEART_TESTS += tests/redeem/check_redeem_open
HEART_TESTS += tests/redeem/check_redeem_alike tests/redeem/check_redeem_codes
HEART_TESTS += tests/redeem/check_redeem_finish tests/redeem/check_redeem_heir
HEART_TESTS += tests/redeem/check_redeem_told tests/redeem/check_redeem_settle
HEART_TESTS += tests/redeem/check_redeem_between tests/redeem/check_constraint
HEART_TESTS += tests/redeem/check_reset_scram
HEART_TESTS += tests/redeem/check_login tests/redeem/check_login_verifiers
UNIT_TESTS += tests/redeem/check_types
# In parts, for one slapd.
tests_redeem_check_redeem_refused_SOURCES = tests/redeem/check_redeem_refused.c \
	tests/redeem/refused_names.c tests/redeem/refused_names.h
