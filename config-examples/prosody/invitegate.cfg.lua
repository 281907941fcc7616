-- SPDX-License-Identifier: BSD-2-Clause
-- /etc/prosody/conf.d/example.org.cfg.lua: logins and registration by invite-agent; the recommended one.
-- Prosody has no rights in the directory and never waits for it. Package: prosody.
-- Logins by SCRAM want "verifiers = yes" in [agent] of invitegate.conf, and rules of access that let the
-- agent read authPassword; without, people log in by PLAIN. See invitegate-prosody(7).

-- the modules are below the --prefix that invitegate was configured with; what you have in plugin_paths goes here too
plugin_paths = { "/usr/local/share/invitegate/prosody"; "/usr/local/lib/prosody/modules" }

VirtualHost "example.org"
	-- tokens and passwords only over TLS
	c2s_require_encryption = true

	authentication = "invitegate"
	-- administrators by admin_filter of invitegate.conf, besides those of the option admins
	authorization = "invitegate"

	modules_enabled = { "invitegate" }
	-- Debian enables these for all hosts; beside this one they refuse everybody
	modules_disabled = { "invites"; "invites_adhoc"; "invites_register" }
	invitegate_socket = "/run/invitegate/agent.sock"
	-- true: everybody may invite people to the server; false: only admins, others make contact invites
	allow_user_invites = false
