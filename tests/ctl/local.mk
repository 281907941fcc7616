# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += tests/ctl/check_ctl_users
# doctor's look at the users of this host, whose file ends as the test wants
tests_ctl_check_ctl_users_SOURCES = tests/ctl/check_ctl_users.c tools/ctl/proof/local_users.c \
	tools/ctl/proof/proof.c
tests_ctl_check_ctl_users_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
