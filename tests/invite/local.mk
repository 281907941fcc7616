# SPDX-License-Identifier: BSD-2-Clause
HEART_TESTS += tests/invite/check_invite_create
