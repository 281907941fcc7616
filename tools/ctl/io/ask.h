/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ASK_H
#define INVITEGATE_TOOLS_ASK_H

#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/* More than the longest password or landing URL; what is longer is refused, not cut. */
#define CTL_INPUT_MAX 8192

/*
 * One line of standard input without its newline. It is read byte by byte, so that the next line
 * stays where it is. INV_BAD_TOKEN-like refusals are the caller's; here only INV_NO_MEMORY and
 * INV_PASSWORD_REFUSED (too long, or nothing there).
 */
inv_result ctl_read_line(inv_secret **line, inv_verdict *verdict);

/*
 * A new password: asked for twice on a terminal, without echo; otherwise a line of standard input
 * (whole false) or all of it without its final newline (whole true).
 */
inv_result ctl_ask_password(bool whole, inv_secret **password, inv_verdict *verdict);

/* A file that holds a secret: its content without the final newline, under the rules of
 * invitegate.conf(5).
 */
inv_result ctl_read_secret_file(const char *path, inv_secret **secret, inv_verdict *verdict);

#endif
