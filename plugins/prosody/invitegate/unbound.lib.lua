-- SPDX-License-Identifier: BSD-2-Clause
-- Streams that have logged in and ask for no resource. Prosody lets them be for ever, and closes none of them with
-- those of the account: one could be opened, and used when the password is another one, or the name has a new
-- holder.

local timer = require "util.timer";

local seconds = 30;

local waiting = module:shared("unbound"); -- stream -> true

local function close(session, condition, text)
	waiting[session] = nil;
	if session.type ~= "c2s_unbound" then return; end -- bound since, or gone
	session:close({ condition = condition; text = text });
end

module:hook("authentication-success", function (event)
	local session = event.session;
	waiting[session] = true;
	timer.add_task(seconds, function ()
		close(session, "connection-timeout", "No resource was asked for.");
	end);
end);

-- in front of what the login waits for: the next holder of a name finds there that it is theirs
module:hook("pre-resource-bind", function (event)
	waiting[event.session] = nil;
end, 10);

local function close_all(event)
	if event.host ~= module.host then return; end
	local of_account = {};
	for session in pairs(waiting) do
		if session.username == event.username then of_account[#of_account + 1] = session; end
	end
	for _, session in ipairs(of_account) do
		close(session, "not-authorized", "Please log in again.");
	end
end

module:hook_global("user-deleted", close_all);
module:hook_global("user-password-changed", close_all);
