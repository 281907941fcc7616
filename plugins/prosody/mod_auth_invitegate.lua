-- SPDX-License-Identifier: BSD-2-Clause
-- authentication = "invitegate": logins to the accounts of a directory that invite-agent looks after, by
-- PLAIN and SCRAM. Prosody needs no rights in the directory, and never waits for it. See
-- invitegate-prosody(7).

local async = require "util.async";
local cache = require "util.cache";

local agent = module:require "invitegate/agent";
local sasl = module:require "invitegate/sasl";

-- seconds until the agent is asked again what may be offered, and whether a name is an account
local fresh = 60;

-- ------------------------------------------------------------------------------------------ mechanisms

local offer; -- { mechanisms = names as keys, iterations, since }; nil: not known so far
local asking = false;
local failed = false; -- the last question had no answer
local plain_only = { mechanisms = { PLAIN = true }; iterations = 10000 };

local function take_offer(answer)
	asking = false;
	local lines = agent.lines_of(answer);
	failed = answer.result ~= "OK" or not lines.mechanisms;
	if failed then
		module:log("info", "What people may log in by cannot be asked now: %s %s", answer.result, answer.text);
		return;
	end
	offer = { mechanisms = {}; iterations = tonumber(lines.iterations); since = os.time() };
	for mechanism in lines.mechanisms:gmatch("%S+") do
		offer.mechanisms[mechanism] = true;
	end
end

local function ask_for_offer()
	if asking then return; end
	asking = true;
	agent.send(take_offer, "mechanisms");
end

-- What is known, which is looked up behind it when it is old. Only those who come first have to wait, and nobody
-- while the agent does not answer.
local function current_offer()
	if not offer and not failed and async.ready() then
		take_offer(agent.ask("mechanisms"));
	elseif not offer or os.time() - offer.since > fresh then
		ask_for_offer();
	end
	return offer or plain_only;
end

-- ---------------------------------------------------------------------------------------------- names

local there = cache.new(4096); -- name -> when it was seen last
-- Where an answer did not come in time, the next stanzas do not wait for one each until then.
local asks_again = 0;
local pause = 10; -- seconds
-- of mod_invitegate: those who have logged in here
local owners = module:open_store("invitegate_owner");

-- When it cannot be asked: who has been seen before has an account, so that messages for them wait.
local function was_there(username)
	return there:get(username) ~= nil or owners:get(username) ~= nil;
end

-- Rosters ask for it at each change, components where nothing may wait.
local function exists(username)
	local since = there:get(username);
	if since and os.time() - since <= fresh then return true; end
	if not async.ready() or os.time() < asks_again then return was_there(username); end
	local result = agent.ask("exists", username).result;
	if result == "OK" then
		there:set(username, os.time());
		return true;
	elseif result == "NO_ACCOUNT" or result == "NAME_INVALID" then
		there:set(username, nil);
		return false;
	end
	if result == "AWAY" or result == "TIMEOUT" then asks_again = os.time() + pause; end
	return was_there(username);
end

module:hook_global("user-deleted", function (event)
	if event.host == module.host then there:set(event.username, nil); end
end);

-- ------------------------------------------------------------------------------------------- provider

local by_invite = "Accounts of this server are made by invite: invitectl create.";
local elsewhere = "Accounts of this server are in the directory: invitectl create --type reset sets a password, " ..
	"invitectl remove removes one.";

local provider = {};

function provider.test_password(username, password)
	local result = agent.ask("login", username, password, "").result;
	if result == "OK" then return true; end
	return nil, result;
end

function provider.user_exists(username)
	return exists(username);
end

function provider.create_user()
	return nil, by_invite;
end

function provider.set_password()
	return nil, elsewhere;
end

function provider.delete_user()
	return nil, elsewhere;
end

-- mod_saslauth tells a stream's first handler how to bind to the channel, and none that it asks for when a login
-- begins before another has ended: with those a client would be let in that was told there is no binding.
local function keep_binding(session, handler)
	local earlier = session.invitegate_sasl;
	if earlier then handler.profile.cb, handler.userdata = earlier.profile.cb, earlier.userdata; end
	session.invitegate_sasl = handler;
end

module:hook("authentication-success", function (event)
	event.session.invitegate_sasl = nil;
end);

function provider.get_sasl_handler(session)
	local current = current_offer();
	local handler = sasl.handler_of(session and session.ip or "", current.mechanisms, current.iterations);
	if session then keep_binding(session, handler); end
	return handler;
end

module:provides("auth", provider);
