# SPDX-License-Identifier: BSD-2-Clause
prosodyexamplesdir = $(docdir)/examples/prosody
dist_prosodyexamples_DATA = config-examples/prosody/invitegate.cfg.lua \
	config-examples/prosody/cyrus.cfg.lua config-examples/prosody/ldap.cfg.lua
