# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/ctl/check_ctl_users tests/ctl/check_ctl_pam
# doctor's look at the users of this host, whose file ends as the test wants
tests_ctl_check_ctl_users_SOURCES = tests/ctl/check_ctl_users.c tools/ctl/proof/local_users.c \
	tools/ctl/proof/proof.c
tests_ctl_check_ctl_users_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
# doctor --host goes through PAM stacks as libpam does
tests_ctl_check_ctl_pam_SOURCES = tests/ctl/check_ctl_pam.c tools/ctl/host/host.c \
	tools/ctl/host/pam_file.c tools/ctl/host/pam_stack.c tools/ctl/host/text.c
tests_ctl_check_ctl_pam_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
# setup, killed and refused at each request
HEART_TESTS += tests/ctl/check_setup_faults
LONG_TESTS += tests/ctl/check_setup_faults
# and the values of cn=config that it compares
UNIT_TESTS += tests/ctl/check_setup_values
tests_ctl_check_setup_values_SOURCES = tests/ctl/check_setup_values.c $(SETUP_VALUES)
nodist_tests_ctl_check_setup_values_SOURCES = $(SETUP_EXAMPLES)
tests_ctl_check_setup_values_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
