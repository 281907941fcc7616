# SPDX-License-Identifier: BSD-2-Clause
# Slips made on purpose, to see which of them no test would notice: hours, so not part of any check.
# MUTANTS: a regular expression that chooses rows. MUTANTS_FLAGS: options of tests/mutants/run, such as -j2.
EXTRA_DIST += tests/mutants/run tests/mutants/table
MUTANTS =
MUTANTS_FLAGS =
mutants:
	@$(srcdir)/tests/mutants/run --only '$(MUTANTS)' $(MUTANTS_FLAGS) -- CC='$(CC)' LDFLAGS='$(LDFLAGS)'
.PHONY: mutants
