# SPDX-License-Identifier: BSD-2-Clause
# invitegate.schema and authpassword.schema are the source, the LDIF forms are derived from them.
schema_sources = schema/invitegate.schema schema/authpassword.schema
schema_derived = schema/invitegate.ldif schema/99invitegate.ldif \
	schema/authpassword.ldif schema/98authpassword.ldif

schemadir = $(datadir)/invitegate/schema
dist_schema_DATA = $(schema_sources) $(schema_derived)
dist_schema_SCRIPTS = schema/update
# Of a schema, not of the release: it has no version of its own.
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT = schema/update
EXTRA_DIST += schema/generate
MAINTAINERCLEANFILES += $(schema_derived)

schema_generate = $(MKDIR_P) schema && $(SHELL) $(top_srcdir)/schema/generate

schema/invitegate.ldif: schema/invitegate.schema schema/generate
	$(AM_V_GEN)$(schema_generate) config invitegate $(top_srcdir)/schema/invitegate.schema >$@.new && mv $@.new $@
schema/99invitegate.ldif: schema/invitegate.schema schema/generate
	$(AM_V_GEN)$(schema_generate) 389ds invitegate $(top_srcdir)/schema/invitegate.schema >$@.new && mv $@.new $@
schema/authpassword.ldif: schema/authpassword.schema schema/generate
	$(AM_V_GEN)$(schema_generate) config authpassword $(top_srcdir)/schema/authpassword.schema >$@.new && mv $@.new $@
schema/98authpassword.ldif: schema/authpassword.schema schema/generate
	$(AM_V_GEN)$(schema_generate) 389ds authpassword $(top_srcdir)/schema/authpassword.schema >$@.new && mv $@.new $@
