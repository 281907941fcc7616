-- SPDX-License-Identifier: BSD-2-Clause
-- Registrations whose end did not reach their person: the stream broke, or the agent went away in the
-- middle. Their tokens may be used up by then, and still have to open another stream for the same
-- registration; that it is the same, the agent decides by name and password.

local cache = require "util.cache";
local sha256 = require "util.hashes".sha256;

local seconds = 600;
local shared = module:shared("unfinished");
shared.invites = shared.invites or cache.new(1024);

-- no table of tokens is kept
local function key_of(token)
	return sha256(token, true);
end

local function remember(invite, username)
	shared.invites:set(key_of(invite.token), { type = invite.type; user = invite.user; accepted_at = invite.accepted_at;
		username = username; since = os.time() });
end

local function forget(invite)
	shared.invites:set(key_of(invite.token), nil);
end

-- The invite of such a registration, and in begun the name it was for; nil when there is none.
local function find(token)
	local known = shared.invites:get(key_of(token));
	if not known or os.time() - known.since > seconds then return nil; end
	return { token = token; type = known.type; user = known.user; accepted_at = known.accepted_at;
		begun = known.username };
end

return { remember = remember; forget = forget; find = find };
