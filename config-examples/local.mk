# SPDX-License-Identifier: BSD-2-Clause
examplesdir = $(docdir)/examples
dist_examples_DATA = config-examples/invitegate.conf
include config-examples/slapd/local.mk
include config-examples/389ds/local.mk
include config-examples/pam.d/local.mk
include config-examples/sasl2/local.mk
include config-examples/systemd/local.mk
include config-examples/fail2ban/local.mk
include config-examples/prosody/local.mk
