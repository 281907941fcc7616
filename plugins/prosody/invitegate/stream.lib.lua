-- SPDX-License-Identifier: BSD-2-Clause
-- What a stream may be used for before its person has logged in.

local require_encryption = module:get_option_boolean("c2s_require_encryption",
	module:get_option_boolean("require_encryption", true));

-- tokens and passwords do not travel in the clear, unless the admin wants it so
local function is_protected(session)
	return session.secure or not require_encryption;
end

local function may_register(session)
	return session.type == "c2s_unauthed" and is_protected(session);
end

return { may_register = may_register; is_protected = is_protected };
