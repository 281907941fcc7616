# SPDX-License-Identifier: BSD-2-Clause
# One file a command. Listed here and in tools/ctl/commands.c.
bin_PROGRAMS += tools/invitectl
tools_invitectl_SOURCES = \
	tools/ctl/main.c tools/ctl/command.h tools/ctl/commands.c tools/ctl/parse.c \
	tools/ctl/help.c tools/ctl/session.c \
	tools/ctl/output.c tools/ctl/output.h tools/ctl/present.c \
	tools/ctl/ask.c tools/ctl/ask.h tools/ctl/ldif.c tools/ctl/ldif.h \
	tools/ctl/create.c tools/ctl/list.c tools/ctl/show.c tools/ctl/check.c tools/ctl/redeem.c \
	tools/ctl/roster.c tools/ctl/revoke.c tools/ctl/init.c tools/ctl/doctor.c \
	tools/ctl/container.c tools/ctl/container.h tools/ctl/keys.c tools/ctl/proof.c tools/ctl/proof.h \
	tools/ctl/proof_account.c tools/ctl/exposure.c tools/ctl/schema.c tools/ctl/indexes.c \
	tools/ctl/report.c tools/ctl/report.h
tools_invitectl_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
tools_invitectl_LDADD = common/libcommon.la $(JANSSON_LIBS) $(CRYPTO_LIBS)
