/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_BIND_PASSWORD_H
#define INVITEGATE_COMMON_BIND_PASSWORD_H

#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/*
 * The content of bind_password_file without its final newline: 1 to 1022 bytes. INV_CONFIG names
 * the file when it is not safe (inv_config_open_file), empty or too long. The caller frees
 * *password.
 */
inv_result bind_password_read(const char *path, inv_secret **password, inv_verdict *verdict);

#endif
