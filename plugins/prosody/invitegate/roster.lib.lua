-- SPDX-License-Identifier: BSD-2-Clause
-- Contacts that invites made, on the rosters of both sides. Rosters are changed in memory and stored in
-- one go: rostermanager.save_roster asks the provider whether the user exists, in the middle of an
-- update, and that may mean to wait for a directory.

local jid_bare = require "util.jid".bare;
local jid_prep = require "util.jid".prep;
local jid_split = require "util.jid".split;
local rostermanager = require "core.rostermanager";
local storagemanager = require "core.storagemanager";
local st = require "util.stanza";

local one_line = module:require "text".one_line;

-- what was made a contact once is not put back after its user removed it
local applied = module:open_store("invitegate_contacts", "map");
local all_applied = module:open_store("invitegate_contacts");

local function is_local(host)
	local there = host and prosody.hosts[host];
	return there and there.type == "local";
end

-- A contact as rosters can hold it; nil when its address is none.
local function prepared(contact)
	local jid = jid_bare(jid_prep(contact.jid));
	if not jid then
		module:log("warn", "A contact has an address that is none and is left out: %q", contact.jid);
		return nil;
	end
	return { jid = jid; name = contact.name; group = contact.group };
end

local function all_prepared(contacts)
	local good = {};
	for _, contact in ipairs(contacts) do
		good[#good + 1] = prepared(contact);
	end
	return good;
end

local function save(username, host, roster, jid)
	local metadata = roster[false];
	if metadata.broken then return nil, "the stored roster cannot be read"; end
	if metadata.version ~= true then metadata.version = (tonumber(metadata.version) or 0) + 1; end
	local store = storagemanager.open(host, "roster", "map");
	return store:set_keys(username, { [false] = metadata; [jid] = roster[jid] });
end

local function item_of(roster, jid, contact)
	local item = roster[jid];
	if not item then
		item = { subscription = "none"; groups = {} };
		local name, group = one_line(contact.name or ""), one_line(contact.group or "");
		if name ~= "" then item.name = name; end
		if group ~= "" then item.groups[group] = true; end
		roster[jid] = item;
	end
	return item;
end

-- One side of a pair, with a push to those who are online. false: it was there already; nil: it failed.
local function approve(username, host, jid, contact, subscription)
	local roster, err = rostermanager.load_roster(username, host);
	if err then
		module:log("error", "The roster of %s@%s cannot be read: %s", username, host, err);
		return nil;
	end
	local before = roster[jid];
	if before and before.subscription == "both" then return false; end
	local item = item_of(roster, jid, contact);
	if subscription == "both" then
		item.subscription, item.ask, item.approved = "both", nil, nil;
	elseif subscription == "from" then
		item.subscription = item.subscription == "to" and "both" or "from";
		item.ask = item.subscription == "from" and "subscribe" or nil;
	else
		item.approved = "true";
		if item.subscription ~= "to" then item.ask = "subscribe"; end
	end
	roster[false].pending[jid] = nil;
	local ok, why = save(username, host, roster, jid);
	if not ok then
		module:log("error", "The roster of %s@%s cannot be stored: %s", username, host, why or "storage failed");
		return nil;
	end
	rostermanager.roster_push(username, host, jid);
	return true;
end

local function sessions_of(username, host)
	local user = prosody.bare_sessions[username .. "@" .. host];
	return user and user.sessions or {};
end

local function send_presence(username, host, to)
	for _, session in pairs(sessions_of(username, host)) do
		if session.presence then
			local presence = st.clone(session.presence);
			presence.attr.to = to;
			prosody.core_post_stanza(session, presence, true);
		end
	end
end

-- Whoever is online of two users of this server sees the other.
local function meet(username, host, contact_user, contact_host)
	send_presence(username, host, contact_user .. "@" .. contact_host);
	send_presence(contact_user, contact_host, username .. "@" .. host);
end

-- Both are on one server: both rosters say so.
local function pair_local(username, host, contact_user, contact_host, contact)
	local me, jid = username .. "@" .. host, contact_user .. "@" .. contact_host;
	local mine = approve(username, host, jid, contact, "both");
	local theirs = approve(contact_user, contact_host, me, { group = contact.group }, "both");
	if mine or theirs then meet(username, host, contact_user, contact_host); end
	return mine ~= nil and theirs ~= nil;
end

-- The other server is asked as well, and may subscribe without a question.
local function pair_remote(username, host, contact)
	local made = approve(username, host, contact.jid, contact, "none");
	if made then
		module:send(st.presence({ type = "subscribe"; from = username .. "@" .. host; to = contact.jid }));
	end
	return made ~= nil;
end

local function remember(username, jid)
	if not applied:set(username, jid, os.time()) then
		module:log("warn", "It cannot be stored that %s has %s as a contact", username, jid);
	end
end

-- A user of another server came with an invite of a user of this one: that is approved, and asked back.
local function accept_remote(username, jid, contact)
	local me = username .. "@" .. module.host;
	if not approve(username, module.host, jid, { group = contact.group }, "from") then return; end
	module:send(st.presence({ type = "subscribed"; from = me; to = jid }));
	send_presence(username, module.host, jid);
	module:send(st.presence({ type = "subscribe"; from = me; to = jid }));
	remember(username, jid);
end

-- The contact, as invite-agent tells it, and the user of this host have each other on their rosters.
local function pair(username, contact)
	local contact_user, contact_host = jid_split(contact.jid);
	local done;
	if not contact_user or contact.jid == username .. "@" .. module.host then return; end
	if is_local(contact_host) then
		done = pair_local(username, module.host, contact_user, contact_host, contact);
	else
		done = pair_remote(username, module.host, contact);
	end
	if not done then return; end -- the directory has the pair: the next login tries again
	remember(username, contact.jid);
	if contact_host == module.host then remember(contact_user, username .. "@" .. module.host); end
end

local function pair_all(username, contacts)
	for _, contact in ipairs(all_prepared(contacts)) do
		pair(username, contact);
	end
end

local function has_removed(username, jid)
	return applied:get(username, jid) and not rostermanager.load_roster(username, module.host)[jid];
end

-- One side of a pair that was made elsewhere, unless it was there before. The same as approve.
local function take_side(username, contact)
	local known, err = applied:get(username, contact.jid);
	if err then return nil; end
	if known then return false; end
	local made = approve(username, module.host, contact.jid, contact, "both");
	if made ~= nil then remember(username, contact.jid); end
	return made;
end

-- A contact that was made elsewhere, for a user who is online or logs in. The other one's roster only if
-- that one is online too: it comes with a login, or the registration that makes the account and is still
-- under way. Who has removed the other one is left alone by both.
local function take_up(username, told)
	local contact = prepared(told);
	if not contact then return; end
	local me = username .. "@" .. module.host;
	local contact_user, contact_host = jid_split(contact.jid);
	local is_here = contact_host == module.host;
	if not contact_user or contact.jid == me then return; end
	if not is_local(contact_host) then
		if not applied:get(username, contact.jid) then pair(username, contact); end
		return;
	end
	if is_here and has_removed(contact_user, me) then return remember(username, contact.jid); end
	local mine = take_side(username, contact);
	local theirs = is_here and next(sessions_of(contact_user, contact_host)) and
		take_side(contact_user, { jid = me; group = contact.group });
	if mine or theirs then meet(username, module.host, contact_user, contact_host); end
end

-- The user is a new one of that name: what contacts did with the older one counts no more.
local function start_anew(username, contacts)
	for _, contact in ipairs(all_prepared(contacts)) do
		local contact_user, contact_host = jid_split(contact.jid);
		if contact_user and contact_host == module.host then
			applied:set(contact_user, username .. "@" .. module.host, nil);
		end
	end
end

-- All that the directory says of a user: what is new there is put on the rosters, and what is gone there
-- may come again.
local function catch_up(username, contacts)
	local known, err = all_applied:get(username);
	if err then return; end
	known = known or {};
	local there = {};
	for _, contact in ipairs(all_prepared(contacts)) do
		there[contact.jid] = true;
		if not known[contact.jid] then take_up(username, contact); end
	end
	for jid in pairs(known) do
		if not there[jid] then applied:set(username, jid, nil); end
	end
end

return {
	is_local = is_local;
	pair_all = pair_all;
	start_anew = start_anew;
	accept_remote = accept_remote;
	catch_up = catch_up;
	take_up = take_up;
};
