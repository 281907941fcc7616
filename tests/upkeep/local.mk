# SPDX-License-Identifier: BSD-2-Clause
HEART_TESTS += tests/upkeep/check_repair tests/upkeep/check_visibility tests/upkeep/check_purge
HEART_TESTS += tests/upkeep/check_removal tests/upkeep/check_owed tests/upkeep/check_adopt
HEART_TESTS += tests/upkeep/check_adopted tests/upkeep/check_shared_names
HEART_TESTS += tests/upkeep/check_repair_accounts
# In two files, for one slapd.
tests_upkeep_check_repair_SOURCES = tests/upkeep/check_repair.c tests/upkeep/repair_held.c \
	tests/upkeep/repair_held.h
