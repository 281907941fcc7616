/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "proof.h"

/* Which attributes a filter of the configuration compares. */

bool ctl_filter_attribute(const char **rest, char attribute[CTL_FILTER_ATTRIBUTE_SIZE])
{
    for (const char *p = strchr(*rest, '('); p != NULL; p = strchr(p, '(')) {
        size_t length = strcspn(++p, "()=~<>:;!&|");

        if (length == 0 || length >= CTL_FILTER_ATTRIBUTE_SIZE ||
            strchr("=~<>:;", p[length]) == NULL)
            continue;
        memcpy(attribute, p, length);
        attribute[length] = '\0';
        *rest = p;
        return true;
    }
    return false;
}
