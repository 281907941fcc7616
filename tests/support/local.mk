# SPDX-License-Identifier: BSD-2-Clause
# What suites share. Of a static library a program takes what it asks for.
if HAVE_CHECK
check_LIBRARIES += tests/libsupport.a
SUPPORT_LIBS = tests/libsupport.a
endif
tests_libsupport_a_SOURCES = tests/support/adoption.c tests/support/adoption.h \
	tests/support/agent.c tests/support/agent.h \
	tests/support/agent_fixture.c tests/support/agent_fixture.h tests/support/calls.c \
	tests/support/calls.h tests/support/config_fixture.c tests/support/config_fixture.h \
	tests/support/connection_fixture.c tests/support/connection_fixture.h \
	tests/support/core.c tests/support/core.h tests/support/counter.c tests/support/counter.h \
	tests/support/descriptors.c tests/support/descriptors.h \
	tests/support/fixture.c tests/support/fixture.h tests/support/folder.c tests/support/folder.h \
	tests/support/gateway.c tests/support/gateway.h \
	tests/support/host_process.c tests/support/host_process.h \
	tests/support/ldap_message.c tests/support/ldap_message.h tests/support/ldap_proxy.c \
	tests/support/ldap_proxy.h tests/support/leftover.c tests/support/leftover.h \
	tests/support/observer.c tests/support/observer.h tests/support/pam_host.c \
	tests/support/pam_host.h tests/support/pam_site.c tests/support/pam_site.h \
	tests/support/password_forms.c tests/support/password_forms.h tests/support/peer.c \
	tests/support/peer.h tests/support/secrets.c tests/support/secrets.h tests/support/site.c \
	tests/support/site.h tests/support/site_invites.c tests/support/site_invites.h \
	tests/support/slapd.c tests/support/slapd.h tests/support/stored_value.c \
	tests/support/stored_value.h tests/support/suite.c tests/support/suite.h \
	tests/support/test_keys.c tests/support/test_keys.h tests/support/tls_site.c \
	tests/support/tls_site.h tests/support/two_domains.c tests/support/two_domains.h \
	tests/support/verified_account.c tests/support/verified_account.h
EXTRA_DIST += tests/support/ctl.sh tests/support/directory.sh tests/support/machine.sh \
	tests/support/setup.sh tests/support/terminal.py \
	tests/support/qr.py

# A slapd for programs that are no suites of Check.
SLAPD_FIXTURE = tests/support/slapd.c tests/support/slapd.h
