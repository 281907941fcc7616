-- SPDX-License-Identifier: BSD-2-Clause
-- Words that come from elsewhere. What cannot stand in XML would end the stream of whoever it is sent to,
-- and make a stored roster unreadable.

local utf8_valid = require "util.encodings".utf8.valid;

-- Without control characters, but with its line ends. Empty when it is no UTF-8.
local function clean(text)
	if not utf8_valid(text) then return ""; end
	return (text:gsub("[%z\1-\8\11-\31\127]", ""):gsub("\194[\128-\159]", ""):gsub("\239\191[\190\191]", ""));
end

-- The same on one line.
local function one_line(text)
	return (clean(text):gsub("[\t\n]", " "));
end

return { clean = clean; one_line = one_line };
