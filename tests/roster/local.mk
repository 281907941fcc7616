# SPDX-License-Identifier: BSD-2-Clause
HEART_TESTS += tests/roster/check_roster tests/roster/check_changes
