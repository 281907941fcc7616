-- SPDX-License-Identifier: BSD-2-Clause
-- Who logs in finds the contacts that were made elsewhere (by PAM, by invitectl, on another server), and
-- nothing of somebody else who had the name before. The login waits for it, but not for long: who comes
-- in without is looked up later, see changes.lib.lua.

local async = require "util.async";
local timer = require "util.timer";
local xpcall = require "util.xpcall".xpcall;

local account = module:require "account";

local patience = 5;
local outstanding = module:shared("outstanding");

-- The answer of the agent; nil when it takes too long.
local function look_up(username)
	local wait, done = async.waiter();
	local answer, gave_up;
	local deadline = timer.add_task(patience, function ()
		gave_up = true;
		done();
	end);
	account.look_up(username, function (given)
		if gave_up then return; end
		timer.stop(deadline);
		answer = given;
		done();
	end);
	wait();
	return answer;
end

local function settle(username, answer)
	local leave = account.turn(username);
	local ok, result = xpcall(account.settle, debug.traceback, username, answer);
	leave();
	if not ok then module:log("error", "The contacts of %s: %s", username, result); end
	return ok and result;
end

module:hook("pre-resource-bind", function (event)
	local session, username = event.session, event.session.username;
	outstanding[username] = true;
	if not async.ready() then return; end
	local answer = look_up(username);
	if answer and answer.result == "OK" and not session.destroyed then
		if not settle(username, answer) then
			event.error = { type = "wait"; condition = "internal-server-error"; text = "Please try again later." };
			return false;
		end
		outstanding[username] = nil;
	elseif not session.destroyed then
		module:log("warn", "The contacts of %s cannot be looked up now: %s", username, answer and answer.result or "TIMEOUT");
	end
	if session.destroyed then
		event.error = { type = "cancel"; condition = "gone" };
		return false;
	end
end);
