-- SPDX-License-Identifier: BSD-2-Clause
-- Who logs in finds the contacts that were made elsewhere (by PAM, by invitectl, on another server), and
-- nothing of somebody else who had the name before. The login waits for it, but not for long: who comes
-- in without is looked up later, see changes.lib.lua.

local async = require "util.async";

local account = module:require "account";

local patience = 5;
local outstanding = module:shared("outstanding");

local function refused(event, kind, condition, text)
	event.error = { type = kind; condition = condition; text = text };
	return false;
end

module:hook("pre-resource-bind", function (event)
	local session, username = event.session, event.session.username;
	local result, identity = "AWAY", nil;
	if async.ready() then result, identity = account.refresh(username, patience); end
	if session.destroyed then return refused(event, "cancel", "gone"); end
	if result == "ENDED" then return refused(event, "auth", "forbidden", "This account has ended."); end
	if result == "NOT_STORED" then return refused(event, "wait", "internal-server-error", "Please try again later."); end
	session.invitegate_account = identity;
	outstanding[username] = result ~= "OK" or nil;
	if result ~= "OK" then module:log("info", "The contacts of %s cannot be looked up now: %s", username, result); end
end);
