# SPDX-License-Identifier: BSD-2-Clause
pam_LTLIBRARIES = plugins/pam/pam_invite.la
plugins_pam_pam_invite_la_SOURCES = \
	plugins/pam/pam_invite.c \
	plugins/pam/handle.c plugins/pam/handle.h \
	plugins/pam/local_user.c plugins/pam/local_user.h \
	plugins/pam/login.c plugins/pam/login.h \
	plugins/pam/outcome.c plugins/pam/outcome.h \
	plugins/pam/prompt.c plugins/pam/prompt.h \
	plugins/pam/registration.c plugins/pam/registration.h \
	plugins/pam/service.c plugins/pam/service.h
plugins_pam_pam_invite_la_CFLAGS = $(AM_CFLAGS) $(PAM_CFLAGS)
# automake wants to see -module here; the variable has it too
plugins_pam_pam_invite_la_LDFLAGS = -module $(MODULE_LDFLAGS) \
	-Wl,--version-script=$(srcdir)/plugins/pam/pam_invite.map
plugins_pam_pam_invite_la_LIBADD = $(MODULE_LIBS) $(PAM_LIBS)
EXTRA_plugins_pam_pam_invite_la_DEPENDENCIES = common/libcommon.a plugins/pam/pam_invite.map
EXTRA_DIST += plugins/pam/pam_invite.map
