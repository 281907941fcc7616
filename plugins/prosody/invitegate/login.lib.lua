-- SPDX-License-Identifier: BSD-2-Clause
-- Contacts that were made elsewhere (by PAM, by invitectl, on another server) come to the rosters of both
-- when one of them logs in. The login does not wait for it: who is too early gets a push.

local async = require "util.async";

local agent = module:require "agent";
local rosters = module:require "roster";

-- one after the other: each is a change of two rosters
local rosters_thread = async.runner(function (job) job(); end, {
	error = function (_, err) module:log("error", "Rosters: %s", err); end;
});

module:hook("resource-bind", function (event)
	local username = event.session.username;
	agent.send(function (answer)
		if answer.result ~= "OK" then
			module:log("warn", "The contacts of %s cannot be looked up now: %s", username, answer.result);
			return;
		end
		rosters_thread:run(function () rosters.catch_up(username, answer.contacts); end);
	end, "roster", username);
end);
