# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/directory/check_answer tests/directory/check_provider
UNIT_TESTS += tests/directory/check_read_ahead
HEART_TESTS += tests/directory/check_directory tests/directory/check_connection
HEART_TESTS += tests/directory/check_own_socket tests/directory/check_refused
HEART_TESTS += tests/directory/check_remembered
# In parts, for one slapd.
tests_directory_check_directory_SOURCES = tests/directory/check_directory.c tests/directory/room.c \
	tests/directory/room.h tests/directory/room_pages.c tests/directory/room_passwords.c
