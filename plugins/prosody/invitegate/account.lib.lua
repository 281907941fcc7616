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
local turn = module:require "turn";

-- the agent lets 128 requests of one server wait; people who register come first
local most_at_once = 32;
-- seconds
local longest_turn = 15;

-- every file that asks for this one gets a copy of it, but there is only one line
local line = module:shared("lookups");
line.under_way = line.under_way or 0;
line.waiting = line.waiting or {};
-- { account = what the agent called the account of that name when it was last seen }
local owners = module:open_store("invitegate_owner");

-- the same, of those who have logged in since the server started
local seen = module:shared("identities");

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

-- The name has an account that this server made for one in the directory. nil: that cannot be told now.
local function is_ours(username)
	local known, err = owners:get(username);
	if err then return nil; end
	return known ~= nil;
end

-- A registration of that name has ended with this answer. True when it made a new account; false when it
-- was the repetition of one whose end was lost; nil when the old account cannot be removed now.
local function registered(username, answer)
	local account = agent.lines_of(answer).account or "";
	local known, err = owners:get(username);
	if err then return nil; end
	-- not told which account it is: a repetition is answered as this one was, and tells it then
	if known and account == "" then return nil; end
	if known and known.account == account then return false; end
	return hand_over(username, account, known);
end

-- The directory has no account of that name that an invite made, where there was one. The administrator
-- may have taken that mark off and left the account.
local function lost(username)
	local result = agent.ask("exists", username).result;
	return result == "NO_ACCOUNT" and "ENDED" or result;
end

-- OK; ENDED: the account that was here is not there any more; NOT_STORED: what is stored of an older
-- account cannot be removed now; or what the agent answered.
local function identify(username, answer)
	local account = agent.lines_of(answer).account or "";
	local known, err = owners:get(username);
	if err then return "NOT_STORED"; end
	if account == "" then return known and lost(username) or "OK"; end
	seen[username] = account;
	if known and known.account == account then return "OK"; end
	if not known then
		-- an account that only this server has is what it is, whoever has the name in the directory
		if not provider.is_there(username) then note_owner(username, account); end
		return "OK";
	end
	local was_here = provider.is_there(username);
	if not hand_over(username, account, known) then return "NOT_STORED"; end
	rosters.start_anew(username, answer.contacts);
	-- in a store of its own the server knows the former owner's password only
	return was_here and "ENDED" or "OK";
end

local function put_into_effect(username, answer)
	local result = identify(username, answer);
	if result ~= "OK" then return result; end
	rosters.catch_up(username, answer.contacts);
	guest.note(username, agent.lines_of(answer).expires);
	return guest.is_over(username) and "ENDED" or "OK";
end

-- Asks for an account and puts the answer into effect, in a coroutine of the server. OK; ENDED: it was
-- removed, or was a guest's whose time is over; NOT_STORED: it might be another person's, and what the
-- older one has here cannot be removed; AWAY: not within patience, in seconds (nil: as long as it takes);
-- or what the agent answered. And which account has the name, as the agent calls it, when it was told.
local function refresh(username, patience)
	local since = os.time();
	local answer = ask(username, patience);
	if answer.result ~= "OK" then return answer.result; end
	local leave = turn.take(username, math.max((patience or longest_turn) - (os.time() - since), 1), true);
	if not leave then return "AWAY"; end
	local ok, result = xpcall(put_into_effect, debug.traceback, username, answer);
	leave();
	if ok then return result, agent.lines_of(answer).account or ""; end
	module:log("error", "The contacts of %s: %s", username, result);
	return "CONFIG";
end

-- The names of those online whose account an invite made. The others are forgotten.
local function online()
	local names = {};
	for username in pairs(seen) do
		if prosody.hosts[module.host].sessions[username] then
			names[#names + 1] = username;
		else
			seen[username] = nil;
		end
	end
	return names;
end

-- What the agent says of these accounts (its operation accounts): the names of those whose account is not
-- the one that logged in.
local function changed(usernames, answer)
	local there, names = {}, {};
	for _, account in ipairs(answer.contacts) do
		there[account.jid] = account;
	end
	for _, username in ipairs(usernames) do
		local account = there[username];
		if not account or account.name ~= seen[username] then
			names[#names + 1] = username;
		else
			guest.note(username, account.group);
		end
	end
	return names;
end

return { is_ours = is_ours; registered = registered; refresh = refresh; online = online; changed = changed };
