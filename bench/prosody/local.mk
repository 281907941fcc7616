# SPDX-License-Identifier: BSD-2-Clause
# Beside stock Prosody; the clients are also those of a test.
BENCH_PROSODY_LOAD = bench/prosody/load
check_PROGRAMS += $(BENCH_PROSODY_LOAD)
bench_prosody_load_SOURCES = bench/prosody/load.c bench/prosody/stream.c bench/prosody/stream.h \
	bench/measure.c bench/measure.h
bench_prosody_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_prosody_load_LDADD = -lpthread

# Logins; no test needs it.
BENCH_PROSODY_LOGINS = bench/prosody/logins
EXTRA_PROGRAMS += $(BENCH_PROSODY_LOGINS)
CLEANFILES += $(BENCH_PROSODY_LOGINS)
bench_prosody_logins_SOURCES = bench/prosody/logins.c bench/prosody/sasl.c bench/prosody/sasl.h \
	bench/prosody/stream.c bench/prosody/stream.h bench/measure.c bench/measure.h
bench_prosody_logins_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_prosody_logins_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
bench_prosody_logins_LDADD = $(COMMON_LIBS) -lpthread

BENCH_PROSODY_RUN = abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
	$(srcdir)/bench/prosody
EXTRA_DIST += bench/prosody/compare.py bench/prosody/logins.py bench/prosody/places.py \
	bench/prosody/bystander.py bench/prosody/figures.py bench/prosody/needs.py bench/prosody/README.md \
	bench/prosody/modules/mod_bench_invites.lua

bench-prosody: $(BENCH_PROSODY_LOAD) $(BENCH_PROSODY_LOGINS) all
	@$(BENCH_PROSODY_RUN)/compare.py
	@$(BENCH_PROSODY_RUN)/logins.py
bench-prosody-logins: $(BENCH_PROSODY_LOAD) $(BENCH_PROSODY_LOGINS) all
	@$(BENCH_PROSODY_RUN)/logins.py
.PHONY: bench-prosody bench-prosody-logins
