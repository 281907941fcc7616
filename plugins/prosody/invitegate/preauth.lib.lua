-- SPDX-License-Identifier: BSD-2-Clause
-- The features of a stream that takes invites, and the token that opens it for a registration. What the
-- agent says of the token stays with the stream, in session.invitegate_invite.

local st = require "util.stanza";

local agent = module:require "agent";
local stream = module:require "stream";
local unfinished = module:require "unfinished";
local verdict = module:require "verdict";

local registers = { ["account"] = true; ["contact-account"] = true; ["reset"] = true };

-- Conversations looks for the first, Monal for the second
local features = {
	st.stanza("register", { xmlns = "urn:xmpp:invite" });
	st.stanza("register", { xmlns = "urn:xmpp:ibr-token:0" });
};

module:hook("stream-features", function (event)
	if not stream.may_register(event.origin) then return; end
	for _, feature in ipairs(features) do
		event.features:add_child(feature);
	end
end);

local function check(session, token)
	local answer = agent.ask("check", token, session.ip or "");
	if answer.result == "BAD_TOKEN" then return unfinished.find(token), answer; end
	if answer.result ~= "OK" then return nil, answer; end
	local lines = agent.lines_of(answer);
	-- an invite to become somebody's contact is no invite to register
	if not registers[lines.type] then return nil, { result = "BAD_TOKEN"; text = "" }; end
	return { token = token; type = lines.type; user = lines.user or ""; accepted_at = lines.accepted_at or "" };
end

local function preauth(session, stanza)
	if stanza.attr.type ~= "set" then
		return st.error_reply(stanza, "modify", "bad-request");
	elseif not stream.is_protected(session) then
		return st.error_reply(stanza, "modify", "policy-violation", "Encryption is required");
	end
	local invite, answer = check(session, stanza.tags[1].attr.token or "");
	if not invite then
		if answer.result == "BAD_TOKEN" then session.invitegate_invite = nil; end
		return verdict.reply(stanza, answer);
	end
	session.invitegate_invite = invite;
	return st.reply(stanza);
end

module:hook("stanza/iq/urn:xmpp:pars:0:preauth", function (event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s_unauthed" or stanza.attr.type == "result" or stanza.attr.type == "error" then
		return;
	end
	session.send(preauth(session, stanza));
	return true;
end);
