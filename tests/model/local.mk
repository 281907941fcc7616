# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/model/check_context tests/model/check_invite tests/model/check_account_entry
UNIT_TESTS += tests/model/check_password_dates
HEART_TESTS += tests/model/check_account tests/model/check_freshness tests/model/check_lock
HEART_TESTS += tests/model/check_owner tests/model/check_group tests/model/check_invite_read
HEART_TESTS += tests/model/check_reservation tests/model/check_account_verifiers
HEART_TESTS += tests/model/check_deleted_password
