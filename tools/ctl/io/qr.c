/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "qr.h"

#include <qrencode.h>
#include <unistd.h>

#include "invitegate/secret.h"

#define QUIET 4 /* modules around the code, ISO/IEC 18004 9.1 */

static bool is_light(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return true;
    return (code->data[row * code->width + column] & 1) == 0;
}

/*
 * The quiet zone has an even number of modules: only below the last row the lower half is missing.
 */
static const char *half_blocks(const QRcode *code, int row, int column)
{
    bool upper = is_light(code, row, column);
    bool lower = row + 1 < code->width + QUIET && is_light(code, row + 1, column);

    if (upper)
        return lower ? "\xe2\x96\x88" : "\xe2\x96\x80";
    return lower ? "\xe2\x96\x84" : " ";
}

bool ctl_print_qr(FILE *stream, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    bool coloured = isatty(fileno(stream)) == 1;

    if (code == NULL)
        return false;
    for (int row = -QUIET; row < code->width + QUIET; row += 2) {
        if (coloured)
            (void)fputs("\033[97;40m", stream);
        for (int column = -QUIET; column < code->width + QUIET; column++)
            (void)fputs(half_blocks(code, row, column), stream);
        (void)fputs(coloured ? "\033[0m\n" : "\n", stream);
    }
    /* the code is the token */
    inv_wipe(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    return true;
}
