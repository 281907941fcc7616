-- SPDX-License-Identifier: BSD-2-Clause
-- What this server has of an account, brought in line with what the directory says of it: whose account
-- it is, and which contacts invites gave it.

local async = require "util.async";
local timer = require "util.timer";
local xpcall = require "util.xpcall".xpcall;

local agent = module:require "agent";
local guest = module:require "guest";
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

-- The identity and the contacts of an account, as the agent tells them, when there is room; AWAY when it
-- takes longer than patience, in seconds (nil: as long as it takes).
local function ask(username, patience)
	local wait, done = async.waiter();
	local answer;
	local function answered(given)
		if answer then return; end
		answer = given;
		done();
	end
	local deadline = patience and timer.add_task(patience, function ()
		answered({ result = "AWAY"; text = ""; contacts = {} });
	end);
	look_up(username, answered);
	wait();
	if deadline then timer.stop(deadline); end
	return answer;
end

local function note_owner(username, account)
	if not owners:set(username, { account = account }) then
		module:log("warn", "It cannot be stored whose account %s is", username);
	end
end

-- The account of that name is not the one that this server knew: nothing of it is left to the new one.
-- nil: it cannot be removed now.
local function hand_over(username, account, known)
	if not leftover.clear(username, known ~= nil) then return nil; end
	if account ~= "" then note_owner(username, account); end
	return true;
end

-- A registration of that name has ended with this answer. True when it made a new account; false when it
-- was the repetition of one whose end was lost; nil when the old account cannot be removed now.
local function registered(username, answer, was_here)
	local account = agent.lines_of(answer).account or "";
	local known, err = owners:get(username);
	if err then return nil; end
	if was_here or known and (known.account == account or account == "") then return false; end
	return hand_over(username, account, known);
end

-- nil: what is stored of an older account cannot be removed now.
local function identify(username, answer)
	local account = agent.lines_of(answer).account or "";
	-- an account of this server's own store is what it is, whoever has the name in the directory
	if account == "" or provider.is_there(username) then return true; end
	local known, err = owners:get(username);
	if err then return nil; end
	if not known then
		note_owner(username, account);
	elseif known.account ~= account then
		if not hand_over(username, account, known) then return nil; end
		rosters.start_anew(username, answer.contacts);
	end
	return true;
end

local function put_into_effect(username, answer)
	if not identify(username, answer) then return "NOT_STORED"; end
	rosters.catch_up(username, answer.contacts);
	guest.note(username, agent.lines_of(answer).expires);
	return guest.is_over(username) and "ENDED" or "OK";
end

-- Asks for an account and puts the answer into effect, in a coroutine of the server. OK; ENDED: it was
-- a guest's, and that is over; NOT_STORED: it might be another person's, and what the older one has here
-- cannot be removed; or what the agent answered.
local function refresh(username, patience)
	local answer = ask(username, patience);
	if answer.result ~= "OK" then return answer.result; end
	local leave = turn(username);
	local ok, result = xpcall(put_into_effect, debug.traceback, username, answer);
	leave();
	if ok then return result; end
	module:log("error", "The contacts of %s: %s", username, result);
	return "CONFIG";
end

return { turn = turn; registered = registered; refresh = refresh };
