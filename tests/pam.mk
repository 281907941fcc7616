# SPDX-License-Identifier: BSD-2-Clause
# pam_invite.so: its table and options, its manual, the loader, the module in real stacks in front of
# a real directory, and the programs that people reach it through.
PAM_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)

check_PROGRAMS += tests/pam_options tests/pam_cycles
tests_pam_options_SOURCES = tests/pam_options.c plugins/pam/options.c
tests_pam_options_CPPFLAGS = $(PAM_TEST_CPPFLAGS)
tests_pam_options_LDADD = common/libcommon.la
tests_pam_cycles_SOURCES = tests/pam_cycles.c
tests_pam_cycles_CFLAGS = $(AM_CFLAGS) $(PAM_CFLAGS)
tests_pam_cycles_LDADD = $(PAM_LIBS) -ldl
dist_check_SCRIPTS += tests/pam_manual.sh tests/pam_loader.sh
TESTS += tests/pam_manual.sh tests/pam_loader.sh

if HAVE_CHECK
PAM_SUITES = tests/check_pam_login tests/check_pam_change tests/check_locale \
	tests/check_pam_users tests/check_pam_connection
check_PROGRAMS += tests/check_pam_table $(PAM_SUITES)
TESTS += tests/check_pam_table $(PAM_SUITES)
endif
tests_check_pam_table_SOURCES = tests/check_pam_table.c plugins/pam/options.c \
	plugins/pam/outcome.c plugins/pam/handle.c
tests_check_pam_table_CPPFLAGS = $(PAM_TEST_CPPFLAGS)
tests_check_pam_table_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_pam_table_LDADD = $(UNIT_LIBS) $(PAM_LIBS)

PAM_SITE_SOURCES = tests/support/pam_host.c tests/support/pam_host.h \
	tests/support/pam_site.c tests/support/pam_site.h \
	$(SLAPD_FIXTURE)
tests_check_pam_login_SOURCES = tests/check_pam_login.c $(PAM_SITE_SOURCES)
tests_check_pam_login_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_pam_login_LDADD = $(UNIT_LIBS) $(PAM_LIBS)
tests_check_pam_change_SOURCES = tests/check_pam_change.c $(PAM_SITE_SOURCES)
tests_check_pam_change_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_pam_change_LDADD = $(UNIT_LIBS) $(PAM_LIBS)
tests_check_locale_SOURCES = tests/check_locale.c $(PAM_SITE_SOURCES)
tests_check_locale_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_locale_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=newlocale
tests_check_locale_LDADD = $(UNIT_LIBS) $(PAM_LIBS)
tests_check_pam_users_SOURCES = tests/check_pam_users.c tests/support/local_users.c \
	tests/support/local_users.h $(PAM_SITE_SOURCES)
tests_check_pam_users_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_pam_users_LDADD = $(UNIT_LIBS) $(PAM_LIBS)
tests_check_pam_connection_SOURCES = tests/check_pam_connection.c $(PAM_SITE_SOURCES)
tests_check_pam_connection_CFLAGS = $(UNIT_CFLAGS) $(PAM_CFLAGS)
tests_check_pam_connection_LDADD = $(UNIT_LIBS) $(PAM_LIBS)

check_PROGRAMS += tests/integration/epam_frames
tests_integration_epam_frames_SOURCES = tests/integration/epam_frames.c
if HAVE_PAMTEST
check_PROGRAMS += tests/integration/pamtest
tests_integration_pamtest_SOURCES = tests/integration/pamtest.c
tests_integration_pamtest_CFLAGS = $(AM_CFLAGS) $(PAMTEST_CFLAGS) $(PAM_CFLAGS)
tests_integration_pamtest_LDADD = $(PAMTEST_LIBS) $(PAM_LIBS)
endif
dist_check_SCRIPTS += tests/integration/callers.sh
TESTS += tests/integration/callers.sh
