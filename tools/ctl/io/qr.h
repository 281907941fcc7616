/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_QR_H
#define INVITEGATE_TOOLS_QR_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Prints text as a QR code in half blocks of UTF-8, two modules a character, with its quiet zone.
 * Blocks are the light modules; on a terminal colours make sure of that, elsewhere it is right on a
 * dark background. False: too long for a QR code, or out of memory; errno tells (ERANGE, ENOMEM).
 */
bool ctl_print_qr(FILE *stream, const char *text);

#endif
