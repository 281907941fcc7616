# SPDX-License-Identifier: BSD-2-Clause
slapdexamplesdir = $(docdir)/examples/slapd
dist_slapdexamples_DATA = \
	config-examples/slapd/base.ldif \
	config-examples/slapd/invitegate-acl.conf \
	config-examples/slapd/invitegate-index.conf \
	config-examples/slapd/invitegate-limits.conf \
	config-examples/slapd/invitegate-ppolicy.conf \
	config-examples/slapd/slapd.conf
