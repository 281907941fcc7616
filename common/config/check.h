/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_CHECK_H
#define INVITEGATE_COMMON_CONFIG_CHECK_H

#include "invitegate/config.h"
#include "text.h"

struct ini_cfgobj;

/* One reading of invitegate.conf. */
typedef struct inv_config_reader {
    const char *path;
    inv_verdict *verdict;
    inv_config_text text;
    struct ini_cfgobj *values;
    inv_config *config; /* being filled */
} inv_config_reader;

/* The line of a key; of the section's header when the key is NULL or unset; else 0. */
unsigned inv_config_line_of(const inv_config_reader *reader, const char *section, const char *key);

/* What one key's parser cannot see: rules between keys and between domains. */
inv_result inv_config_check_domain(const inv_config_reader *reader, const char *section,
                                   inv_domain *domain);
inv_result inv_config_check(const inv_config_reader *reader);

#endif
