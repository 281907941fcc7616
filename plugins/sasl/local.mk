# SPDX-License-Identifier: BSD-2-Clause
# libsasl2 takes it for a plugin because its name begins with lib and ends with .so.
saslplugin_LTLIBRARIES = plugins/sasl/libinvite.la
libinvite_parts = \
	plugins/sasl/client.c plugins/sasl/client.h \
	plugins/sasl/lookup.c plugins/sasl/lookup.h \
	plugins/sasl/message.c plugins/sasl/message.h \
	plugins/sasl/options.c plugins/sasl/options.h \
	plugins/sasl/outcome.c plugins/sasl/outcome.h \
	plugins/sasl/plugin.c plugins/sasl/plugin.h \
	plugins/sasl/redeemed.c plugins/sasl/redeemed.h \
	plugins/sasl/redemption.c plugins/sasl/redemption.h \
	plugins/sasl/server.c plugins/sasl/server.h \
	plugins/sasl/service.c plugins/sasl/service.h \
	plugins/sasl/store.c plugins/sasl/store.h
plugins_sasl_libinvite_la_SOURCES = plugins/sasl/libinvite.c $(libinvite_parts)
plugins_sasl_libinvite_la_CFLAGS = $(AM_CFLAGS) $(SASL_CFLAGS)
# automake wants to see -module here; the variable has it too
plugins_sasl_libinvite_la_LDFLAGS = -module $(MODULE_LDFLAGS) \
	-Wl,--version-script=$(srcdir)/plugins/sasl/libinvite.map
# Not libsasl2: a plugin calls it through the functions that it is given.
plugins_sasl_libinvite_la_LIBADD = $(MODULE_LIBS)
EXTRA_plugins_sasl_libinvite_la_DEPENDENCIES = common/libcommon.a plugins/sasl/libinvite.map
EXTRA_DIST += plugins/sasl/libinvite.map
