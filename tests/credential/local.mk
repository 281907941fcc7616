# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/credential/check_key tests/credential/check_token tests/credential/check_jid
UNIT_TESTS += tests/credential/check_jid_expand
UNIT_TESTS += tests/credential/check_password_shape tests/credential/check_pbkdf2
UNIT_TESTS += tests/credential/check_verifier tests/credential/check_new_verifiers
HEART_TESTS += tests/credential/check_password
tests_credential_check_jid_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
