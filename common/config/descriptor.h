/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_CONFIG_DESCRIPTOR_H
#define INVITEGATE_COMMON_CONFIG_DESCRIPTOR_H

#include <stdbool.h>

/* RFC 4512 1.4: the name of an attribute or a class, or an OID. */
bool inv_config_is_descriptor(const char *text);

#endif
