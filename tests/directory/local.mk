# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/directory/check_answer tests/directory/check_provider
UNIT_TESTS += tests/directory/check_read_ahead
HEART_TESTS += tests/directory/check_directory tests/directory/check_connection
HEART_TESTS += tests/directory/check_own_socket tests/directory/check_refused
HEART_TESTS += tests/directory/check_remembered
