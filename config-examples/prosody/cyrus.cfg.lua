-- SPDX-License-Identifier: BSD-2-Clause
-- /etc/prosody/conf.d/example.org.cfg.lua: logins by Cyrus SASL, saslauthd and PAM, registration by
-- invite. Packages: prosody, prosody-modules, lua-cyrussasl, libsasl2-modules, sasl2-bin. It goes
-- together with /etc/sasl2/prosody.conf (whose mech_list is a must: without one, Cyrus SASL lets people
-- in as anonymous), /etc/pam.d/xmpp, and "adduser prosody sasl". It is for PLAIN only: for SCRAM take
-- invitegate.cfg.lua, since lua-cyrussasl sends memory of the server at the end of each SCRAM login. See
-- invitegate-prosody(7).

-- the module is below the --prefix that invitegate was configured with; what you have in plugin_paths goes here too
plugin_paths = { "/usr/local/share/invitegate/prosody"; "/usr/local/lib/prosody/modules" }

VirtualHost "example.org"
	-- tokens and passwords only over TLS
	c2s_require_encryption = true

	authentication = "cyrus"
	cyrus_service_name = "xmpp"
	-- never set cyrus_require_provisioning: with it Prosody 0.12 stops answering

	modules_enabled = { "invitegate" }
	-- Debian enables these for all hosts; beside this one they refuse everybody
	modules_disabled = { "invites"; "invites_adhoc"; "invites_register" }
	invitegate_socket = "/run/invitegate/agent.sock"
	-- true: everybody may invite people to the server; false: only admins, others make contact invites
	allow_user_invites = false
