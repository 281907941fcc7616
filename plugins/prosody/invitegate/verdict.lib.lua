-- SPDX-License-Identifier: BSD-2-Clause
-- What the results of invite-agent(7) are in stanzas, and in the words for the person.

local st = require "util.stanza";

local later = "Invites cannot be looked up at the moment. Please try again later.";
local internal = "Something is wrong on this server; its administrator finds the reason in the log.";
local verdicts = {
	BAD_TOKEN = { "cancel", "item-not-found", "The invite token is invalid or expired" };
	NAME_TAKEN = { "cancel", "conflict", "The requested username already exists." };
	NAME_INVALID = { "modify", "jid-malformed", "The requested username is invalid." };
	NAME_RESERVED = { "cancel", "not-allowed", "The requested username is reserved." };
	NOT_ALLOWED = { "cancel", "not-allowed", "That is not allowed." };
	NO_ACCOUNT = { "cancel", "not-allowed", "That is not allowed." };
	PASSWORD_REFUSED = { "modify", "not-acceptable", "The password is too weak" };
	THROTTLED = { "wait", "resource-constraint", "Too many attempts. Please try again later." };
	DIRECTORY_DOWN = { "wait", "resource-constraint", later };
	TIMEOUT = { "wait", "resource-constraint", later };
	AWAY = { "wait", "resource-constraint", later };
};
-- these have words for the person, where the agent has some
local with_words = { NAME_RESERVED = true; NOT_ALLOWED = true };
-- the texts by which Conversations knows a weak password
local weak = { ["The password is too weak"] = true; ["Please use a longer password."] = true };

-- A line that clients know, and the words of who judged the password.
local function weak_text(known, text)
	local first, words = text:match("^([^\n]*)\n?(.*)$");
	if weak[first] then return first, words; end
	return known, text;
end

-- type, condition, text, and for a refused password the words of who judged it
local function error_of(answer)
	local verdict = verdicts[answer.result];
	if not verdict then
		module:log("error", "invite-agent answered %s: %s", answer.result, answer.text);
		return "wait", "internal-server-error", internal;
	end
	local text, words = verdict[3], nil;
	if answer.result == "PASSWORD_REFUSED" and answer.text ~= "" then
		text, words = weak_text(text, answer.text);
	elseif with_words[answer.result] and answer.text ~= "" then
		text = answer.text;
	end
	return verdict[1], verdict[2], text, words;
end

-- There was no answer in time: it may have happened all the same, or still happen.
local function is_open(answer)
	return answer.result == "AWAY" or answer.result == "TIMEOUT";
end

-- Conversations shows a refused password in its user's language where the first text is one it knows, so
-- that the directory's own words have a text of their own behind it.
local function reply(stanza, answer)
	local kind, condition, text, words = error_of(answer);
	local refusal = st.error_reply(stanza, kind, condition, text);
	if words and words ~= "" then
		refusal:text_tag("text", words, { xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas"; ["xml:lang"] = "en" });
	end
	return refusal;
end

return { reply = reply; error_of = error_of; is_open = is_open };
