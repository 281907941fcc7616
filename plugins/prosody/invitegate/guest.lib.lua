-- SPDX-License-Identifier: BSD-2-Clause
-- Guests: their accounts have an end, which not every provider of logins looks at.

-- the moments, in seconds since 1970, by name; of those who have logged in
local ends = module:shared("guests");

local function note(username, moment)
	ends[username] = tonumber(moment);
end

local function is_over(username)
	return ends[username] ~= nil and ends[username] < os.time();
end

-- The names of those whose time is over; those who are not online are forgotten.
local function over()
	local names = {};
	for username in pairs(ends) do
		if not prosody.hosts[module.host].sessions[username] then
			ends[username] = nil;
		elseif is_over(username) then
			names[#names + 1] = username;
		end
	end
	return names;
end

local function show_out(username)
	local user = prosody.hosts[module.host].sessions[username];
	module:log("info", "The account %s has ended: its streams are closed", username);
	for _, session in pairs(user and user.sessions or {}) do
		session:close({ condition = "not-authorized"; text = "This account has ended." });
	end
end

return { note = note; is_over = is_over; over = over; show_out = show_out };
