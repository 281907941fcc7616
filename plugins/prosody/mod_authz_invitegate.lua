-- SPDX-License-Identifier: BSD-2-Clause
-- authorization = "invitegate": the administrators of this host are those accounts that admin_filter of the
-- agent's configuration lets in, besides those of Prosody's own option admins and of its own roles.

local async = require "util.async";
local cache = require "util.cache";

local agent = module:require "invitegate/agent";
local own = module:depends "authz_internal";

local fresh = 30; -- seconds that an answer counts
local known = cache.new(1024); -- name -> { is_admin, since }
local forgotten = 0; -- how often an answer was forgotten
-- Where an answer did not come in time, the next stanzas do not wait for one each until then.
local asks_again = 0;
local pause = 10; -- seconds

local function is_admin(username)
	local answer = known:get(username);
	if answer and os.time() - answer.since <= fresh then return answer.is_admin; end
	-- where nothing may wait, and while the agent is away, admin_filter makes no administrators
	if not async.ready() or os.time() < asks_again then return false; end
	local before = forgotten;
	local told = agent.ask("is-admin", username);
	if told.result == "AWAY" or told.result == "TIMEOUT" then asks_again = os.time() + pause; end
	if told.result ~= "OK" and told.result ~= "NO_ACCOUNT" then return false; end
	local yes = told.result == "OK" and agent.lines_of(told).admin == "yes";
	-- not of an earlier holder of the name
	if before == forgotten then known:set(username, { is_admin = yes; since = os.time() }); end
	return yes;
end

-- The next holder of a name is asked for anew, and so is whoever logs in: the name may have changed hands
-- elsewhere.
local function forget(username)
	known:set(username, nil);
	forgotten = forgotten + 1;
end

module:hook_global("user-deleted", function (event)
	if event.host == module.host then forget(event.username); end
end);

module:hook("authentication-success", function (event)
	forget(event.session.username);
end);

local function get_user_roles(username)
	local roles = own.get_user_roles(username);
	if roles and roles["prosody:admin"] or not is_admin(username) then return roles; end
	local more = { ["prosody:admin"] = true };
	for role, value in pairs(roles or {}) do
		more[role] = value;
	end
	return more;
end

-- what Prosody 0.12 asks for by name
local methods = { "get_user_roles"; "set_user_roles"; "get_users_with_role"; "get_jid_roles"; "set_jid_roles";
	"get_jids_with_role" };
for _, name in ipairs(methods) do
	module.environment[name] = own[name];
end
module.environment.get_user_roles = get_user_roles;
