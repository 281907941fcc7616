-- SPDX-License-Identifier: BSD-2-Clause
-- What people do to their own account in their client (XEP-0077): Prosody would remove it, or change its
-- password, in its own store only, and the directory, where everybody else asks, would keep the old one.
-- The agent does it there, if the domain permits that.

local nodeprep = require "util.encodings".stringprep.nodeprep;
local st = require "util.stanza";
local xpcall = require "util.xpcall".xpcall;

local account = module:require "account";
local agent = module:require "agent";
local guest = module:require "guest";
local leftover = module:require "leftover";
local provider = module:require "provider";
local turn = module:require "turn";
local verdict = module:require "verdict";

local patience = 5;
-- seconds to wait for what else is done to the account of that name
local longest_turn = 15;
-- an account that only this server has
local not_here = "This account cannot be changed from here. Please ask the administrator.";

-- The account that this stream has logged in to, so that a later holder of the name is not meant: the streams of an
-- account that no invite made are not closed when the name gets one that an invite made. Where the agent was away
-- at the login it is the account that has the name now.
local function is_of(session, identity)
	session.invitegate_account = session.invitegate_account or identity;
	return session.invitegate_account == identity;
end

-- What the agent answers when it is asked to do something to that account, and to no later one of the name.
local function ask(username, identity, op, ...)
	local arguments = { ... };
	arguments[#arguments + 1] = identity;
	local answer = agent.ask(op, username, table.unpack(arguments));
	if answer.result == "NO_ACCOUNT" then return { result = "NOT_ALLOWED"; text = not_here }; end
	return answer;
end

-- Calls act(session, stanza, username, identity) for the account that this stream has logged in to; its streams are
-- closed when the name is found in new hands. One at a time for each name: of two new passwords the same has to be
-- the last one in the directory and here, and a stream that the first one has closed sets none. Returns the reply.
local function in_turn(act, session, stanza)
	local username = session.username;
	local result, identity = account.refresh(username, patience);
	if result == "ENDED" and not session.destroyed then guest.show_out(username); end
	if session.destroyed then return nil; end
	if result ~= "OK" then
		return verdict.reply(stanza, { result = result == "NOT_STORED" and "NO_MEMORY" or result; text = "" });
	end
	if not is_of(session, identity) then
		session:close({ condition = "not-authorized"; text = "This account has ended." });
		return nil;
	end
	local leave = turn.take(username, longest_turn);
	if not leave then return verdict.reply(stanza, { result = "THROTTLED"; text = "" }); end
	local ok, reply = true, nil;
	if not session.destroyed then ok, reply = xpcall(act, debug.traceback, session, stanza, username, identity); end
	leave();
	if ok then return reply; end
	return verdict.reply(stanza, { result = "CONFIG"; text = reply });
end

local function set_password(session, stanza, username, identity)
	local password = stanza.tags[1]:get_child_text("password");
	local resource = session.resource;
	local answer = ask(username, identity, "change", password, session.ip or "");
	if answer.result == "OK" and not provider.set_password(username, password) then
		answer = { result = "NO_MEMORY"; text = "the password cannot be stored on this server" };
	end
	if answer.result ~= "OK" then return verdict.reply(stanza, answer); end
	module:log("info", "New password from the client: %s", username);
	-- whoever has the old password is logged in no longer; this stream has proved to know the new one
	prosody.events.fire_event("user-password-changed", { username = username; host = module.host; resource = resource });
	return st.reply(stanza);
end

local function change(session, stanza)
	local query = stanza.tags[1];
	local password = query:get_child_text("password") or "";
	if nodeprep(query:get_child_text("username") or "", true) ~= session.username or password == "" then
		return st.error_reply(stanza, "modify", "bad-request");
	end
	local refusal = provider.refusal_of_password(password);
	if refusal then return verdict.reply(stanza, refusal); end
	return in_turn(set_password, session, stanza);
end

-- The function sends the answer, once; so does the end of the stream, which comes with that of all others of
-- the account.
local function answer_first(session, stanza)
	local close = session.close;
	local function answer()
		if session.close == close then return; end
		session.close = close;
		session.send(st.reply(stanza));
	end
	session.close = function (self, ...)
		answer();
		return close(self, ...);
	end
	return answer;
end

local function leave_for_good(session, stanza, username, identity)
	local answer = ask(username, identity, "leave", session.ip or "");
	if answer.result ~= "OK" then return verdict.reply(stanza, answer); end
	module:log("info", "%s has removed their account", username);
	local reply = answer_first(session, stanza);
	provider.remove(username);
	leftover.remove(username);
	reply();
	module:fire_event("user-deregistered",
		{ username = username; host = module.host; source = "mod_invitegate"; session = session });
	return nil;
end

local function remove(session, stanza)
	return in_turn(leave_for_good, session, stanza);
end

local function handle(event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" or stanza.attr.type ~= "set" then return; end -- Prosody answers
	local reply = (stanza.tags[1]:get_child("remove") and remove or change)(session, stanza);
	if reply then session.send(reply); end
	return true;
end

module:hook("iq/self/jabber:iq:register:query", handle, 10);
module:hook("iq/host/jabber:iq:register:query", handle, 10);
