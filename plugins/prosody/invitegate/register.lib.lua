-- SPDX-License-Identifier: BSD-2-Clause
-- The registration itself: the agent makes the account or sets its password, whatever the provider that
-- people log in by; rosters are written before the answer. mod_register_ibr still shows the form, and
-- answers what is no registration.

local nodeprep = require "util.encodings".stringprep.nodeprep;
local st = require "util.stanza";
local xpcall = require "util.xpcall".xpcall;

local account = module:require "account";
local agent = module:require "agent";
local form = module:require "form";
local provider = module:require "provider";
local rosters = module:require "roster";
local stream = module:require "stream";
local turn = module:require "turn";
local unfinished = module:require "unfinished";
local verdict = module:require "verdict";

local account_details = module:open_store("account_details");

module:depends("register_ibr");

local invite_only = module:get_option_boolean("registration_invite_only", true);
-- what stands for an invite where none is needed; whether it is, the agent decides
local no_invite = { token = ""; type = "account"; user = ""; accepted_at = "" };
-- seconds that a registration waits for another one of the same name
local longest_turn = 15;

-- modules act on it; what goes wrong in them must not cost the person the answer
local function fire(name, event)
	xpcall(module.fire_event, function (err)
		module:log("error", "A module failed at %s: %s", name, debug.traceback(tostring(err), 2));
	end, module, name, event);
end

local function refusal_of(event, stanza)
	local err = event.error or {};
	return st.error_reply(stanza, err.type or event.error_type or "modify",
		err.condition or event.error_condition or "not-acceptable", err.text or event.reason);
end

-- The account is there. Failures from here on are for the log, and for another try with the same token,
-- name and password: the agent answers that with OK.
local function keep_here(event, answer, is_new)
	local username = event.username;
	local ok, why = provider.set_password(username, event.password);
	if not ok then
		module:log("error", "%s has an account in the directory, but not here: %s", username, why or "unknown reason");
		return nil;
	end
	event.additional.registered = os.time();
	if not account_details:set(username, event.additional) then
		module:log("warn", "The details of the account %s cannot be stored", username);
	end
	if is_new then
		rosters.pair_all(username, answer.contacts);
	elseif agent.lines_of(answer).contacts ~= "unknown" then
		rosters.catch_up(username, answer.contacts);
	end
	return true;
end

local function create(event, invite)
	local username, password = event.username, event.password;
	if provider.is_there(username) and not account.is_ours(username) then
		-- an account that only this server has; the agent counts how often somebody finds such
		return agent.ask("taken", invite.token, username, event.ip or "", invite.accepted_at);
	end
	local answer = agent.ask("register", invite.token, username, password, event.ip or "", invite.accepted_at);
	if answer.result ~= "OK" then return answer; end
	local is_new = account.registered(username, answer);
	if is_new == nil or not keep_here(event, answer, is_new) then
		return { result = "NO_MEMORY"; text = "the account cannot be stored on this server" };
	end
	return answer;
end

local function reset(event, invite)
	local username, password = event.username, event.password;
	local answer = agent.ask("reset", invite.token, username, password, event.ip or "", invite.accepted_at);
	if answer.result == "OK" and not provider.set_password(username, password) then
		return { result = "NO_MEMORY"; text = "the password cannot be stored on this server" };
	end
	return answer;
end

local function redeem(event, invite)
	-- two registrations of one name: the second must not clear what the first has just written
	local leave = turn.take(event.username, longest_turn);
	if not leave then return { result = "THROTTLED"; text = "" }; end
	local ok, answer = xpcall(invite.type == "reset" and reset or create, debug.traceback, event, invite);
	leave();
	if not ok then
		return { result = "CONFIG"; text = tostring(answer) };
	end
	return answer;
end

local function announce(event, invite)
	local username, host = event.username, module.host;
	if invite.type == "reset" then
		module:log("info", "New password by invite: %s@%s", username, host);
		fire("user-password-reset", event);
		-- whoever has the old password is logged in no longer
		prosody.events.fire_event("user-password-changed", { username = username; host = host });
	else
		module:log("info", "User account created by invite: %s@%s", username, host);
		fire("user-registered", { username = username; host = host; source = "mod_invitegate"; session = event.session });
	end
end

-- What becomes of the invite when its registration has ended so.
local function conclude(session, invite, answer, username)
	local is_over = answer.result == "OK" or answer.result == "BAD_TOKEN";
	if answer.result == "OK" then session.invitegate_registered = true; end
	if is_over then session.invitegate_invite = nil; end
	if invite.token == "" then return; end
	if verdict.is_open(answer) or answer.result == "OK" and session.destroyed then
		unfinished.remember(invite, username);
	elseif is_over then
		unfinished.forget(invite);
	end
end

-- Whether modules that judge new users let this one register. A reset registers nobody; a repetition was
-- let in when it began, and modules that compare names would find the account it made.
local function judge(event, invite)
	if invite.type == "reset" or invite.begun == event.username then return; end
	module:fire_event("user-registering", event);
end

local function register(session, stanza)
	local invite = session.invitegate_invite or not invite_only and no_invite;
	if session.invitegate_registered then
		return st.error_reply(stanza, "modify", "not-acceptable", "This stream has registered already.");
	elseif not invite then
		return st.error_reply(stanza, "modify", "not-acceptable", "Registration on this server is through invitation only");
	end
	local data, wrong = form.data_of(stanza.tags[1]);
	if not data then return st.error_reply(stanza, "modify", "not-acceptable", wrong); end
	local username, password = nodeprep(data.username, true), data.password;
	if not username or username == "" then return verdict.reply(stanza, { result = "NAME_INVALID"; text = "" }); end
	local refusal = provider.refusal_of_password(password);
	if refusal then return verdict.reply(stanza, refusal); end
	data.username, data.password = nil, nil;
	local event = { username = username; password = password; host = module.host; ip = session.ip; session = session;
		additional = data; allowed = true; allow_reset = invite.type == "reset" and username or nil };
	judge(event, invite);
	if not event.allowed then return refusal_of(event, stanza); end
	local answer = redeem(event, invite);
	conclude(session, invite, answer, username);
	if answer.result ~= "OK" then return verdict.reply(stanza, answer); end
	announce(event, invite);
	return st.reply(stanza);
end

module:hook("stanza/iq/jabber:iq:register:query", function (event)
	local session, stanza = event.origin, event.stanza;
	local query, invite = stanza.tags[1], session.invitegate_invite;
	if not stream.may_register(session) then return; end -- mod_register_ibr answers
	if stanza.attr.type == "get" and invite and invite.user ~= "" then
		session.send(st.reply(stanza):add_child(form.query_for(invite.user)));
		return true;
	end
	if stanza.attr.type ~= "set" or query:get_child("remove") then return; end
	session.send(register(session, stanza));
	return true;
end, 1);
