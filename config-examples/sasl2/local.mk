# SPDX-License-Identifier: BSD-2-Clause
# Installed as examples only: which programs serve these accounts is the admin's choice.
sasl2examplesdir = $(docdir)/examples/sasl2
dist_sasl2examples_DATA = config-examples/sasl2/prosody.conf config-examples/sasl2/saslpasswd.conf \
	config-examples/sasl2/svn.conf config-examples/sasl2/smtpd.conf config-examples/sasl2/imapd.conf
