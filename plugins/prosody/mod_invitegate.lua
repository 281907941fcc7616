-- SPDX-License-Identifier: BSD-2-Clause
-- In-band registration by invite (XEP-0445, XEP-0401), subscriptions by invite (XEP-0379) and invites
-- from clients, with accounts and invites in a directory that invite-agent looks after. See
-- invitegate-prosody(7).

-- everything else asks the agent through the same connection
module:require "preauth";
module:require "register";
module:require "subscription";
module:require "login";
module:require "unbound";
module:require "changes";
module:require "commands";
module:require "own";
module:require "mistakes";
