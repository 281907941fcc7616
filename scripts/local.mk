# SPDX-License-Identifier: BSD-2-Clause
# Checks of the sources themselves, for developers. Everything here needs no network and changes nothing.
EXTRA_DIST += .clang-format .clang-tidy .ci/run scripts/check scripts/install-packages scripts/packages \
	tests/suppressions/leaks tests/suppressions/threads tests/suppressions/valgrind
AM_DISTCHECK_CONFIGURE_FLAGS = --with-pamdir='$${libdir}/security' \
	--with-saslplugindir='$${libdir}/sasl2'

.PHONY: format-check format lint lint-shell lint-man lint-tidy lint-cppcheck lint-analyzer \
	check-units check-valgrind check-dist list-results coverage \
	clean-coverage distcheck-units

SOURCE_DIRECTORIES = common include plugins tools tests bench

format-check:
	@test -n "$(CLANG_FORMAT)" || { echo "clang-format is missing: apt-get install clang-format-14" >&2; exit 1; }
	@cd $(srcdir) && directories= && \
	for d in $(SOURCE_DIRECTORIES); do test ! -d $$d || directories="$$directories $$d"; done && \
	find $$directories -name '*.[ch]' -exec $(CLANG_FORMAT) --dry-run -Werror {} +

format:
	@cd $(srcdir) && directories= && \
	for d in $(SOURCE_DIRECTORIES); do test ! -d $$d || directories="$$directories $$d"; done && \
	find $$directories -name '*.[ch]' -exec $(CLANG_FORMAT) -i {} +

lint: lint-shell lint-man lint-tidy lint-cppcheck lint-analyzer

# Everything that starts with a shell's name, whatever it is called.
lint-shell:
	@test -n "$(SHELLCHECK)" || { echo "shellcheck is missing: apt-get install shellcheck" >&2; exit 1; }
	@cd $(srcdir) && scripts= && \
	for f in `find scripts .ci tests config-examples plugins bench schema -type f 2>/dev/null | sort`; do \
		if head -n 1 "$$f" | grep -aqE '^#! ?/(usr/)?bin/(env )?(ba)?sh'; then scripts="$$scripts $$f"; fi; \
	done; echo "shellcheck:$$scripts"; $(SHELLCHECK) -x -P SCRIPTDIR $$scripts

lint-man:
	@test -n "$(MANDOC)" || { echo "mandoc is missing: apt-get install mandoc" >&2; exit 1; }
	@cd $(srcdir) && pages=`find man -name '*.[1-9]'`; echo "mandoc -T lint:" $$pages; \
	test -z "$$pages" || $(MANDOC) -T lint -W warning $$pages

# What compilers and tools find without running anything, in all that is installed. INV_LINT: what a
# tool that reads one file at a time has to be told.
LINT_DIRECTORIES = common plugins tools
LINT_FLAGS = -std=gnu11 $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) -I$(top_srcdir)/common -I$(top_srcdir)/tools/ctl -DINV_LINT $(LDAP_CFLAGS) \
	$(CRYPTO_CFLAGS) $(NETTLE_CFLAGS) $(CRYPT_CFLAGS) $(IDN_CFLAGS) $(JANSSON_CFLAGS) \
	$(QRENCODE_CFLAGS) $(PAM_CFLAGS)
LINT_EACH = find `for d in $(LINT_DIRECTORIES); do echo $(srcdir)/$$d; done` -name '*.c' | sort | \
	xargs -P "`nproc`" -I{}

# .clang-tidy says what it looks for, and why not for the rest.
lint-tidy: config.h
	@test -n "$(CLANG_TIDY)" || { echo "clang-tidy is missing: apt-get install clang-tidy-14" >&2; exit 1; }
	@$(LINT_EACH) $(CLANG_TIDY) --quiet {} -- $(LINT_FLAGS) 2>lint-tidy.log || \
		{ grep -v 'warnings\? generated' lint-tidy.log >&2; exit 1; }
CLEANFILES += lint-tidy.log

# varFuncNullUB: NULL is a pointer wherever POSIX is.
lint-cppcheck: config.h
	@test -n "$(CPPCHECK)" || { echo "cppcheck is missing: apt-get install cppcheck" >&2; exit 1; }
	@cd $(srcdir) && $(CPPCHECK) -q -j "`nproc`" --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=varFuncNullUB --error-exitcode=1 -DHAVE_CONFIG_H -D_GNU_SOURCE \
		-DINV_LINT -I include -I . -I common -I tools/ctl $(LINT_DIRECTORIES)

# gcc's own, whatever $(CC) is. What gcc 12 says of leaks and of values that were not set is left out:
# it loses sight of arrays as soon as an index is no constant.
GCC_ANALYZER = gcc -fanalyzer -O1 -Werror -Wno-analyzer-malloc-leak \
	-Wno-analyzer-use-of-uninitialized-value
lint-analyzer: config.h
	@$(LINT_EACH) $(GCC_ANALYZER) $(LINT_FLAGS) -c -o /dev/null {}

# What the tests that have run since the build have run of common/; by branches too with
# COVERAGE_FLAGS=--txt-metric=branch, and line by line in coverage/ with
# COVERAGE_FLAGS='--html-details coverage/index.html'.
COVERAGE_FLAGS =
coverage:
if COVERAGE
	@test -n "$(GCOVR)" || { echo "gcovr is missing: apt-get install gcovr" >&2; exit 1; }
	@$(MKDIR_P) coverage
	@$(GCOVR) --root $(srcdir) --filter '$(srcdir)/common/' --exclude-unreachable-branches \
		--gcov-ignore-parse-errors --object-directory . $(COVERAGE_FLAGS) .
else
	@echo "make coverage needs a build configured with --enable-coverage" >&2; exit 1
endif
clean-local: clean-coverage
clean-coverage:
	-rm -rf coverage
	-find . -name '*.gcda' -exec rm -f {} +
	-find . -name '*.gcno' -exec rm -f {} +

# distcheck, with the unit suites in place of all: CI runs all of them from the release before.
distcheck-units:
	@$(MAKE) distcheck AM_MAKEFLAGS="TESTS='$(UNIT_TESTS)' check_PROGRAMS='$(UNIT_TESTS)'"

# The files in which automake keeps each suite's results.
list-results:
	@for test in $(TESTS); do test=$${test%.sh}; echo "$${test%.py}.trs"; done

check-units:
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(UNIT_TESTS)"
# (It builds all suites, so that both compilers see them.)

# The unit suites under memcheck. CK_FORK=no: one process, so that a leak in one test is seen. Suites
# that cannot run so, or take minutes, stand in VALGRIND_SKIP.
VALGRIND_SKIP =
VALGRIND_FLAGS = --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
	--num-callers=30 --suppressions=$(abs_top_srcdir)/tests/suppressions/valgrind
check-valgrind:
	@test -n "$(VALGRIND)" || { echo "valgrind is missing: apt-get install valgrind" >&2; exit 1; }
	@test "$(INV_SANITIZERS)" = no || { echo "valgrind cannot run what sanitizers instrument: configure without --enable-sanitizers" >&2; exit 1; }
	@tests=; for t in $(UNIT_TESTS); do \
		case " $(VALGRIND_SKIP) " in *" $$t "*) ;; *) tests="$$tests $$t" ;; esac; \
	done; \
	CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$$tests" check_PROGRAMS="$$tests" \
		LOG_COMPILER='$(LIBTOOL) --mode=execute $(VALGRIND) $(VALGRIND_FLAGS)'

# A file that git knows and the release lacks would only be missed by those who unpack it.
check-dist: distdir
	@if test ! -e $(srcdir)/.git; then : >missing-in-dist; else \
		( cd $(srcdir) && git -c safe.directory='*' ls-files ) >tracked-files && \
		grep -vx '\.gitignore' tracked-files | while read -r f; do \
			test -e "$(distdir)/$$f" || echo "$$f"; \
		done >missing-in-dist; \
	fi
	@$(am__remove_distdir)
	@if test -s missing-in-dist; then \
		echo "tracked, but not in the release (EXTRA_DIST, _SOURCES):" >&2; \
		cat missing-in-dist >&2; exit 1; \
	fi
CLEANFILES += missing-in-dist tracked-files

# What a new user runs first.
EXTRA_DIST += scripts/pam-wrapped scripts/private-certificate scripts/private-prosody scripts/quickstart scripts/xmpp-client
dist_doc_DATA = COPYING HACKING.md NEWS README.md SECURITY.md
