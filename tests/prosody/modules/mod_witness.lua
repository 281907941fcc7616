-- SPDX-License-Identifier: BSD-2-Clause
-- For tests: refuses some names as a policy module does, and fails when it hears of others.

module:hook("user-registering", function (event)
	if event.username == "vetoed" then
		event.allowed, event.reason, event.error_type, event.error_condition =
			false, "Not that name here", "cancel", "forbidden";
	end
end);

module:hook("user-registered", function (event)
	module:log("info", "registered %s@%s by %s from %s", event.username, event.host, event.source, event.session.ip);
	if event.username == "fateful" then error("a module that fails"); end
end);

module:hook("user-password-reset", function (event)
	module:log("info", "reset %s@%s", event.username, event.host);
end);
