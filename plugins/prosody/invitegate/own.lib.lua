-- SPDX-License-Identifier: BSD-2-Clause
-- What people do to their own account in their client (XEP-0077): Prosody would remove it, or change its
-- password, in its own store only, and the directory, where everybody else asks, would keep the old one.
-- The agent does it there, if the domain permits that.

local nodeprep = require "util.encodings".stringprep.nodeprep;
local st = require "util.stanza";

local account = module:require "account";
local agent = module:require "agent";
local guest = module:require "guest";
local leftover = module:require "leftover";
local provider = module:require "provider";
local verdict = module:require "verdict";

local patience = 5;
-- an account that only this server has
local not_here = "This account cannot be changed from here. Please ask the administrator.";

-- The account that this stream has logged in to, so that a later holder of the name is not meant: the streams of an
-- account that no invite made are not closed when the name gets one that an invite made. Where the agent was away
-- at the login it is the account that has the name now.
local function is_of(session, identity)
	session.invitegate_account = session.invitegate_account or identity;
	return session.invitegate_account == identity;
end

-- Asks for something to be done to the account that this stream has logged in to, and to no later one of
-- that name: its streams are closed when the name is found in new hands.
local function ask(session, op, ...)
	local username = session.username;
	local result, identity = account.refresh(username, patience);
	if result == "ENDED" and not session.destroyed then guest.show_out(username); end
	if session.destroyed then return nil; end
	if result ~= "OK" then return { result = result == "NOT_STORED" and "NO_MEMORY" or result; text = "" }; end
	if not is_of(session, identity) then
		session:close({ condition = "not-authorized"; text = "This account has ended." });
		return nil;
	end
	local arguments = { ... };
	arguments[#arguments + 1] = identity;
	local answer = agent.ask(op, username, table.unpack(arguments));
	if answer.result == "NO_ACCOUNT" then return { result = "NOT_ALLOWED"; text = not_here }; end
	return answer;
end

local function change(session, stanza)
	local query = stanza.tags[1];
	local password = query:get_child_text("password") or "";
	if nodeprep(query:get_child_text("username") or "", true) ~= session.username or password == "" then
		return st.error_reply(stanza, "modify", "bad-request");
	end
	local answer = provider.refusal_of_password(password) or ask(session, "change", password, session.ip or "");
	if not answer then return nil; end
	if answer.result == "OK" and not provider.set_password(session.username, password) then
		answer = { result = "NO_MEMORY"; text = "the password cannot be stored on this server" };
	end
	if answer.result ~= "OK" then return verdict.reply(stanza, answer); end
	module:log("info", "New password from the client: %s", session.username);
	-- whoever has the old password is logged in no longer; this stream has proved to know the new one
	prosody.events.fire_event("user-password-changed",
		{ username = session.username; host = module.host; resource = session.resource });
	return st.reply(stanza);
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

local function remove(session, stanza)
	local username = session.username;
	local answer = ask(session, "leave", session.ip or "");
	if not answer then return nil; end
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

local function handle(event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" or stanza.attr.type ~= "set" then return; end -- Prosody answers
	local reply = (stanza.tags[1]:get_child("remove") and remove or change)(session, stanza);
	if reply then session.send(reply); end
	return true;
end

module:hook("iq/self/jabber:iq:register:query", handle, 10);
module:hook("iq/host/jabber:iq:register:query", handle, 10);
