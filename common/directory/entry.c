/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"

typedef struct attribute_values {
    char *name;
    inv_secret **values;
    size_t count;
} attribute_values;

struct inv_entry {
    char *dn;
    attribute_values *attributes;
    size_t count;
};

inv_entry *inv_entry_new(const char *dn)
{
    inv_entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL)
        return NULL;
    entry->dn = strdup(dn);
    if (entry->dn == NULL)
        inv_entry_free(&entry);
    return entry;
}

void inv_entry_free(inv_entry **entry)
{
    if (*entry == NULL)
        return;
    for (size_t i = 0; i < (*entry)->count; i++) {
        attribute_values *attribute = &(*entry)->attributes[i];

        for (size_t j = 0; j < attribute->count; j++)
            inv_secret_free(&attribute->values[j]);
        free(attribute->values);
        free(attribute->name);
    }
    free((*entry)->attributes);
    free((*entry)->dn);
    free(*entry);
    *entry = NULL;
}

static attribute_values *find_attribute(const inv_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->count; i++) {
        if (inv_ascii_equal(entry->attributes[i].name, name))
            return &entry->attributes[i];
    }
    return NULL;
}

static attribute_values *new_attribute(inv_entry *entry, const char *name)
{
    attribute_values *grown =
        reallocarray(entry->attributes, entry->count + 1, sizeof(*entry->attributes));
    attribute_values *attribute;

    if (grown == NULL)
        return NULL;
    entry->attributes = grown;
    attribute = &grown[entry->count];
    *attribute = (attribute_values){.name = strdup(name)};
    if (attribute->name == NULL)
        return NULL;
    entry->count++;
    return attribute;
}

bool inv_entry_append(inv_entry *entry, const char *name, const char *value, size_t length)
{
    attribute_values *attribute = find_attribute(entry, name);
    inv_secret **grown;

    if (attribute == NULL)
        attribute = new_attribute(entry, name);
    if (attribute == NULL)
        return false;
    grown = reallocarray(attribute->values, attribute->count + 1, sizeof(inv_secret *));
    if (grown == NULL)
        return false;
    attribute->values = grown;
    grown[attribute->count] = inv_secret_new(value, length);
    if (grown[attribute->count] == NULL)
        return false;
    attribute->count++;
    return true;
}

const char *inv_entry_attribute(const inv_entry *entry, size_t index)
{
    return index < entry->count ? entry->attributes[index].name : NULL;
}

const char *inv_entry_dn(const inv_entry *entry)
{
    return entry->dn;
}

size_t inv_entry_count(const inv_entry *entry, const char *attribute)
{
    const attribute_values *found = find_attribute(entry, attribute);

    return found != NULL ? found->count : 0;
}

const char *inv_entry_value(const inv_entry *entry, const char *attribute, size_t index,
                            size_t *length)
{
    const attribute_values *found = find_attribute(entry, attribute);

    if (found == NULL || index >= found->count)
        return NULL;
    if (length != NULL)
        *length = inv_secret_length(found->values[index]);
    return inv_secret_bytes(found->values[index]);
}

const char *inv_entry_text(const inv_entry *entry, const char *attribute)
{
    return inv_entry_value(entry, attribute, 0, NULL);
}

bool inv_entry_has(const inv_entry *entry, const char *attribute, const char *text)
{
    for (size_t i = 0; i < inv_entry_count(entry, attribute); i++) {
        const char *value = inv_entry_value(entry, attribute, i, NULL);

        if (value != NULL && inv_ascii_equal(value, text))
            return true;
    }
    return false;
}
