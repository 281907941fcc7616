# SPDX-License-Identifier: BSD-2-Clause
# Installed as examples only: which services ask PAM is the admin's choice.
pamexamplesdir = $(docdir)/examples/pam.d
dist_pamexamples_DATA = config-examples/pam.d/xmpp config-examples/pam.d/xmpp-register
saslauthdexampledir = $(docdir)/examples
dist_saslauthdexample_DATA = config-examples/saslauthd
