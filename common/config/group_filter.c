/* SPDX-License-Identifier: BSD-2-Clause */
#include "group_filter.h"

#include <string.h>

#include "descriptor.h"

bool group_next_key(const char **rest, group_key *key)
{
    static const char letters[] = "Duj"; /* in the order of group_value */

    for (const char *p = strchr(*rest, '('); p != NULL; p = strchr(p, '(')) {
        size_t length = strcspn(++p, "=()");
        const char *value = p + length;
        const char *letter = NULL;

        if (value[0] != '=' || value[1] != '%' || value[2] == '\0' || value[3] != ')' ||
            length >= sizeof(key->attribute))
            continue;
        letter = strchr(letters, value[2]);
        memcpy(key->attribute, p, length);
        key->attribute[length] = '\0';
        if (letter == NULL || !inv_config_is_descriptor(key->attribute))
            continue;
        key->value = (group_value)(letter - letters);
        *rest = value;
        return true;
    }
    return false;
}
