-- SPDX-License-Identifier: BSD-2-Clause
-- A client of invite-agent, see invite-agent(7): many requests under way on one connection, which all
-- hosts share, and nothing that waits but the coroutine that asks.

local async = require "util.async";
local server = require "net.server";
local timer = require "util.timer";
local unix = require "socket.unix";

local clean = module:require "invitegate/text".clean;

local max_request = 16384;
local seconds = module:get_option_number("invitegate_timeout", 15);
local path = module:get_option_string("invitegate_socket", "/run/invitegate/agent.sock");

-- state of the connection; a reload of the module keeps it
local shared = module:shared("/*/invitegate/agent/" .. path);
shared.pending = shared.pending or {};
shared.number = shared.number or 0;

-- the connection is gone, or was never there: the server cannot know what became of a request
local function away(why)
	return { result = "AWAY"; text = why; contacts = {} };
end

local function settle(id, answer)
	local request = shared.pending[id];
	if not request then return; end -- the answer comes after its deadline
	shared.pending[id] = nil;
	timer.stop(request.deadline);
	request.answered(answer);
end

local function drop_connection(why)
	local lost = shared.pending;
	shared.connection, shared.received, shared.pending = nil, "", {};
	for _, request in pairs(lost) do
		timer.stop(request.deadline);
		request.answered(away(why));
	end
end

local function fields_of(frame)
	local fields = {};
	for field in (frame .. "\0"):gmatch("(%Z*)%z") do
		fields[#fields + 1] = field;
	end
	return fields;
end

local function take_frame(frame)
	local fields = fields_of(frame);
	local id, result = fields[1], fields[2];
	local request = shared.pending[id];
	if not (result and request) then return; end
	for i = 4, #fields - 2, 3 do
		request.contacts[#request.contacts + 1] = { jid = fields[i]; name = fields[i + 1]; group = fields[i + 2] };
	end
	if result ~= "more" then
		settle(id, { result = result; text = clean(fields[3] or ""); contacts = request.contacts });
	end
end

local listener = {};

function listener.onincoming(connection, data)
	if connection ~= shared.connection then return; end
	local received, position = shared.received .. data, 1;
	while #received - position >= 1 do
		local high, low = received:byte(position, position + 1);
		local length = high * 256 + low;
		if #received - position - 1 < length then break; end
		-- what is left is stored first: an answer may lead to the next request
		local frame = received:sub(position + 2, position + 1 + length);
		position = position + 2 + length;
		shared.received = received:sub(position);
		take_frame(frame);
		if connection ~= shared.connection then return; end
	end
	shared.received = received:sub(position);
end

function listener.ondisconnect(connection, why)
	if connection ~= shared.connection then return; end
	module:log("warn", "invite-agent closed the connection: %s", why or "end of file");
	drop_connection("invite-agent closed the connection");
end

-- The server lets connections go that nothing comes from. Here nothing comes while nobody asks; whoever
-- has asked has a deadline of their own.
function listener.onreadtimeout()
	return true;
end

local function connect()
	if shared.connection then return shared.connection; end
	local socket = unix.stream and unix.stream() or unix();
	socket:settimeout(0);
	local ok, why = socket:connect(path);
	if not ok then
		socket:close();
		return nil, why;
	end
	if shared.is_away then
		shared.is_away = nil;
		module:log("info", "invite-agent can be reached again");
	end
	shared.received = "";
	shared.connection = server.wrapclient(socket, path, 0, listener, "*a");
	return shared.connection;
end

local function frame_of(fields)
	local payload = table.concat(fields, "\0");
	if #payload > max_request then return nil; end
	return string.char(math.floor(#payload / 256), #payload % 256) .. payload;
end

-- Sends a request; answered(answer) is called once, with { result, text, contacts }. Results are those
-- of invite-agent(7), and AWAY when there was no answer.
local function send(answered, op, ...)
	local connection, why = connect();
	if not connection then
		-- once, not for each login
		if not shared.is_away then module:log("error", "invite-agent cannot be reached at %s: %s", path, why); end
		shared.is_away = true;
		return answered(away("invite-agent cannot be reached"));
	end
	shared.number = shared.number + 1;
	local id = ("%d"):format(shared.number);
	local fields = { id, op, module.host, ... };
	for i = 4, #fields do
		-- a NUL would shift the fields behind it
		if fields[i]:find("%z") then return answered({ result = "BAD_REQUEST"; text = ""; contacts = {} }); end
	end
	local frame = frame_of(fields);
	if not frame then return answered({ result = "BAD_REQUEST"; text = ""; contacts = {} }); end
	shared.pending[id] = {
		answered = answered;
		contacts = {};
		deadline = timer.add_task(seconds, function ()
			module:log("warn", "invite-agent did not answer %s within %d seconds", op, seconds);
			settle(id, away("invite-agent did not answer"));
		end);
	};
	connection:write(frame);
end

-- The same for a coroutine of the server, which goes on with other streams meanwhile. Where there is
-- none (stanzas of components) nothing may wait: AWAY.
local function ask(op, ...)
	if not async.ready() then return away("not in a stream of its own"); end
	local wait, done = async.waiter();
	local answer;
	send(function (given)
		answer = given;
		done();
	end, op, ...);
	wait();
	return answer;
end

-- the lines key=value of an answer
local function lines_of(answer)
	local lines = {};
	for key, value in answer.text:gmatch("([^\n=]+)=([^\n]*)") do
		lines[key] = value;
	end
	return lines;
end

return { ask = ask; send = send; lines_of = lines_of; max_request = max_request };
