# SPDX-License-Identifier: BSD-2-Clause
# libinvite.so: its table and options, and the library in programs of the real libsasl2.
if HAVE_CHECK
SASL_SUITES = tests/sasl/check_sasl_table tests/sasl/check_sasl_lookup \
	tests/sasl/check_sasl_gate tests/sasl/check_sasl_misuse tests/sasl/check_sasl_fresh \
	tests/sasl/check_sasl_threads tests/sasl/check_sasl_mute tests/sasl/check_sasl_process
check_PROGRAMS += $(SASL_SUITES)
TESTS += $(SASL_SUITES)
# 500 registrations
LONG_TESTS += tests/sasl/check_sasl_fresh
endif
tests_sasl_check_sasl_table_SOURCES = tests/sasl/check_sasl_table.c plugins/sasl/message.c \
	plugins/sasl/options.c plugins/sasl/outcome.c plugins/sasl/redeemed.c
# Their own syslog(3), so not in the library.
SASL_HOST = tests/support/sasl_host.c tests/support/sasl_host.h
SASL_FIXTURE = tests/support/sasl_fixture.c tests/support/sasl_fixture.h $(SASL_HOST)
tests_sasl_check_sasl_lookup_SOURCES = tests/sasl/check_sasl_lookup.c $(SASL_FIXTURE)
tests_sasl_check_sasl_lookup_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_gate_SOURCES = tests/sasl/check_sasl_gate.c $(SASL_FIXTURE)
tests_sasl_check_sasl_gate_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_misuse_SOURCES = tests/sasl/check_sasl_misuse.c $(SASL_FIXTURE)
tests_sasl_check_sasl_misuse_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_fresh_SOURCES = tests/sasl/check_sasl_fresh.c $(SASL_HOST)
tests_sasl_check_sasl_fresh_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_threads_SOURCES = tests/sasl/check_sasl_threads.c $(SASL_HOST)
tests_sasl_check_sasl_threads_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_mute_SOURCES = tests/sasl/check_sasl_mute.c $(SASL_HOST)
tests_sasl_check_sasl_mute_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_sasl_check_sasl_process_SOURCES = tests/sasl/check_sasl_process.c $(SASL_FIXTURE)
tests_sasl_check_sasl_process_LDADD = $(TEST_LIBS) $(SASL_LIBS)

dist_check_SCRIPTS += tests/sasl/sasl_loader.sh tests/sasl/saslpasswd2.sh \
	tests/sasl/svnserve.sh
TESTS += tests/sasl/sasl_loader.sh tests/sasl/saslpasswd2.sh \
	tests/sasl/svnserve.sh
EXTRA_DIST += tests/sasl/sample.py tests/sasl/sasl_site.sh
