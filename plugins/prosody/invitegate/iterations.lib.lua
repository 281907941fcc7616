-- SPDX-License-Identifier: BSD-2-Clause
-- How many iterations made-up verifiers have. Accounts keep those that were configured when their password was
-- set: if all names without an account had those of today, any others would tell an account. So names get
-- iterations as often as people log in with them.

local hashes = require "util.hashes";

local store = module:open_store("invitegate_sasl");
local key = "@iterations"; -- no name

-- logins that are remembered: with twice as many each counts half, and what is not used any more is forgotten
local remembered = 1000;
-- logins until what was counted is stored
local between = 100;

local function read()
	local counts = {};
	for iterations, count in pairs(store:get(key) or {}) do
		counts[tonumber(iterations)] = count;
	end
	return counts;
end

local counts = read();
local unstored = 0;

local function write()
	local kept = {};
	for iterations, count in pairs(counts) do
		kept[("%d"):format(iterations)] = count;
	end
	if not store:set(key, kept) then module:log("warn", "The iterations of verifiers cannot be stored"); end
	unstored = 0;
end

local function total()
	local sum = 0;
	for _, count in pairs(counts) do
		sum = sum + count;
	end
	return sum;
end

local function halve()
	for iterations, count in pairs(counts) do
		counts[iterations] = count >= 2 and count / 2 or nil;
	end
end

-- Somebody has logged in by a verifier of so many.
local function note(iterations)
	local is_new = counts[iterations] == nil;
	counts[iterations] = (counts[iterations] or 0) + 1;
	unstored = unstored + 1;
	if total() >= 2 * remembered then halve(); end
	if is_new or unstored >= between then write(); end
end

-- Between 0 and 1, and always the same one for these.
local function chance(secret, username, iterations)
	local bytes = hashes.hmac_sha256(secret, ("iterations\0%d\0%s"):format(iterations, username));
	local number = 0;
	for i = 1, 4 do
		number = number * 256 + bytes:byte(i);
	end
	return (number + 1) / (2 ^ 32 + 1);
end

-- Of a name without an account: the same ones each time, and few names get others when the counts change
-- (rendezvous hashing with weights). configured: where nobody has logged in so far.
local function of(secret, username, configured)
	local best, highest = configured, -1;
	for iterations, count in pairs(counts) do
		local score = count / -math.log(chance(secret, username, iterations));
		if score > highest then
			best, highest = iterations, score;
		end
	end
	return best;
end

return { note = note; of = of };
