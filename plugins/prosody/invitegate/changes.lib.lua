-- SPDX-License-Identifier: BSD-2-Clause
-- Contacts that are made elsewhere while their owners are online here, and accounts that end elsewhere: two
-- requests for the whole host every few seconds. What was missed is looked up for each of those who are online.

local async = require "util.async";
local jid_prep = require "util.jid".prep;
local jid_split = require "util.jid".split;

local account = module:require "account";
local agent = module:require "agent";
local guest = module:require "guest";
local rosters = module:require "roster";

local interval = module:get_option_number("invitegate_poll_interval", 5);
local longest_interval = 60;

-- names whose contacts and identity are to be looked up when the agent can be asked again
local outstanding = module:shared("outstanding");
local cookie, failures, asking = "", 0, false;

local function online()
	return prosody.hosts[module.host].sessions;
end

local function failed(why)
	if failures == 0 then
		module:log("warn", "Contacts that are made elsewhere come later: %s", why);
	end
	failures = failures + 1;
	asking = false;
end

local function take_up(contacts)
	for _, pair in ipairs(contacts) do
		local username, host = jid_split(jid_prep(pair.jid));
		if host == module.host and online()[username] then
			rosters.take_up(username, { jid = pair.name; group = pair.group });
		end
	end
end

-- One after the other, so that nobody else is kept waiting. Ends early when the agent fails.
local function work_off()
	local username = next(outstanding);
	while username do
		local result = online()[username] and account.refresh(username) or "OK";
		if result == "ENDED" then
			guest.show_out(username);
		elseif result ~= "OK" then
			return result;
		end
		outstanding[username] = nil;
		username = next(outstanding);
	end
end

-- as many names, a line each, as fit into a request
local function lines_for(names)
	local text = {};
	local length = 0;
	while #names > 0 and length + #names[#names] < agent.max_request - 1024 do
		length = length + #names[#names] + 1;
		text[#text + 1] = table.remove(names);
	end
	return text;
end

-- Looks whether those who are online have the account still that they logged in to.
local function look_for_ends()
	local names = account.online();
	while #names > 0 do
		local some = lines_for(names);
		local answer = agent.ask("accounts", table.concat(some, "\n"));
		if answer.result ~= "OK" then return answer.result; end
		for _, username in ipairs(account.changed(some, answer)) do
			outstanding[username] = true;
		end
	end
end

local function take(answer)
	local lines = agent.lines_of(answer);
	if lines.restart == "yes" then
		for username in pairs(online()) do
			outstanding[username] = true;
		end
	end
	for _, username in ipairs(guest.over()) do
		outstanding[username] = true; -- the end may have been put off since
	end
	take_up(answer.contacts);
	cookie = lines.cookie or "";
	local why = look_for_ends() or work_off();
	if why then return failed(why); end
	if failures > 0 then module:log("info", "Contacts that are made elsewhere are looked up again"); end
	failures, asking = 0, false;
end

local thread = async.runner(take, {
	error = function (_, err)
		module:log("error", "Contacts that are made elsewhere: %s", err);
		failed("an error");
	end;
});

local function ask()
	asking = true;
	agent.send(function (answer)
		if answer.result ~= "OK" then return failed(answer.result); end
		thread:run(answer);
	end, "changed", cookie);
end

-- While nobody is online nothing is asked; the cookie keeps the place.
local function tick()
	if not asking and next(online()) ~= nil then ask(); end
	return math.max(interval, math.min(interval * 2 ^ failures, longest_interval));
end

if interval > 0 then
	module:add_timer(interval, tick);
end
