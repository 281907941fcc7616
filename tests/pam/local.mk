# SPDX-License-Identifier: BSD-2-Clause
# pam_invite.so: its table and options, its manual, the loader, the module in real stacks in front of
# a real directory, and the programs that people reach it through.
check_PROGRAMS += tests/pam/pam_options tests/pam/pam_cycles tests/integration/epam_frames
tests_pam_pam_options_SOURCES = tests/pam/pam_options.c
tests_pam_pam_options_LDADD = $(COMMON_LIBS)
tests_pam_pam_cycles_LDADD = $(PAM_LIBS) -ldl
tests_integration_epam_frames_LDADD =
dist_check_SCRIPTS += tests/pam/pam_manual.sh tests/pam/pam_loader.sh tests/integration/callers.sh
TESTS += tests/pam/pam_manual.sh tests/pam/pam_loader.sh tests/integration/callers.sh

if HAVE_CHECK
PAM_SUITES = tests/pam/check_pam_table tests/pam/check_pam_login tests/pam/check_pam_change \
	tests/pam/check_locale tests/pam/check_pam_users tests/pam/check_pam_connection \
	tests/pam/check_pam_domains
check_PROGRAMS += $(PAM_SUITES) tests/pam/check_forms
TESTS += $(PAM_SUITES) tests/pam/check_forms
LONG_TESTS += tests/pam/check_forms
endif
tests_pam_check_pam_table_SOURCES = tests/pam/check_pam_table.c plugins/pam/outcome.c plugins/pam/handle.c
# In parts, for one slapd.
tests_pam_check_pam_login_SOURCES = tests/pam/check_pam_login.c tests/pam/login_options.c \
	tests/pam/logging_in.c tests/pam/logging_in.h
tests_pam_check_locale_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=newlocale
# Its own getpwnam_r(3), so not in the library.
tests_pam_check_pam_users_SOURCES = tests/pam/check_pam_users.c tests/support/local_users.c \
	tests/support/local_users.h

if HAVE_PAMTEST
check_PROGRAMS += tests/integration/pamtest
tests_integration_pamtest_CFLAGS = $(AM_CFLAGS) $(PAMTEST_CFLAGS)
tests_integration_pamtest_LDADD = $(PAMTEST_LIBS) $(PAM_LIBS)
endif
