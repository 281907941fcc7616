-- SPDX-License-Identifier: BSD-2-Clause
-- What a deleted account left on this server. Accounts end in the directory, where nobody tells the
-- server; whoever gets the name next must not find the roster, the messages or the contacts of the one
-- before.

local storagemanager = require "core.storagemanager";

local function roster_cache()
	return prosody.hosts[module.host].roster_cache;
end

-- Called for an account that has just been made.
local function clear(username)
	local host = module.host;
	local roster = storagemanager.open(host, "roster", "keyval"):get(username);
	if roster and next(roster) ~= nil or prosody.bare_sessions[username .. "@" .. host] then
		module:log("info", "The account %s is a new one: what an older one left here is removed", username);
		-- contacts are told, streams are closed
		prosody.events.fire_event("user-deleted", { username = username; host = host });
	end
	storagemanager.purge(username, host);
	if roster_cache() then roster_cache():set(username .. "@" .. host, nil); end
end

return { clear = clear };
