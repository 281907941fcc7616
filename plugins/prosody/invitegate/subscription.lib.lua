-- SPDX-License-Identifier: BSD-2-Clause
-- Subscriptions that bring an invite of the contact they are for (XEP-0379): both are contacts of each
-- other without another question. Without a good token they are ordinary subscriptions.

local jid_bare = require "util.jid".bare;
local jid_split = require "util.jid".split;
local sessionmanager = require "core.sessionmanager";
local st = require "util.stanza";

local agent = module:require "agent";
local rosters = module:require "roster";

local function invites_to(answer, jid)
	for _, contact in ipairs(answer.contacts) do
		if contact.jid == jid then return contact; end
	end
	return nil;
end

-- The agent is asked for the inviter first, so that a token sent to somebody else is not used up.
local function redeem(token, inviter, redeemer, address)
	local invite = agent.ask("check", token, address);
	local contact = invite.result == "OK" and invites_to(invite, inviter);
	if not contact then return nil; end
	local answer = agent.ask("contact", token, redeemer);
	if answer.result ~= "OK" then
		module:log("info", "%s asks to subscribe to %s by an invite: %s", redeemer, inviter, answer.result);
		return nil;
	end
	-- the answer has all contacts of the redeemer, also those who were removed from the roster since
	return contact, invite.contacts;
end

-- Both are users of this server, the redeemer perhaps of another of its hosts.
local function approve_local(contacts, inviter, username, host)
	local redeemer = username .. "@" .. host;
	if host == module.host then
		rosters.pair_all(username, contacts);
	else
		for _, contact in ipairs(contacts) do
			local contact_user, contact_host = jid_split(contact.jid);
			if contact_host == module.host then
				rosters.pair_all(contact_user, { { jid = redeemer; group = contact.group } });
			end
		end
	end
	sessionmanager.send_to_interested_resources(username, host,
		st.presence({ type = "subscribed"; from = inviter; to = redeemer }));
end

module:hook("presence/bare", function (event)
	local stanza, session = event.stanza, event.origin;
	local preauth = stanza.attr.type == "subscribe" and stanza:get_child("preauth", "urn:xmpp:pars:0");
	local token = preauth and preauth.attr.token;
	if not token then return; end
	local inviter, redeemer = jid_bare(stanza.attr.to), jid_bare(stanza.attr.from);
	if inviter == redeemer then return; end
	local contact, contacts = redeem(token, inviter, redeemer, session.type == "c2s" and session.ip or "");
	if not contact then return; end
	local username, host = jid_split(redeemer);
	if rosters.is_local(host) then
		approve_local(contacts, inviter, username, host);
	else
		rosters.accept_remote((jid_split(inviter)), redeemer, contact);
	end
	return true;
end, 1);
