/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_ASK_H
#define INVITEGATE_TOOLS_ASK_H

#include "invitegate/secret.h"
#include "invitegate/verdict.h"

/* More than the longest password or landing URL; longer input is refused, not cut. */
#define CTL_INPUT_MAX 8192

/*
 * One line of standard input without its newline, which may be empty. It is read byte by byte, so
 * that the next line stays where it is. INV_PASSWORD_REFUSED: too long; INV_CONFIG: it cannot be
 * read; INV_NO_MEMORY. The caller frees *line.
 */
inv_result ctl_read_line(inv_secret **line, inv_verdict *verdict);

/*
 * A new password: asked for twice on a terminal, without echo; otherwise a line of standard input
 * (whole false) or all of it without its final newline (whole true). INV_PASSWORD_REFUSED: too
 * long, or the two are not the same; INV_CONFIG: reading fails; INV_NO_MEMORY.
 */
inv_result ctl_ask_password(bool whole, inv_secret **password, inv_verdict *verdict);

/*
 * The content of a file that holds a secret, without the final newline; for the file the rules of
 * invitegate.conf(5) hold. INV_CONFIG, INV_PASSWORD_REFUSED (too long) or INV_NO_MEMORY.
 */
inv_result ctl_read_secret_file(const char *path, inv_secret **secret, inv_verdict *verdict);

#endif
