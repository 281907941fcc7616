-- SPDX-License-Identifier: BSD-2-Clause
-- For benchmarks: fills the store of stock mod_invites in one go (one by one takes days with 100 000 in
-- a file), writes a token a line to bench_tokens_file, and ends the server.

local id = require "util.id";
local invites = module:depends("invites");

local wanted = module:get_option_number("bench_invites", 0);
local path = module:get_option_string("bench_tokens_file");

local function fill()
	local sample = assert(invites.create_account());
	local all = {};
	local file = assert(io.open(path, "w"));
	for _ = 1, wanted do
		local invite = {};
		for key, value in pairs(sample) do invite[key] = value; end
		invite.token = id.medium();
		invite.uri = sample.uri:gsub("preauth=.*$", "preauth=" .. invite.token);
		all[invite.token] = invite;
		file:write(invite.token, "\n");
	end
	assert(module:open_store("invite_token"):set(nil, all));
	assert(file:close());
	prosody.shutdown("the invites are there");
end

module:hook_global("server-started", fill);
