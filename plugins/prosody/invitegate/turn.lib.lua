-- SPDX-License-Identifier: BSD-2-Clause
-- One at a time for each name, since a registration and a login may come together.

local async = require "util.async";
local timer = require "util.timer";

-- registrations of one name that may wait; whoever comes then is to try again later
local longest = 8;

-- every file that asks for this one gets a copy of it, but there is only one queue a name
local shared = module:shared("turns");
shared.queues = shared.queues or {};
local queues = shared.queues;

local function leave(username)
	local queue = queues[username];
	local following = table.remove(queue, 1);
	if not following then
		queues[username] = nil;
		return;
	end
	following.is_on = true;
	following.done();
end

-- The function that ends the turn, once.
local function leaver(username)
	local has_left = false;
	return function ()
		if has_left then return; end
		has_left = true;
		leave(username);
	end
end

local function forget(queue, entry)
	for i, waiting in ipairs(queue) do
		if waiting == entry then return table.remove(queue, i); end
	end
end

-- Waits for the turn of a name, at most patience seconds, in a coroutine of the server. Returns the
-- function that ends the turn; nil when it did not come in time, or too many wait. A login, which is_first,
-- waits only for who is on: somebody who registers the name over and over does not keep its owner out.
local function take(username, patience, is_first)
	local queue = queues[username];
	if not queue then
		queues[username] = {};
		return leaver(username);
	end
	if not is_first and #queue >= longest then return nil; end
	local wait, done = async.waiter();
	local entry = { done = done };
	table.insert(queue, is_first and 1 or #queue + 1, entry);
	local deadline = timer.add_task(patience, function ()
		if entry.is_on then return; end
		forget(queue, entry);
		done();
	end);
	wait();
	timer.stop(deadline);
	return entry.is_on and leaver(username) or nil;
end

return { take = take };
