/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_GROUP_FILTER_H
#define INVITEGATE_COMMON_CONFIG_GROUP_FILTER_H

#include <stdbool.h>

/* What an assertion of group_filter compares an attribute with. */
typedef enum group_value { GROUP_VALUE_DN, GROUP_VALUE_LOCAL, GROUP_VALUE_JID } group_value;

#define GROUP_ATTRIBUTE_SIZE 64

/* One assertion "(attribute=%D)", "(attribute=%u)" or "(attribute=%j)" of group_filter. */
typedef struct group_key {
    char attribute[GROUP_ATTRIBUTE_SIZE];
    group_value value;
} group_key;

/* The next such assertion of a filter; *rest starts at the filter. False: there is none. */
bool group_next_key(const char **rest, group_key *key);

#endif
