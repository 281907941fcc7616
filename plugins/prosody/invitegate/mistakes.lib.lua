-- SPDX-License-Identifier: BSD-2-Clause
-- Mistakes of a configuration with which people register and do not get in, or not at all: an error in
-- the log says so when the module is loaded, before anybody has met them.

local configmanager = require "core.configmanager";
local usermanager = require "core.usermanager";

local agent = module:require "agent";
local provider = module:require "provider";

-- seconds until an agent that is away is asked again
local pause = 10;

-- ---------------------------------------------------------------------------------------- modules

-- Modules that answer registrations and make invites from a store of their own. Debian's configuration
-- enables them for all hosts; where both answer, people are refused by one of them.
local rivals = { invites_adhoc = true; invites_register = true; invites_register_web = true };

local function complain_of_module(name)
	if not rivals[name] then return; end
	module:log("error", "mod_%s and mod_invitegate do not go together: on this host set " ..
		'modules_disabled = { "invites"; "invites_adhoc"; "invites_register" }', name);
end

for name in pairs(prosody.hosts[module.host].modules) do
	complain_of_module(name);
end

module:hook("module-loaded", function (event)
	complain_of_module(event.module);
end);

-- ----------------------------------------------------------------------------------------- domain

-- What people may log in by costs the agent no look into the directory: CONFIG is its answer for a domain
-- that it does not have.
local function ask_for_domain(again)
	agent.send(function (answer)
		if answer.result == "CONFIG" then
			module:log("error", "invite-agent does not have the domain %s: it wants a section [domain %s] in its " ..
				"invitegate.conf, and systemctl reload invite-agent", module.host, module.host);
		elseif answer.result == "AWAY" then
			again();
		end
	end, "mechanisms");
end

local function ask_until_answered()
	ask_for_domain(function ()
		module:add_timer(pause, ask_until_answered);
	end);
end

ask_until_answered();

-- --------------------------------------------------------------------------------------- provider

-- Without an option of its own a host has the provider of all hosts, which Debian's configuration sets to
-- a store of Prosody's own.
if provider.has_own_store() and configmanager.rawget(module.host, "authentication") == nil
	and module:get_option_boolean("invitegate_local_accounts") == nil then
	module:log("error", "This host has no provider of its own, and logs people in by %s: accounts that were made " ..
		'elsewhere cannot log in. Set authentication = "invitegate" in its VirtualHost; or, to keep copies of ' ..
		"accounts here, invitegate_local_accounts = true", prosody.hosts[module.host].users.name);
end

-- Whether people who register here can log in here: asked until the provider has found one of them. That
-- of this module asks the same agent.
local found_one = false;

module:hook("user-registered", function (event)
	local name = prosody.hosts[module.host].users.name;
	if found_one or event.source ~= "mod_invitegate" or name == "invitegate" then return; end
	found_one = usermanager.user_exists(event.username, module.host);
	if found_one then return; end
	module:log("error", "%s has registered, and the provider %s of this host does not find the account: nobody who " ..
		"registers can log in. It has to look where the accounts are made (ldap_base, ldap_filter, ldap_rootdn)",
		event.username, name);
end);
