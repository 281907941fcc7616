-- SPDX-License-Identifier: BSD-2-Clause
-- What a client filled in: the plain fields of XEP-0077 or its data form, with the fields that
-- additional_registration_fields adds.

local dataforms = require "util.dataforms";

local fields = {
	{ name = "FORM_TYPE"; type = "hidden"; value = "jabber:iq:register" };
	{ name = "username"; type = "text-single"; required = true };
	{ name = "password"; type = "text-private"; required = true };
};
for _, field in ipairs(module:get_option("additional_registration_fields", {})) do
	if type(field) == "table" then
		fields[#fields + 1] = field;
	else
		fields[#fields + 1] = { name = field:gsub("%+$", ""); type = "text-single"; required = field:match("%+$") ~= nil };
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

return { data_of = data_of };
