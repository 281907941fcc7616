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
local with_words = { NAME_RESERVED = true; NOT_ALLOWED = true; PASSWORD_REFUSED = true };
-- the texts by which Conversations knows a weak password
local weak = { ["The password is too weak"] = true; ["Please use a longer password."] = true };

-- The policy's words stand behind a line that clients know.
local function weak_text(known, words)
	if weak[words:match("^[^\n]*")] then return words; end
	return known .. "\n" .. words;
end

-- type, condition, text
local function error_of(answer)
	local verdict = verdicts[answer.result];
	if not verdict then
		module:log("error", "invite-agent answered %s: %s", answer.result, answer.text);
		return "wait", "internal-server-error", internal;
	end
	local text = verdict[3];
	if with_words[answer.result] and answer.text ~= "" then
		text = answer.result == "PASSWORD_REFUSED" and weak_text(text, answer.text) or answer.text;
	end
	return verdict[1], verdict[2], text;
end

-- There was no answer in time: it may have happened all the same, or still happen.
local function is_open(answer)
	return answer.result == "AWAY" or answer.result == "TIMEOUT";
end

local function reply(stanza, answer)
	return st.error_reply(stanza, error_of(answer));
end

return { reply = reply; error_of = error_of; is_open = is_open };
