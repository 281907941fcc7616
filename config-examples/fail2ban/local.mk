# SPDX-License-Identifier: BSD-2-Clause
fail2banfilterexampledir = $(docdir)/examples/fail2ban/filter.d
dist_fail2banfilterexample_DATA = config-examples/fail2ban/filter.d/invitegate.conf
fail2banjailexampledir = $(docdir)/examples/fail2ban/jail.d
dist_fail2banjailexample_DATA = config-examples/fail2ban/jail.d/invitegate.conf
