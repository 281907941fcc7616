# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/config/check_reader tests/config/check_config tests/config/check_config_values
UNIT_TESTS += tests/config/check_config_file tests/config/check_name_filter
