-- SPDX-License-Identifier: BSD-2-Clause
-- What this server has of an account, brought in line with what the directory says of it: whose account
-- it is, and which contacts invites gave it.

local async = require "util.async";

local agent = module:require "agent";
local leftover = module:require "leftover";
local provider = module:require "provider";
local rosters = module:require "roster";

-- the agent lets 128 requests of one server wait; people who register come first
local most_at_once = 32;

-- every file that asks for this one gets a copy of it, but there is only one line, and one turn
local line = module:shared("lookups");
line.under_way = line.under_way or 0;
line.waiting = line.waiting or {};
local turns = module:shared("turns");
turns.guard = turns.guard or async.guarder();

-- { account = what the agent called the account of that name when it was last seen }
local owners = module:open_store("invitegate_owner");

-- One at a time for each name, since a registration and a login may come together. Returns the function
-- that ends the turn. Only in a coroutine of the server.
local function turn(username)
	return turns.guard(username);
end

-- Asks for the identity and the contacts of an account, when there is room.
local function look_up(username, answered)
	if line.under_way >= most_at_once then
		line.waiting[#line.waiting + 1] = { username = username; answered = answered };
		return;
	end
	line.under_way = line.under_way + 1;
	agent.send(function (answer)
		line.under_way = line.under_way - 1;
		local following = table.remove(line.waiting, 1);
		if following then look_up(following.username, following.answered); end
		answered(answer);
	end, "roster", username);
end

-- The account of that name is not the one that this server knew: nothing of it is left to the new one.
-- nil: it cannot be removed now.
local function hand_over(username, account, known)
	if not leftover.clear(username, known ~= nil) then return nil; end
	if account ~= "" and not owners:set(username, { account = account }) then
		module:log("warn", "It cannot be stored whose account %s is", username);
	end
	return true;
end

-- A registration of that name has ended with this answer. True when it made a new account; false when it
-- was the repetition of one whose end was lost; nil when the old account cannot be removed now.
local function registered(username, answer, was_here)
	local account = agent.lines_of(answer).account or "";
	local known = owners:get(username);
	if was_here or known and (known.account == account or account == "") then return false; end
	return hand_over(username, account, known);
end

-- In a turn of that name: the answer of look_up, which is OK, is put into effect. nil: not now.
local function settle(username, answer)
	local account = agent.lines_of(answer).account or "";
	local known, err = owners:get(username);
	if err then return nil; end
	-- an account of this server's own store is what it is, whoever has the name in the directory
	if account ~= "" and not provider.is_there(username) then
		if known and known.account ~= account then
			if not hand_over(username, account, known) then return nil; end
		elseif not known then
			owners:set(username, { account = account });
		end
	end
	rosters.catch_up(username, answer.contacts);
	return true;
end

return { turn = turn; look_up = look_up; registered = registered; settle = settle };
