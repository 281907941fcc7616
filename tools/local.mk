# SPDX-License-Identifier: BSD-2-Clause
# One file a command. Listed here and in tools/ctl/commands.c.
bin_PROGRAMS += tools/invitectl
tools_invitectl_SOURCES = \
	tools/ctl/main.c tools/ctl/command.h tools/ctl/commands.c tools/ctl/parse.c \
	tools/ctl/help.c tools/ctl/session.c \
	tools/ctl/output.c tools/ctl/output.h tools/ctl/present.c \
	tools/ctl/ask.c tools/ctl/ask.h tools/ctl/ldif.c tools/ctl/ldif.h \
	tools/ctl/create.c tools/ctl/terms.c tools/ctl/terms.h tools/ctl/list.c tools/ctl/show.c tools/ctl/check.c tools/ctl/redeem.c \
	tools/ctl/roster.c tools/ctl/revoke.c tools/ctl/init.c tools/ctl/doctor.c \
	tools/ctl/container.c tools/ctl/container.h tools/ctl/keys.c tools/ctl/older.c tools/ctl/proof.c tools/ctl/proof.h \
	tools/ctl/proof_invite.c tools/ctl/proof_roster.c tools/ctl/proof_form.c \
	tools/ctl/proof_account.c tools/ctl/throwaway.c tools/ctl/throwaway.h tools/ctl/exposure.c tools/ctl/schema.c tools/ctl/indexes.c tools/ctl/local_users.c \
	tools/ctl/report.c tools/ctl/report.h \
	tools/ctl/admin.c tools/ctl/admin.h tools/ctl/adopt.c tools/ctl/places.c tools/ctl/places.h \
	tools/ctl/proof_lock.c tools/ctl/tree.c tools/ctl/remove.c tools/ctl/repair.c tools/ctl/purge.c tools/ctl/provider.c \
	tools/ctl/notes.c tools/ctl/notes.h tools/ctl/progress.c tools/ctl/progress.h \
	tools/ctl/qr.c tools/ctl/qr.h tools/ctl/interrupt.c tools/ctl/interrupt.h
tools_invitectl_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS) $(QRENCODE_CFLAGS)
tools_invitectl_LDADD = common/libcommon.la $(JANSSON_LIBS) $(CRYPTO_LIBS) $(QRENCODE_LIBS)

# The daemon that XMPP servers ask: the protocol (frame), the thread that talks (loop, places,
# connection), the order of requests (turns), the threads that wait for the directory (workers), and
# what they do (operations, op_*, task).
sbin_PROGRAMS += tools/invite-agent
noinst_LTLIBRARIES += tools/libagent.la
tools_libagent_la_SOURCES = \
	tools/agent/frame.c tools/agent/frame.h tools/agent/limits.c tools/agent/limits.h \
	tools/agent/inviters.c tools/agent/inviters.h \
	tools/agent/operations.c tools/agent/operations.h tools/agent/task.c tools/agent/task.h \
	tools/agent/op_token.c tools/agent/op_token.h tools/agent/op_lookup.c tools/agent/op_lookup.h \
	tools/agent/op_create.c tools/agent/op_create.h \
	tools/agent/pam.c tools/agent/pam.h tools/agent/pam_process.c \
	tools/agent/turns.c tools/agent/turns.h tools/agent/workers.c tools/agent/workers.h \
	tools/agent/places.c tools/agent/places.h \
	tools/agent/descriptors.c tools/agent/descriptors.h \
	tools/agent/connection.c tools/agent/connection.h tools/agent/loop.c tools/agent/loop.h \
	tools/agent/listener.c tools/agent/listener.h
tools_libagent_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(PAM_CFLAGS)
tools_libagent_la_LIBADD = common/libcommon.la $(CRYPTO_LIBS) $(PAM_LIBS) -lpthread
tools_invite_agent_SOURCES = tools/agent/main.c
tools_invite_agent_LDADD = tools/libagent.la
