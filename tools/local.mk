# SPDX-License-Identifier: BSD-2-Clause
# One file a command, listed here and in tools/ctl/commands.c. io: what people and scripts see and are asked;
# proof: what init and doctor find out about a directory; host: what doctor finds out about this machine;
# setup: what makes a site.
bin_PROGRAMS += tools/invitectl
tools_invitectl_SOURCES = tools/ctl/admin.c tools/ctl/admin.h tools/ctl/arguments.c \
	tools/ctl/command.h tools/ctl/commands.c tools/ctl/commands.h tools/ctl/help.c tools/ctl/main.c \
	tools/ctl/options.c tools/ctl/parse.c tools/ctl/run.c tools/ctl/session.c tools/ctl/session.h
tools_invitectl_SOURCES += tools/ctl/commands/adopt.c tools/ctl/commands/adopt_all.c \
	tools/ctl/commands/adopt_all.h tools/ctl/commands/adopting.c tools/ctl/commands/adopting.h \
	tools/ctl/commands/check.c \
	tools/ctl/commands/create.c tools/ctl/commands/doctor.c tools/ctl/commands/init.c \
	tools/ctl/commands/list.c tools/ctl/commands/notes.c tools/ctl/commands/notes.h \
	tools/ctl/commands/provider.c tools/ctl/commands/purge.c tools/ctl/commands/redeem.c \
	tools/ctl/commands/remove.c tools/ctl/commands/repair.c tools/ctl/commands/revoke.c \
	tools/ctl/commands/roster.c tools/ctl/commands/setup.c tools/ctl/commands/show.c tools/ctl/commands/terms.c \
	tools/ctl/commands/terms.h tools/ctl/commands/tree.c
tools_invitectl_SOURCES += tools/ctl/host/agent.c tools/ctl/host/certificate.c \
	tools/ctl/host/certificate.h tools/ctl/host/examine.c tools/ctl/host/files.c \
	tools/ctl/host/guest.c tools/ctl/host/guest.h tools/ctl/host/host.c tools/ctl/host/host.h \
	tools/ctl/host/ldap_login.c tools/ctl/host/lua.c tools/ctl/host/lua.h \
	tools/ctl/host/lua_find.c tools/ctl/host/lua_words.c tools/ctl/host/pam.c \
	tools/ctl/host/pam_file.c tools/ctl/host/pam_judge.c tools/ctl/host/pam_judge.h \
	tools/ctl/host/pam_kind.c tools/ctl/host/pam_kind.h tools/ctl/host/pam_stack.c \
	tools/ctl/host/pam_stack.h tools/ctl/host/prosody.c tools/ctl/host/prosody.h \
	tools/ctl/host/prosody_check.c tools/ctl/host/prosody_process.c tools/ctl/host/sasl.c \
	tools/ctl/host/sasl_file.c tools/ctl/host/sasl_file.h tools/ctl/host/saslauthd.c \
	tools/ctl/host/saslauthd.h tools/ctl/host/socket.c tools/ctl/host/socket.h \
	tools/ctl/host/text.c tools/ctl/host/text.h tools/ctl/host/unit.c tools/ctl/host/unit.h \
	tools/ctl/host/user.c tools/ctl/host/user.h tools/ctl/host/ways.c tools/ctl/host/ways.h
tools_invitectl_SOURCES += tools/ctl/io/ask.c tools/ctl/io/ask.h tools/ctl/io/complaint.c \
	tools/ctl/io/interrupt.c tools/ctl/io/interrupt.h tools/ctl/io/ldif.c tools/ctl/io/ldif.h \
	tools/ctl/io/output.c tools/ctl/io/output.h tools/ctl/io/present.c tools/ctl/io/progress.c \
	tools/ctl/io/progress.h tools/ctl/io/qr.c tools/ctl/io/qr.h
tools_invitectl_SOURCES += tools/ctl/proof/account.c tools/ctl/proof/container.c \
	tools/ctl/proof/container.h tools/ctl/proof/exposure.c \
	tools/ctl/proof/form.c tools/ctl/proof/identity.c tools/ctl/proof/index_lookup.c \
	tools/ctl/proof/indexes.c tools/ctl/proof/invite.c tools/ctl/proof/keys.c \
	tools/ctl/proof/local_users.c tools/ctl/proof/lock.c tools/ctl/proof/older.c \
	tools/ctl/proof/places.c tools/ctl/proof/places.h tools/ctl/proof/probe.c \
	tools/ctl/proof/proof.c tools/ctl/proof/proof.h tools/ctl/proof/report.c \
	tools/ctl/proof/report.h tools/ctl/proof/roster.c tools/ctl/proof/schema.c \
	tools/ctl/proof/throwaway.c tools/ctl/proof/throwaway.h tools/ctl/proof/verifiers.c
SETUP_VALUES = tools/ctl/setup/example.c tools/ctl/setup/example.h tools/ctl/setup/rule.c \
	tools/ctl/setup/value.c tools/ctl/setup/value.h
SETUP_JOURNAL = tools/ctl/setup/files.c tools/ctl/setup/files.h tools/ctl/setup/journal.c \
	tools/ctl/setup/journal.h tools/ctl/setup/record.c tools/ctl/setup/record.h
tools_invitectl_SOURCES += $(SETUP_VALUES) $(SETUP_JOURNAL) tools/ctl/setup/access.c \
	tools/ctl/setup/agent.c tools/ctl/setup/keys.c tools/ctl/setup/machine.c tools/ctl/setup/machine.h \
	tools/ctl/setup/program.c tools/ctl/setup/program.h tools/ctl/setup/prosody.c \
	tools/ctl/setup/prove.c tools/ctl/setup/prove.h tools/ctl/setup/saslauthd.c tools/ctl/setup/user.c \
	tools/ctl/setup/account.c tools/ctl/setup/account.h tools/ctl/setup/answers.c \
	tools/ctl/setup/answers.h tools/ctl/setup/apply.c tools/ctl/setup/apply.h \
	tools/ctl/setup/block.c tools/ctl/setup/block.h tools/ctl/setup/configuration.c \
	tools/ctl/setup/database.c tools/ctl/setup/ds389.h tools/ctl/setup/ds389_aci.c \
	tools/ctl/setup/ds389_config.c tools/ctl/setup/ds389_index.c tools/ctl/setup/ds389_schema.c \
	tools/ctl/setup/entries.c tools/ctl/setup/fill.c tools/ctl/setup/fill.h \
	tools/ctl/setup/handover.c tools/ctl/setup/handover.h tools/ctl/setup/statements.c \
	tools/ctl/setup/statements.h \
	tools/ctl/setup/look.c tools/ctl/setup/modules.c tools/ctl/setup/plan.c \
	tools/ctl/setup/plan.h tools/ctl/setup/policy.c tools/ctl/setup/rights.c \
	tools/ctl/setup/rights.h tools/ctl/setup/rules.c tools/ctl/setup/rules.h \
	tools/ctl/setup/schema.c tools/ctl/setup/server.c \
	tools/ctl/setup/server.h tools/ctl/setup/setup.h tools/ctl/setup/site.c \
	tools/ctl/setup/site.h tools/ctl/setup/survey.c tools/ctl/setup/undo.c tools/ctl/setup/undo.h \
	tools/ctl/setup/undo_machine.c tools/ctl/setup/undo_machine.h tools/ctl/setup/undo_part.c \
	tools/ctl/setup/undo_part.h tools/ctl/setup/undo_rules.c \
	tools/ctl/setup/undo_rules.h
nodist_tools_invitectl_SOURCES = $(SETUP_EXAMPLES)
tools_invitectl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ctl
tools_invitectl_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS) $(QRENCODE_CFLAGS)
tools_invitectl_LDADD = $(COMMON_LIBS) $(JANSSON_LIBS) $(QRENCODE_LIBS)

# What invitectl setup works from: the very files of config-examples and schema, as a table in C.
SETUP_EXAMPLES = tools/ctl/setup/examples.c
setup_embedded = $(slapd_conf_parts) config-examples/slapd/slapd.conf config-examples/slapd/base.ldif \
	config-examples/pam.d/xmpp config-examples/saslauthd config-examples/prosody/invitegate.cfg.lua \
	config-examples/systemd/invite-agent.service config-examples/systemd/invite-agent.socket \
	config-examples/invitegate.conf schema/invitegate.ldif schema/authpassword.ldif $(dist_ds389examples_DATA)
EXTRA_DIST += tools/ctl/setup/embed
CLEANFILES += $(SETUP_EXAMPLES)
# the list of them is in this file
tools/ctl/setup/examples.c: $(setup_embedded) tools/ctl/setup/embed tools/local.mk
	$(AM_V_GEN)$(MKDIR_P) tools/ctl/setup && \
	$(SHELL) $(top_srcdir)/tools/ctl/setup/embed $(filter-out %/embed %.mk,$^) >$@.new && mv $@.new $@

# The daemon that XMPP servers ask: the protocol (frame), the thread that talks (loop, places,
# connection), the order of requests (turns), the threads that wait for the directory (workers), and
# what they do (operations, op_*, task).
sbin_PROGRAMS += tools/invite-agent
noinst_LIBRARIES += tools/libagent.a
LIBAGENT_LIBS = tools/libagent.a $(COMMON_LIBS) $(PAM_LIBS) -lpthread
tools_libagent_a_SOURCES = \
	tools/agent/frame.c tools/agent/frame.h tools/agent/limits.c tools/agent/limits.h \
	tools/agent/inviters.c tools/agent/inviters.h \
	tools/agent/operations.c tools/agent/operations.h tools/agent/task.c tools/agent/task.h \
	tools/agent/op_token.c tools/agent/op_token.h tools/agent/op_lookup.c tools/agent/op_lookup.h \
	tools/agent/op_create.c tools/agent/op_create.h tools/agent/op_login.c tools/agent/op_login.h \
	tools/agent/op_own.c tools/agent/op_own.h \
	tools/agent/pam.c tools/agent/pam.h tools/agent/pam_process.c \
	tools/agent/turns.c tools/agent/turns.h tools/agent/workers.c tools/agent/workers.h \
	tools/agent/places.c tools/agent/places.h \
	tools/agent/descriptors.c tools/agent/descriptors.h \
	tools/agent/connection.c tools/agent/connection.h tools/agent/loop.c tools/agent/loop.h \
	tools/agent/listener.c tools/agent/listener.h
tools_libagent_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(PAM_CFLAGS)
tools_invite_agent_SOURCES = tools/agent/main.c
tools_invite_agent_LDADD = $(LIBAGENT_LIBS)
