# SPDX-License-Identifier: BSD-2-Clause
# One static PIC convenience library with hidden symbols; front ends link what they need of it.
noinst_LTLIBRARIES += common/libcommon.la
common_libcommon_la_SOURCES = \
	common/result.c include/invitegate/result.h \
	common/verdict.c include/invitegate/verdict.h \
	common/deadline.c include/invitegate/deadline.h
common_libcommon_la_CFLAGS = $(AM_CFLAGS) $(LDAP_CFLAGS) $(CRYPTO_CFLAGS) $(IDN_CFLAGS) \
	$(INI_CFLAGS) $(CRYPT_CFLAGS)
common_libcommon_la_LIBADD = $(LDAP_LIBS) $(CRYPTO_LIBS) $(IDN_LIBS) $(INI_LIBS) $(CRYPT_LIBS)

common_libcommon_la_SOURCES += include/invitegate/config.h common/config.c common/config_file.c \
	common/config_text.c common/config_text.h common/config_keys.c common/config_keys.h \
	common/config_values.c common/config_lists.c common/config_check.c common/config_check.h \
	common/gate.c include/invitegate/gate.h

common_libcommon_la_SOURCES += common/name.c include/invitegate/name.h

common_libcommon_la_SOURCES += common/verifier.c include/invitegate/verifier.h \
	common/saslprep.c common/saslprep.h common/scram.c common/scram.h \
	common/user_password.c common/user_password.h

common_libcommon_la_SOURCES += \
	common/secret.c include/invitegate/secret.h \
	common/utf8.c include/invitegate/utf8.h \
	common/ascii.c include/invitegate/ascii.h common/own_locale.c common/own_locale.h \
	common/timestamp.c include/invitegate/timestamp.h \
	common/log.c include/invitegate/log.h \
	common/encoding.c include/invitegate/encoding.h \
	common/key.c include/invitegate/key.h \
	common/token.c include/invitegate/token.h

common_libcommon_la_SOURCES += \
	common/entry.c common/operation.c common/answer.c common/provider.c include/invitegate/provider.h common/directory.c common/libldap.c common/libldap.h \
	common/sigpipe.c common/sigpipe.h common/timed_read.c common/timed_read.h \
	common/own_socket.c common/own_socket.h common/wiped_write.c common/wiped_write.h \
	common/read_ahead.c common/read_ahead.h \
	common/bind_password.c common/bind_password.h \
	include/invitegate/directory.h include/invitegate/call.h \
	common/invite.c common/invite_create.c common/invite_change.c include/invitegate/invite.h \
	common/invite_terms.c common/invite_terms.h common/invite_account.c \
	common/reservation.c common/reservation.h common/clock.c common/clock.h \
	common/account.c common/accounts.c common/account_refusal.c common/adopt.c include/invitegate/adopt.h common/owner.c common/owner.h common/lock.c common/lock.h \
	common/naming_context.c common/naming_context.h common/login.c include/invitegate/account.h \
	common/freshness.c include/invitegate/freshness.h \
	include/invitegate/accounts.h \
	common/roster.c include/invitegate/roster.h common/changes.c \
	include/invitegate/changes.h common/replicas.c common/replicas.h common/relations.c common/relations.h \
	common/claim.c common/claim.h common/redemption.h common/redeem.c common/redeem_check.c common/redeem_token.c \
	common/redeem_claim.c common/redeem_register.c common/redeem_connect.c common/redeem_finish.c \
	common/redeem_reset.c common/redeem_contact.c common/redeem_open.c common/redeem_mend.c \
	common/mend.h \
	include/invitegate/redeem.h \
	common/repair.c common/repair_pairs.c common/repair_groups.c common/repair_run.h \
	common/sight.c common/sight.h common/purge.c include/invitegate/repair.h \
	common/group.c common/group_kind.c common/group_orphans.c common/group.h include/invitegate/group.h \
	common/removal.c include/invitegate/removal.h
