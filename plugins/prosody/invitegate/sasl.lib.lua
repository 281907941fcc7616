-- SPDX-License-Identifier: BSD-2-Clause
-- The SASL side of logins: PLAIN by the agent's word, SCRAM by the verifiers that it hands out. What is
-- under way waits in its own stream; nothing here keeps others waiting.

local base64 = require "util.encodings".base64;
local hashes = require "util.hashes";
local new_sasl = require "util.sasl".new;
local random = require "util.random".bytes;

local agent = module:require "invitegate/agent";
local iterations_of_names = module:require "invitegate/iterations";

-- name of the backend in util.sasl, and how long the keys are
local backends = {
	["SCRAM-SHA-1"] = { name = "scram_sha_1"; size = 20 };
	["SCRAM-SHA-256"] = { name = "scram_sha_256"; size = 32 };
};
local salt_size = 16;

-- no verdict, or none now: the person is not told that the password is wrong
local trouble = "Logins are not possible at the moment. Please try again later.";
local throttled = "Too many attempts. Please try again later.";
-- what outside is a wrong password
local is_refusal = { WRONG_PASSWORD = true; NO_ACCOUNT = true; ACCOUNT_EXPIRED = true; BAD_TOKEN = true;
	NAME_TAKEN = true; NAME_INVALID = true; NAME_RESERVED = true; NOT_ALLOWED = true; PASSWORD_REFUSED = true };
-- these have words for who registers with TOKEN:PASSWORD
local with_words = { NAME_INVALID = true; NAME_RESERVED = true; PASSWORD_REFUSED = true };

-- Kept for good: made-up verifiers that changed when Prosody starts anew would tell themselves from others.
local function secret_of(store)
	local kept = store:get("@secret"); -- no name
	if kept then return kept.bytes; end
	kept = { bytes = base64.encode(random(32)) };
	if not store:set("@secret", kept) then module:log("warn", "The secret of made-up verifiers cannot be stored"); end
	return kept.bytes;
end
local secret = secret_of(module:open_store("invitegate_sasl"));

-- Names without an account get verifiers that no password fits, the same ones each time: whether a name has
-- an account is not told by how its login goes.

local function made_up(username, mechanism, configured)
	local size = backends[mechanism].size;
	local function bytes(what)
		return hashes.hmac_sha256(secret, table.concat({ what, mechanism, username }, "\0"));
	end
	return { stored = bytes("stored"):sub(1, size), server = bytes("server"):sub(1, size),
		salt = bytes("salt"):sub(1, salt_size), iterations = iterations_of_names.of(secret, username, configured) };
end

-- A value of authPassword as RFC 5803 has it: MECHANISM$ITERATIONS:SALT$StoredKey:ServerKey
local function verifier_of(value, mechanism)
	local name, iterations, salt, stored, server = (value or ""):match("^([^$]+)%$(%d+):([^$]+)%$([^:]+):(.+)$");
	if name ~= mechanism then return nil; end
	local found = { iterations = tonumber(iterations), salt = base64.decode(salt), stored = base64.decode(stored),
		server = base64.decode(server) };
	local size = backends[mechanism].size;
	if not (found.salt and found.stored and found.server) or #found.stored ~= size or #found.server ~= size then
		return nil;
	end
	return found;
end

local function note_trouble(handler, answer)
	handler.trouble = answer.result == "THROTTLED" and throttled or trouble;
	module:log("info", "A login cannot be judged now: %s %s", answer.result, answer.text);
end

local function scram(mechanism, address, iterations)
	return function (handler, username)
		local answer = agent.ask("verifiers", username, address);
		if answer.result ~= "OK" and not is_refusal[answer.result] or answer.result == "NOT_ALLOWED" then
			note_trouble(handler, answer);
			return nil;
		end
		local found = answer.result == "OK" and verifier_of(agent.lines_of(answer)[mechanism], mechanism);
		handler.is_made_up, handler.iterations = not found, found and found.iterations;
		if not found then
			module:log("info", "%s cannot log in by %s: %s", username, mechanism,
				answer.result == "OK" and "no verifiers of the present password" or answer.result);
			found = made_up(username, mechanism, iterations);
		end
		return found.stored, found.server, found.iterations, found.salt, true;
	end
end

local function plain(address)
	return function (handler, username, password)
		local answer = agent.ask("login", username, password, address);
		if answer.result == "OK" then
			if agent.lines_of(answer).must_change == "yes" then
				module:log("info", "The directory wants %s to set another password", username);
			end
			return true, true;
		end
		if not is_refusal[answer.result] then note_trouble(handler, answer); end
		if with_words[answer.result] and answer.text ~= "" then handler.words = answer.text; end
		return false, true;
	end
end

-- util.sasl fails at a proof that is no base64, and the client would wait for an answer.
local function has_bad_proof(handler, message)
	local proof = handler.state and (message or ""):match(",p=(.*)$");
	return proof and not base64.decode(proof);
end

local handler_of;

-- util.sasl knows a wrong password and nothing else: what else came is put in its place.
local function extended(handler)
	local process = handler.process;
	function handler:process(message)
		if has_bad_proof(self, message) then return "failure", "malformed-request"; end
		self.trouble, self.words = nil, nil;
		local status, condition, text = process(self, message);
		if status ~= "challenge" then self.state = nil; end -- the keys
		if status == "success" and self.iterations and not self.is_made_up then
			iterations_of_names.note(self.iterations);
		end
		if self.trouble then return "failure", "temporary-auth-failure", self.trouble; end
		if status == "success" and self.is_made_up then return "failure", "not-authorized"; end
		return status, condition, status == "failure" and self.words or text;
	end
	-- for the next attempt on the same stream
	function handler:clean_clone()
		local clone = extended(new_sasl(self.realm, self.profile));
		clone.userdata = self.userdata;
		return clone;
	end
	return handler;
end

-- mechanisms: a table with the names of those that are offered as keys; iterations: those of new verifiers
function handler_of(address, mechanisms, iterations)
	local profile = { plain_test = plain(address) };
	for mechanism, backend in pairs(backends) do
		if mechanisms[mechanism] then profile[backend.name] = scram(mechanism, address, iterations); end
	end
	return extended(new_sasl(module.host, profile));
end

return { handler_of = handler_of };
