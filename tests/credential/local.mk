# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/credential/check_key tests/credential/check_token tests/credential/check_name
UNIT_TESTS += tests/credential/check_pbkdf2 tests/credential/check_verifier
HEART_TESTS += tests/credential/check_password
tests_credential_check_name_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
