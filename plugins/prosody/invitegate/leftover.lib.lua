-- SPDX-License-Identifier: BSD-2-Clause
-- What a deleted account left on this server. Accounts end in the directory, where nobody tells the
-- server; whoever gets the name next must not find the roster, the messages or the contacts of the one
-- before.

local datetime = require "util.datetime";
local storagemanager = require "core.storagemanager";

-- rosters of deleted accounts: what a person cannot get back if an admin finds out that it was the same one
local former = module:open_store("invitegate_former");

local function roster_cache()
	return prosody.hosts[module.host].roster_cache;
end

-- Under a key that is no name, so that no account can have it or delete it.
local function keep(username, roster)
	local key = username .. "@" .. datetime.datetime();
	local ok, why = former:set(key, { roster = roster });
	if not ok then
		module:log("error", "A copy of the roster of the former account %s cannot be stored: %s", username, why);
		return nil;
	end
	module:log("info", "The roster of the former account %s is kept in the store invitegate_former as %s", username, key);
	return true;
end

-- mod_tombstones would tell everybody that the new account is gone.
local function open_grave(username)
	if prosody.hosts[module.host].modules.tombstones then
		storagemanager.open(module.host, "tombstones", "map"):set(nil, username, nil);
	end
end

-- The account has ended: contacts are told that it is gone, its streams are closed, and what is stored of it
-- is removed.
local function remove(username)
	prosody.events.fire_event("user-deleted", { username = username; host = module.host });
	storagemanager.purge(username, module.host);
	if roster_cache() then roster_cache():set(username .. "@" .. module.host, nil); end
end

-- The account of that name is a new one: contacts are told that the old one is gone, its streams are
-- closed, and what is stored of it is removed. was_known: it has been seen here. nil: it cannot be done
-- now.
local function clear(username, was_known)
	local host = module.host;
	local roster, err = storagemanager.open(host, "roster", "keyval"):get(username);
	if err then
		module:log("error", "The roster of the former account %s cannot be read: %s", username, err);
		return nil;
	end
	local has_roster = roster ~= nil and next(roster) ~= nil;
	if has_roster and not keep(username, roster) then return nil; end
	if was_known or has_roster or prosody.bare_sessions[username .. "@" .. host] then
		module:log("info", "The account %s is a new one: what an older one left here is removed", username);
		prosody.events.fire_event("user-deleted", { username = username; host = host });
		open_grave(username);
	end
	storagemanager.purge(username, host);
	if roster_cache() then roster_cache():set(username .. "@" .. host, nil); end
	return true;
end

return { clear = clear; remove = remove };
