# SPDX-License-Identifier: BSD-2-Clause
# Figures, never tests: "make bench" prints a table, "make bench-json" a JSON object a line.
BENCHMARKS = bench/bench_token bench/bench_scram bench/bench_registration \
	bench/bench_transaction bench/bench_timing bench/bench_flood bench/bench_sasl
# Takes minutes and gigabytes: "make bench-size", also with INV_BENCH_INVITES="1000 20000" TMPDIR=/dev/shm.
BENCH_SIZE = bench/bench_size
# Started by bench_sasl.
BENCH_SASL_START = bench/sasl_start
EXTRA_PROGRAMS += $(BENCHMARKS) $(BENCH_SIZE) $(BENCH_SASL_START)
CLEANFILES += $(BENCHMARKS) $(BENCH_SIZE) $(BENCH_SASL_START)
EXTRA_DIST += bench/README.md
BENCH_COMMON = bench/measure.c bench/measure.h bench/welch.h
BENCH_PLACE = bench/place.c bench/place.h $(SLAPD_FIXTURE)

bench_bench_token_SOURCES = bench/bench_token.c $(BENCH_COMMON)
bench_bench_token_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
bench_bench_token_LDADD = $(COMMON_LIBS)

bench_bench_scram_SOURCES = bench/bench_scram.c $(BENCH_COMMON)
bench_bench_scram_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(NETTLE_CFLAGS)
bench_bench_scram_LDADD = $(COMMON_LIBS)

BENCH_REGISTRATIONS = bench/registrations.c bench/registrations.h bench/bare.c bench/bare.h \
	$(BENCH_COMMON) $(BENCH_PLACE)
# The bare program is written as an example would be, string literals in LDAPMod and all.
BENCH_REGISTRATIONS_CFLAGS = $(AM_CFLAGS) $(LDAP_CFLAGS) $(CRYPTO_CFLAGS) \
	-Wno-write-strings -Wno-frame-larger-than
bench_bench_registration_SOURCES = bench/bench_registration.c tests/support/counter.c \
	tests/support/counter.h $(BENCH_REGISTRATIONS)
bench_bench_registration_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_registration_CFLAGS = $(BENCH_REGISTRATIONS_CFLAGS)
bench_bench_registration_LDADD = $(COMMON_LIBS)

bench_bench_size_SOURCES = bench/bench_size.c $(BENCH_REGISTRATIONS)
bench_bench_size_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_size_CFLAGS = $(BENCH_REGISTRATIONS_CFLAGS)
bench_bench_size_LDADD = $(COMMON_LIBS)

bench_bench_transaction_SOURCES = bench/bench_transaction.c bench/stack.c bench/stack.h \
	$(BENCH_COMMON) $(BENCH_PLACE)
bench_bench_transaction_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_transaction_CFLAGS = $(AM_CFLAGS) $(PAM_CFLAGS)
bench_bench_transaction_LDADD = $(COMMON_LIBS) $(PAM_LIBS)

bench_bench_timing_SOURCES = bench/bench_timing.c bench/tokens.c bench/tokens.h bench/stack.c \
	bench/stack.h bench/welch.c $(BENCH_COMMON) $(BENCH_PLACE)
bench_bench_timing_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_timing_CFLAGS = $(AM_CFLAGS) $(PAM_CFLAGS)
bench_bench_timing_LDADD = $(COMMON_LIBS) $(PAM_LIBS) -lm

bench_bench_flood_SOURCES = bench/bench_flood.c bench/delay.c bench/delay.h $(BENCH_COMMON) \
	$(BENCH_PLACE)
bench_bench_flood_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_flood_LDADD = $(COMMON_LIBS) -lm

bench_bench_sasl_SOURCES = bench/bench_sasl.c bench/delay.c bench/delay.h $(BENCH_COMMON) $(BENCH_PLACE)
bench_bench_sasl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_bench_sasl_CFLAGS = $(AM_CFLAGS) $(LDAP_CFLAGS) $(SASL_CFLAGS)
bench_bench_sasl_LDADD = $(COMMON_LIBS) $(SASL_LIBS) -ldl -lm
bench_sasl_start_SOURCES = bench/sasl_start.c
bench_sasl_start_CFLAGS = $(AM_CFLAGS) $(SASL_CFLAGS)
bench_sasl_start_LDADD = $(SASL_LIBS)

include bench/prosody/local.mk

bench: $(BENCHMARKS) $(BENCH_SASL_START) $(BENCH_PROSODY_LOAD) $(BENCH_PROSODY_LOGINS) all
	@for program in $(BENCHMARKS); do \
		abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' $$program || exit 1; \
	done
	@$(BENCH_PROSODY_RUN)/compare.py
	@$(BENCH_PROSODY_RUN)/logins.py
# What .ci/run builds, so that they stay fit to run.
bench-programs: $(BENCHMARKS) $(BENCH_SIZE) $(BENCH_SASL_START) $(BENCH_PROSODY_LOGINS)
bench-size: $(BENCH_SIZE)
	@abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
		$(BENCH_SIZE) $(INV_BENCH_INVITES)
bench-json:
	@INV_BENCH_JSON=1 $(MAKE) -s bench
.PHONY: bench bench-programs bench-size bench-json
