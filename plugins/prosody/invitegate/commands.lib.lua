-- SPDX-License-Identifier: BSD-2-Clause
-- Invites that users make from their clients: the commands of XEP-0401. Who may let people register is
-- decided here, by the options of mod_invites_adhoc; how many, by the agent.

local dataforms = require "util.dataforms";
local jid_bare = require "util.jid".bare;
local st = require "util.stanza";
local usermanager = require "core.usermanager";

local agent = module:require "agent";
local verdict = module:require "verdict";
local new_command = module:require "adhoc".new;

local commands = { invite = "urn:xmpp:invite#invite"; create_account = "urn:xmpp:invite#create-account" };

local allow_user_invites = module:get_option_boolean("allow_user_invites", false);
local allow_contact_invites = module:get_option_boolean("allow_contact_invites", true);
local allowed_roles = module:get_option_set("allow_user_invites_by_roles", {});
local denied_roles = module:get_option_set("deny_user_invites_by_roles", {});

module:depends("adhoc");

local by_permission = module.may and module.default_permission; -- Prosody 0.13 and later
if by_permission then
	module:default_permission(allow_user_invites and "prosody:registered" or "prosody:admin", ":invite-users");
end

local function may_invite_new_users(data)
	if by_permission then return module:may(":invite-users", data); end
	local roles = usermanager.get_roles(data.from, module.host) or {};
	if roles["prosody:admin"] then return true; end
	for role in pairs(roles) do
		if allowed_roles:contains(role) then return true; end
	end
	for role in pairs(roles) do
		if denied_roles:contains(role) then return false; end
	end
	return allow_user_invites;
end

local invitation = dataforms.new({
	title = "Your invite has been created";
	{ name = "FORM_TYPE"; type = "hidden"; value = "urn:xmpp:invite#invitation" };
	{ name = "landing-url"; type = "text-single"; label = "Invite web page" };
	{ name = "uri"; type = "text-single"; label = "Invite URI" };
	{ name = "expire"; type = "text-single"; label = "Invite valid until" };
});

local account = dataforms.new({
	title = "Create an account invite";
	instructions = "Leave the username empty to let the invited person choose it.";
	{ name = "FORM_TYPE"; type = "hidden"; value = "urn:xmpp:invite#create-account" };
	{ name = "username"; type = "text-single"; label = "Username" };
	{ name = "roster-subscription"; type = "boolean"; label = "Become a contact of the new account"; value = true };
});

local function failed(kind, condition, text)
	return { status = "error"; error = { type = kind; condition = condition; text = text } };
end

local function create(jid, ...)
	local answer = agent.ask("create", jid_bare(jid), ...);
	if answer.result ~= "OK" then return failed(verdict.error_of(answer)); end
	local lines = agent.lines_of(answer);
	return {
		status = "completed";
		result = {
			layout = invitation;
			values = { uri = lines.uri; ["landing-url"] = lines.url; expire = lines.expires };
		};
	};
end

local function forbidden()
	return failed("auth", "forbidden", "You are not allowed to invite people to this server.");
end

local function invite(_, data)
	if may_invite_new_users(data) then return create(data.from, "contact-account"); end
	if allow_contact_invites then return create(data.from, "contact"); end
	return forbidden();
end

local function create_account(_, data, state)
	if not may_invite_new_users(data) then return forbidden(); end
	if data.action == "cancel" then return { status = "canceled" }; end
	-- of one step only: there is none before it to go back to
	if data.action == "prev" or not (state or data.form) then
		return { status = "executing"; actions = { "complete"; default = "complete" }; form = account }, "executing";
	end
	local fields, errors = {}, nil;
	if data.form then fields, errors = account:data(data.form); end
	if errors then return failed("modify", "bad-request", "The form is not filled in correctly."); end
	local subscription = fields["roster-subscription"] == false and "no" or "yes";
	return create(data.from, "account", "user=" .. (fields.username or ""), "roster-subscription=" .. subscription);
end

-- A command is shown to whom it is good for.
local function is_for(node, stanza)
	local data = { from = stanza.attr.from; to = stanza.attr.to; stanza = stanza };
	return may_invite_new_users(data) or node == commands.invite and allow_contact_invites;
end

module:hook("host-disco-info-node", function (event)
	local node = event.node;
	if (node == commands.invite or node == commands.create_account) and not is_for(node, event.stanza) then
		event.origin.send(st.error_reply(event.stanza, "auth", "forbidden", "This item is not available to you"));
		return true;
	end
end, 1);

-- behind mod_adhoc, which lists them all
module:hook("host-disco-items-node", function (event)
	if event.node ~= "http://jabber.org/protocol/commands" then return; end
	event.reply:get_child("query", "http://jabber.org/protocol/disco#items"):maptags(function (item)
		local is_ours = item.attr.node == commands.invite or item.attr.node == commands.create_account;
		if is_ours and not is_for(item.attr.node, event.stanza) then return nil; end
		return item;
	end);
end, -1);

module:provides("adhoc", new_command("Invite somebody", commands.invite, invite, "local_user"));
module:provides("adhoc", new_command("Create an account invite", commands.create_account,
	create_account, "local_user"));
