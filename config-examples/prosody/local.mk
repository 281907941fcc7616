# SPDX-License-Identifier: BSD-2-Clause
prosodyexamplesdir = $(docdir)/examples/prosody
dist_prosodyexamples_DATA = config-examples/prosody/invitegate.cfg.lua \
	config-examples/prosody/cyrus.cfg.lua config-examples/prosody/ldap.cfg.lua
sasl2examplesdir = $(docdir)/examples/sasl2
dist_sasl2examples_DATA = config-examples/sasl2/prosody.conf
