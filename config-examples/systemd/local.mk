# SPDX-License-Identifier: BSD-2-Clause
# Installed as examples only: names of users, groups and paths are the admin's choice.
systemdexamplesdir = $(docdir)/examples/systemd
dist_systemdexamples_DATA = config-examples/systemd/invite-agent.service \
	config-examples/systemd/invite-agent.socket \
	config-examples/systemd/invitegate-repair.service \
	config-examples/systemd/invitegate-repair.timer
