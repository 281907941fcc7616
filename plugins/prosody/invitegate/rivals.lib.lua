-- SPDX-License-Identifier: BSD-2-Clause
-- Modules that answer registrations and make invites from a store of their own. Debian's configuration
-- enables them for all hosts; where both answer, people are refused by one of them.

local rivals = { invites_adhoc = true; invites_register = true };

local function complain(name)
	if not rivals[name] then return; end
	module:log("error", "mod_%s and mod_invitegate do not go together: on this host set " ..
		'modules_disabled = { "invites"; "invites_adhoc"; "invites_register" }', name);
end

for name in pairs(prosody.hosts[module.host].modules) do
	complain(name);
end

module:hook("module-loaded", function (event)
	complain(event.module);
end);
