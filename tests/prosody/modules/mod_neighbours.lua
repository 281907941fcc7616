-- SPDX-License-Identifier: BSD-2-Clause
-- For tests: the names of other servers are found in the option neighbours, { domain = port }, all on the
-- loopback interface; nothing is asked of the DNS.

module:set_global();

local adns = require "net.adns";

local ports = module:get_option("neighbours", {});
local resolver = adns.resolver;

function adns.resolver()
	return {
		lookup = function (_, answered, name, kind)
			local port = kind == "SRV" and ports[name:match("^_xmpp%-server%._tcp%.(.*)$")];
			answered(port and { { srv = { target = "127.0.0.1", port = port, priority = 0, weight = 0 } } } or {});
		end;
	};
end

function module.unload()
	adns.resolver = resolver;
end
