# SPDX-License-Identifier: BSD-2-Clause
slapd_conf_parts = \
	config-examples/slapd/invitegate-acl.conf \
	config-examples/slapd/invitegate-index.conf \
	config-examples/slapd/invitegate-limits.conf \
	config-examples/slapd/invitegate-ppolicy.conf
slapdexamplesdir = $(docdir)/examples/slapd
dist_slapdexamples_DATA = config-examples/slapd/base.ldif config-examples/slapd/slapd.conf \
	$(slapd_conf_parts) config-examples/slapd/invitegate-config.ldif \
	config-examples/slapd/invitegate-sasl-acl.conf
EXTRA_DIST += config-examples/slapd/generate
MAINTAINERCLEANFILES += config-examples/slapd/invitegate-config.ldif

config-examples/slapd/invitegate-config.ldif: $(slapd_conf_parts) config-examples/slapd/generate
	$(AM_V_GEN)$(MKDIR_P) config-examples/slapd && \
	$(SHELL) $(top_srcdir)/config-examples/slapd/generate $(top_srcdir)/config-examples/slapd >$@.new && mv $@.new $@
