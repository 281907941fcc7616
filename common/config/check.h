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

/*
 * Rules between keys and between domains, which the parser of one key cannot check. They fill in
 * name_search_base, group_search_base and names_are_mail as well. INV_CONFIG names the file and
 * what to change; or INV_NO_MEMORY.
 */
inv_result inv_config_check_domain(const config_reading *reading, const char *section,
                                   inv_domain *domain);
inv_result inv_config_check(const config_reading *reading);

#endif
