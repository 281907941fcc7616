# SPDX-License-Identifier: BSD-2-Clause
# Shell tests with real servers. Each prints TAP and cleans up after itself.
dist_check_SCRIPTS += tests/integration/schema.sh
TESTS += tests/integration/schema.sh
EXTRA_DIST += scripts/private-slapd
