-- SPDX-License-Identifier: BSD-2-Clause
-- Where people log in. Providers that ask the directory (ldap, cyrus) need nothing here: the account is
-- there. Providers with a store of their own (internal_hashed) get the account as well.

local saslprep = require "util.encodings".stringprep.saslprep;
local usermanager = require "core.usermanager";

-- the first line is one that clients know
local unusable = "The password is too weak\nIt is too long, or has characters that no password may have.";

local function has_own_store()
	local name = prosody.hosts[module.host].users.name or "";
	return module:get_option_boolean("invitegate_local_accounts", name:match("^internal_") ~= nil);
end

-- Is the name an account in a store of this server's own?
local function is_there(username)
	return has_own_store() and usermanager.user_exists(username, module.host);
end

-- An answer, or nil: Prosody prepares each password that somebody logs in with, and takes fewer bytes than the
-- directory does.
local function refusal_of_password(password)
	if saslprep(password) then return nil; end
	return { result = "PASSWORD_REFUSED"; text = unusable };
end

local function set_password(username, password)
	if not has_own_store() then return true; end
	if usermanager.user_exists(username, module.host) then
		return usermanager.get_provider(module.host).set_password(username, password);
	end
	return usermanager.create_user(username, password, module.host);
end

local function remove(username)
	if is_there(username) then usermanager.get_provider(module.host).delete_user(username); end
end

return {
	has_own_store = has_own_store; is_there = is_there; refusal_of_password = refusal_of_password;
	set_password = set_password; remove = remove;
};
