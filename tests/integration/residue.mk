# SPDX-License-Identifier: BSD-2-Clause
# What is left of secrets in the memory of hosts of pam_invite.so and libinvite.so, and of invite-agent.
if HAVE_CHECK
RESIDUE_SUITES = tests/integration/residue tests/integration/residue_agent tests/integration/residue_sasl
check_PROGRAMS += $(RESIDUE_SUITES) tests/integration/residue_host tests/integration/residue_sasl_host
check_LTLIBRARIES += tests/support/hoard.la
TESTS += $(RESIDUE_SUITES)
endif
# -rpath: libtool makes a shared object of it only if it could be installed.
tests_support_hoard_la_SOURCES = tests/support/hoard.c
tests_support_hoard_la_LDFLAGS = -module -avoid-version -shared -rpath $(abs_top_builddir)/tests/support

# Its own malloc(3).
HOARDING_HOST = tests/support/hoard.c tests/support/host_requests.c tests/support/host_requests.h
tests_integration_residue_host_SOURCES = tests/integration/residue_host.c $(HOARDING_HOST) \
	tests/support/pam_host.c tests/support/pam_host.h
tests_integration_residue_host_CFLAGS = $(AM_CFLAGS) $(PAM_CFLAGS)
tests_integration_residue_host_LDADD = $(PAM_LIBS)

tests_integration_residue_sasl_SOURCES = tests/integration/residue_sasl.c $(SASL_HOST)
tests_integration_residue_sasl_LDADD = $(TEST_LIBS) $(SASL_LIBS)
tests_integration_residue_sasl_host_SOURCES = tests/integration/residue_sasl_host.c $(HOARDING_HOST)
tests_integration_residue_sasl_host_CFLAGS = $(AM_CFLAGS) $(SASL_CFLAGS)
tests_integration_residue_sasl_host_LDADD = $(SASL_LIBS)
