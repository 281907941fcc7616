/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_BIND_PASSWORD_H
#define INVITEGATE_COMMON_DIRECTORY_BIND_PASSWORD_H

#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/*
 * The first line of bind_password_file, 1 to 1022 bytes, of a file of at most 1023. INV_CONFIG
 * names the file when it is not safe (inv_trusted_file_open), its first line empty or it too long.
 * The caller frees *password.
 */
inv_result bind_password_read(const char *path, inv_secret **password, inv_verdict *verdict);

#endif
