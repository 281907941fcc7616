/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "record.h"

#include <limits.h>
#include <string.h>

static json_t *array_of(const ctl_texts *list)
{
    json_t *array = json_array();

    for (size_t i = 0; i < list->count; i++) {
        if (json_array_append_new(array, json_string(list->texts[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *ctl_record_values(const char *dn, const char *attribute, const ctl_texts *values)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "kind", "values", "dn", dn, "attribute", attribute,
                     "values", array_of(values));
}

json_t *ctl_record_replaced(const char *dn, const char *attribute, const ctl_texts *before,
                            const char *now)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:s}", "kind", "replaced", "dn", dn, "attribute",
                     attribute, "before", array_of(before), "now", now);
}

json_t *ctl_record_entry(const char *dn)
{
    return json_pack("{s:s, s:s, s:{}}", "kind", "entry", "dn", dn, "expected");
}

bool ctl_record_expect(json_t *record, const char *attribute, const char *value)
{
    json_t *expected = json_object_get(record, "expected");
    json_t *values = json_object_get(expected, attribute);

    if (values == NULL) {
        values = json_array();
        if (json_object_set_new(expected, attribute, values) != 0)
            return false;
    }
    return json_array_append_new(values, json_string(value)) == 0;
}

json_t *ctl_record_rules(const char *dn)
{
    return json_pack("{s:s, s:s, s:[]}", "kind", "rules", "dn", dn, "hidden");
}

bool ctl_record_hide(json_t *record, const char *container)
{
    return json_array_append_new(json_object_get(record, "hidden"), json_string(container)) == 0;
}

json_t *ctl_record_acis(const char *dn)
{
    return json_pack("{s:s, s:s}", "kind", "acis", "dn", dn);
}

bool ctl_record_unfilled(json_t *record, const char *attribute)
{
    return json_object_set_new(record, "unfilled", json_string(attribute)) == 0;
}

json_t *ctl_record_file(const char *path, const char *hash)
{
    return json_pack("{s:s, s:s, s:s}", "kind", "file", "path", path, "sha256", hash);
}

json_t *ctl_record_file_replaced(const char *path, const char *hash, const char *before,
                                 unsigned mode)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "kind", "file", "path", path, "sha256", hash,
                     "before", before, "mode", (int)mode);
}

json_t *ctl_record_owner(const char *path, const char *group, unsigned mode)
{
    return json_pack("{s:s, s:s, s:s, s:i}", "kind", "owner", "path", path, "group", group, "mode",
                     (int)mode);
}

json_t *ctl_record_unit(const char *names)
{
    return json_pack("{s:s, s:s}", "kind", "unit", "names", names);
}

unsigned ctl_record_number(const json_t *record, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(record, key));

    return number > 0 && number <= INT_MAX ? (unsigned)number : 0;
}

json_t *ctl_record_stays(const char *text)
{
    return json_pack("{s:s, s:s}", "kind", "stays", "text", text);
}

bool ctl_record_is(const json_t *record, const char *kind, const char *key, const char *text)
{
    return strcmp(ctl_record_text(record, "kind"), kind) == 0 &&
           strcmp(ctl_record_text(record, key), text) == 0;
}

const char *ctl_record_text(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text != NULL ? text : "";
}

bool ctl_record_list(const json_t *record, const char *key, ctl_texts *list)
{
    const json_t *array = json_object_get(record, key);
    const json_t *each;
    size_t index;

    json_array_foreach(array, index, each)
    {
        if (json_is_string(each) && !ctl_texts_add(list, json_string_value(each)))
            return false;
    }
    return true;
}
