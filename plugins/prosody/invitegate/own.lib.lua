-- SPDX-License-Identifier: BSD-2-Clause
-- What people do to their own account in their client (XEP-0077): Prosody would remove it, or change its
-- password, in its own store only, and the directory, where everybody else asks, would keep the old one.

local st = require "util.stanza";

local function refuse(event)
	local session, stanza = event.origin, event.stanza;
	if session.type ~= "c2s" or stanza.attr.type ~= "set" then return; end -- Prosody answers
	local text = stanza.tags[1]:get_child("remove") and
		"Accounts of this server cannot be removed from here. Please ask its administrator." or
		"Passwords of this server cannot be changed from here. Please ask its administrator for a way to set a new one.";
	session.send(st.error_reply(stanza, "cancel", "not-allowed", text));
	return true;
end

module:hook("iq/self/jabber:iq:register:query", refuse, 10);
module:hook("iq/host/jabber:iq:register:query", refuse, 10);
