-- SPDX-License-Identifier: BSD-2-Clause
-- What a client filled in: the plain fields of XEP-0077 or its data form, with the fields that
-- additional_registration_fields adds.

local dataforms = require "util.dataforms";
local st = require "util.stanza";

-- the words of mod_register_ibr
local title = module:get_option_string("registration_title", "Creating a new account");
local instructions = module:get_option_string("registration_instructions",
	"Choose a username and password for use with this service.");

local fields = {
	title = title;
	instructions = instructions;
	{ name = "FORM_TYPE"; type = "hidden"; value = "jabber:iq:register" };
	{ name = "username"; type = "text-single"; label = "Username"; required = true };
	{ name = "password"; type = "text-private"; label = "Password"; required = true };
};
for _, field in ipairs(module:get_option("additional_registration_fields", {})) do
	if type(field) == "table" then
		fields[#fields + 1] = field;
	else
		local name = field:gsub("%+$", "");
		fields[#fields + 1] = { name = name; type = "text-single"; label = name:gsub("^%a", string.upper);
			required = field:match("%+$") ~= nil };
	end
end
local form = dataforms.new(fields);

local function plain_data(query)
	local data, missing = {}, {};
	for _, field in ipairs(fields) do
		if field.type ~= "hidden" then
			data[field.name] = query:get_child_text(field.name);
			if field.required and (data[field.name] or "") == "" then missing[field.name] = "Required value missing"; end
		end
	end
	return data, next(missing) and missing;
end

-- The values; else nil and what is wrong with them.
local function data_of(query)
	local filled = query:get_child("x", "jabber:x:data");
	local data, errors;
	if filled then
		data, errors = form:data(filled);
	else
		data, errors = plain_data(query);
	end
	if not errors then return data; end
	local texts = {};
	for name, text in pairs(errors) do
		texts[#texts + 1] = ("%s: %s"):format(name:gsub("^%a", string.upper), text);
	end
	table.sort(texts);
	return nil, table.concat(texts, "\n");
end

-- What a client is to fill in with an invite that is for one name, which stands in it already.
local function query_for(username)
	local query = st.stanza("query", { xmlns = "jabber:iq:register" }):text_tag("instructions", instructions);
	for _, field in ipairs(fields) do
		if field.type ~= "hidden" then query:text_tag(field.name, field.name == "username" and username or nil); end
	end
	return query:add_child(form:form({ username = username }));
end

return { data_of = data_of; query_for = query_for };
