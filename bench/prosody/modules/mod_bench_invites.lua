-- SPDX-License-Identifier: BSD-2-Clause
-- For benchmarks: fills the store of stock mod_invites in one go (one by one takes days with 100 000 in
-- a file), writes a token a line to bench_tokens_file, and ends the server. With bench_inviters there are
-- so many accounts, which the invites come from in turn.

local id = require "util.id";
local usermanager = require "core.usermanager";
local invites = module:depends("invites");

local wanted = module:get_option_number("bench_invites", 0);
local inviters = module:get_option_number("bench_inviters", 0);
local path = module:get_option_string("bench_tokens_file");

-- one of each kind, made by mod_invites itself, that the others are copies of
local function samples()
	local made = {};
	for number = 1, inviters do
		local name = ("inviter%d"):format(number);
		assert(usermanager.create_user(name, id.long(), module.host));
		made[number] = { invite = assert(invites.create_contact(name, true)); inviter = name; own = {} };
	end
	if inviters == 0 then made[1] = { invite = assert(invites.create_account()) }; end
	return made;
end

local function copy(sample)
	local invite = {};
	for key, value in pairs(sample.invite) do invite[key] = value; end
	invite.token = id.medium();
	invite.uri = invite.uri:gsub("preauth=[^;]*", "preauth=" .. invite.token);
	if sample.inviter then sample.own[invite.token] = invite.expires; end
	return invite;
end

local function fill()
	local made, all = samples(), {};
	local file = assert(io.open(path, "w"));
	local store = module:open_store("invite_token");
	for number = 1, wanted do
		local invite = copy(made[number % #made + 1]);
		all[invite.token] = invite;
		file:write(invite.token, "\n");
	end
	assert(store:set(nil, all));
	for _, sample in ipairs(made) do
		if sample.inviter then assert(store:set(sample.inviter, sample.own)); end
	end
	assert(file:close());
	prosody.shutdown("the invites are there");
end

module:hook_global("server-started", fill);
