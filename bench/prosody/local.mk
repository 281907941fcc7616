# SPDX-License-Identifier: BSD-2-Clause
# Beside stock Prosody; the clients are also those of a test.
BENCH_PROSODY_LOAD = bench/prosody/load
check_PROGRAMS += $(BENCH_PROSODY_LOAD)
bench_prosody_load_SOURCES = bench/prosody/load.c bench/prosody/stream.c bench/prosody/stream.h \
	bench/measure.c bench/measure.h
bench_prosody_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
bench_prosody_load_LDADD = -lpthread

BENCH_PROSODY = abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
	$(srcdir)/bench/prosody/compare.py
EXTRA_DIST += bench/prosody/compare.py bench/prosody/places.py bench/prosody/bystander.py \
	bench/prosody/figures.py bench/prosody/README.md bench/prosody/modules/mod_bench_invites.lua

bench-prosody: $(BENCH_PROSODY_LOAD) all
	@$(BENCH_PROSODY)
.PHONY: bench-prosody
