# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/base/check_result tests/base/check_secret tests/base/check_utf8
UNIT_TESTS += tests/base/check_timestamp tests/base/check_log tests/base/check_encoding
