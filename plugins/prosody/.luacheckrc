-- SPDX-License-Identifier: BSD-2-Clause
std = "lua52"
include_files = { "**/*.lua" }
globals = { "module" }
read_globals = { "prosody" }
max_line_length = 120
