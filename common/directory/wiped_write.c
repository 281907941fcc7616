/* SPDX-License-Identifier: BSD-2-Clause */
#include "wiped_write.h"

#include <errno.h>

#include "invitegate/secret.h"
#include "layer.h"

static bool will_be_tried_again(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOTCONN;
}

static ber_slen_t wiped_write(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    ber_slen_t sent = LBER_SBIOD_WRITE_NEXT(layer, bytes, size);
    int error = errno;

    if (sent > 0)
        inv_wipe(bytes, (size_t)sent);
    else if (!will_be_tried_again(error))
        inv_wipe(bytes, size);
    errno = error;
    return sent;
}

bool wiped_write_install(Sockbuf *connection)
{
    static Sockbuf_IO layer = {
        .sbi_setup = layer_keep_argument,
        .sbi_remove = layer_nothing_to_do,
        .sbi_ctrl = layer_control,
        .sbi_read = layer_read,
        .sbi_write = wiped_write,
        .sbi_close = layer_nothing_to_do,
    };

    return ber_sockbuf_add_io(connection, &layer, LBER_SBIOD_LEVEL_APPLICATION, NULL) == 0;
}
