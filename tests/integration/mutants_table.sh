#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The table of make mutants fits the sources: each text that a slip changes is there, once. Nothing is built.
set -u

exec "${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/mutants/run" --check
