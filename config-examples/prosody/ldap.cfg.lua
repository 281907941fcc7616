-- SPDX-License-Identifier: BSD-2-Clause
-- /etc/prosody/conf.d/example.org.cfg.lua: logins by a bind at the directory, registration by invite.
-- Owner root, group prosody, mode 0640: it holds a password. Packages: prosody, lua-ldap. Each login waits
-- for the directory, and all of Prosody with it, up to 10 s while it hangs: invitegate.cfg.lua does not.
-- See invitegate-prosody(7).

-- the module is below the --prefix that invitegate was configured with; what you have in plugin_paths goes here too
plugin_paths = { "/usr/local/share/invitegate/prosody"; "/usr/local/lib/prosody/modules" }

VirtualHost "example.org"
	-- tokens and passwords only over TLS
	c2s_require_encryption = true

	authentication = "ldap"
	-- the directory on this machine; of another one its name, with ldap_tls = true
	ldap_server = "ldapi:///"
	ldap_tls = false
	-- an identity that may search below ldap_base, and nothing else
	ldap_rootdn = "cn=prosody,ou=services,dc=example,dc=org"
	ldap_password = "secret"
	ldap_base = "ou=people,dc=example,dc=org"
	-- everybody below ldap_base, also who was there before invitegate: who has an xmppJid by that, others by
	-- their uid. ldap_rootdn has to see both. "(xmppJid=$user@$host)": only accounts, those of invites and
	-- those of "invitectl adopt"
	ldap_filter = "(|(xmppJid=$user@$host)(&(uid=$user)(!(xmppJid=*))))"

	modules_enabled = { "invitegate" }
	-- Debian enables these for all hosts; beside this one they refuse everybody
	modules_disabled = { "invites"; "invites_adhoc"; "invites_register" }
	invitegate_socket = "/run/invitegate/agent.sock"
	-- true: everybody may invite people to the server; false: only admins, others make contact invites
	allow_user_invites = false
