# SPDX-License-Identifier: BSD-2-Clause
ds389examplesdir = $(docdir)/examples/389ds
dist_ds389examples_DATA = config-examples/389ds/base.ldif config-examples/389ds/invitegate-aci.ldif \
	config-examples/389ds/invitegate-config.ldif
