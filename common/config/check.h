/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_CHECK_H
#define INVITEGATE_COMMON_CONFIG_CHECK_H

#include "invitegate/config.h"
#include "reader.h"

/* One reading of invitegate.conf. */
typedef struct config_reading {
    const char *path;
    inv_verdict *verdict;
    reader_file *file;
    inv_config *config; /* being filled */
} config_reading;

/* What one key's parser cannot see: rules between keys and between domains. */
inv_result inv_config_check_domain(const config_reading *reading, const char *section,
                                   inv_domain *domain);
inv_result inv_config_check(const config_reading *reading);

#endif
