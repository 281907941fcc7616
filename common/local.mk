# SPDX-License-Identifier: BSD-2-Clause
# One static PIC archive with hidden symbols; front ends link what they need of it, by $(COMMON_LIBS). (As a
# convenience library of libtool each compilation and each link of a suite took half a second more.) A
# folder is a wing, and a wing uses those above it here.
noinst_LIBRARIES += common/libcommon.a
COMMON_DEPENDENCIES = $(LDAP_LIBS) $(CRYPTO_LIBS) $(NETTLE_LIBS) $(IDN_LIBS) $(CRYPT_LIBS)
COMMON_LIBS = common/libcommon.a $(COMMON_DEPENDENCIES)
# What libtool links; it would warn about the archive by its name.
MODULE_LIBS = -Lcommon -lcommon $(COMMON_DEPENDENCIES)
common_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/common
common_libcommon_a_CFLAGS = $(AM_CFLAGS) $(LDAP_CFLAGS) $(CRYPTO_CFLAGS) $(NETTLE_CFLAGS) \
	$(IDN_CFLAGS) $(CRYPT_CFLAGS) $(INV_COVERAGE_CFLAGS) -fPIC
common_libcommon_a_SOURCES = $(common_faces)

# no configuration, no network
common_libcommon_a_SOURCES += common/base/ascii.c common/base/deadline.c common/base/dn.c \
	common/base/encoding.c common/base/encoding.h common/base/log.c common/base/own_locale.c \
	common/base/own_locale.h common/base/result.c common/base/secret.c common/base/timestamp.c \
	common/base/trusted_file.c common/base/utf8.c common/base/verdict.c

# a file becomes checked settings
common_libcommon_a_SOURCES += common/config/check.c common/config/check.h common/config/config.c \
	common/config/descriptor.c common/config/descriptor.h common/config/group_filter.c \
	common/config/group_filter.h common/config/keys.c common/config/keys.h common/config/lists.c \
	common/config/name_filter.c common/config/name_filter.h common/config/pam_options.c \
	common/config/password_form.c common/config/reader.c common/config/reader.h \
	common/config/settings.c common/config/values.c

# operations in flight
common_libcommon_a_SOURCES += common/directory/answer.c common/directory/bind_password.c \
	common/directory/bind_password.h common/directory/directory.c common/directory/entry.c \
	common/directory/layer.c common/directory/layer.h common/directory/libldap.c \
	common/directory/libldap.h common/directory/operation.c common/directory/own_socket.c common/directory/own_socket.h common/directory/provider.c \
	common/directory/read_ahead.c common/directory/read_ahead.h common/directory/receive.c \
	common/directory/receive.h common/directory/refused.c common/directory/refused.h \
	common/directory/send.c common/directory/send.h common/directory/session.c \
	common/directory/session.h common/directory/short_memory.c \
	common/directory/short_memory.h common/directory/sigpipe.c common/directory/sigpipe.h \
	common/directory/timed_read.c common/directory/timed_read.h common/directory/wiped_write.c \
	common/directory/wiped_write.h

# what a person presents
common_libcommon_a_SOURCES += common/credential/jid.c common/credential/jid_expand.c \
	common/credential/key.c common/credential/password.c common/credential/password.h \
	common/credential/pbkdf2.c common/credential/pbkdf2.h common/credential/saslprep.c \
	common/credential/saslprep.h common/credential/scram.c common/credential/scram.h \
	common/credential/token.c common/credential/user_password.c common/credential/user_password.h \
	common/credential/verifier.c

# an entry and its struct; who an account is
common_libcommon_a_SOURCES += common/model/account.c common/model/account.h \
	common/model/account_filter.c common/model/account_filter.h common/model/account_login.c \
	common/model/account_login.h common/model/account_refusal.c \
	common/model/account_refusal.h common/model/account_verifiers.c common/model/account_verifiers.h \
	common/model/account_write.c common/model/account_write.h common/model/accounts.c \
	common/model/call.c common/model/claim.c common/model/claim.h common/model/clock.c \
	common/model/clock.h common/model/context.c common/model/freshness.c common/model/freshness.h \
	common/model/group.c common/model/group.h common/model/group_kind.c common/model/invite.c \
	common/model/invite.h common/model/invite_account.c common/model/invite_state.c \
	common/model/invite_terms.c common/model/invite_terms.h common/model/lock.c common/model/lock.h \
	common/model/login_verifiers.c common/model/login_verifiers.h common/model/naming_context.c \
	common/model/naming_context.h common/model/owner.c common/model/owner.h common/model/pair.c \
	common/model/pair.h common/model/reservation.c common/model/reservation.h \
	common/model/schema.c

# invites made and changed
common_libcommon_a_SOURCES += common/invite/change.c common/invite/create.c common/invite/link.c \
	common/invite/list.c

# the only maker of accounts
common_libcommon_a_SOURCES += common/redeem/check.c common/redeem/claim.c common/redeem/connect.c \
	common/redeem/contact.c common/redeem/finish.c common/redeem/judge.c common/redeem/login.c \
	common/redeem/open.c common/redeem/parties.c common/redeem/parties.h \
	common/redeem/password_change.c common/redeem/redeem.c \
	common/redeem/redemption.c common/redeem/redemption.h common/redeem/register.c \
	common/redeem/reset.c common/redeem/set_password.c common/redeem/set_password.h \
	common/redeem/stale_claim.c common/redeem/stale_claim.h common/redeem/types.c

# reading contacts
common_libcommon_a_SOURCES += common/roster/changes.c common/roster/replicas.c \
	common/roster/replicas.h common/roster/roster.c

# mends and removes; for tools only
common_libcommon_a_SOURCES += common/upkeep/adopt.c common/upkeep/adopt_all.c \
	common/upkeep/adopt_flight.c common/upkeep/adopt_flight.h common/upkeep/adoption.h \
	common/upkeep/group_orphans.c \
	common/upkeep/purge.c common/upkeep/removal.c common/upkeep/repair.c \
	common/upkeep/repair_accounts.c common/upkeep/repair_accounts.h \
	common/upkeep/repair_groups.c common/upkeep/repair_groups.h common/upkeep/repair_pairs.c \
	common/upkeep/repair_pairs.h common/upkeep/run.c common/upkeep/run.h \
	common/upkeep/shared_names.c common/upkeep/verifier_census.c common/upkeep/visibility.c \
	common/upkeep/visibility.h

# What front ends may include
common_faces = include/invitegate/account.h include/invitegate/account_verifiers.h \
	include/invitegate/accounts.h include/invitegate/adopt.h include/invitegate/ascii.h \
	include/invitegate/call.h include/invitegate/changes.h include/invitegate/config.h \
	include/invitegate/context.h include/invitegate/deadline.h include/invitegate/directory.h \
	include/invitegate/dn.h include/invitegate/freshness.h include/invitegate/group.h \
	include/invitegate/invite.h include/invitegate/jid.h include/invitegate/key.h \
	include/invitegate/log.h include/invitegate/login.h include/invitegate/pair.h \
	include/invitegate/pam_options.h include/invitegate/password.h \
	include/invitegate/password_change.h include/invitegate/password_form.h \
	include/invitegate/provider.h \
	include/invitegate/redeem.h include/invitegate/removal.h include/invitegate/repair.h \
	include/invitegate/result.h include/invitegate/roster.h include/invitegate/schema.h \
	include/invitegate/secret.h include/invitegate/shared_names.h \
	include/invitegate/timestamp.h include/invitegate/token.h include/invitegate/trusted_file.h \
	include/invitegate/utf8.h include/invitegate/verdict.h include/invitegate/verifier.h \
	include/invitegate/verifier_census.h
