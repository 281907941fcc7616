/* SPDX-License-Identifier: BSD-2-Clause */
#include "wiped_write.h"

#include <errno.h>

#include "invitegate/secret.h"

static int nothing_to_set_up(Sockbuf_IO_Desc *layer, void *argument)
{
    (void)layer;
    (void)argument;
    return 0;
}

static int nothing_to_do(Sockbuf_IO_Desc *layer)
{
    (void)layer;
    return 0;
}

static int control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
    return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

static ber_slen_t read_on(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    return LBER_SBIOD_READ_NEXT(layer, bytes, size);
}

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
        .sbi_setup = nothing_to_set_up,
        .sbi_remove = nothing_to_do,
        .sbi_ctrl = control,
        .sbi_read = read_on,
        .sbi_write = wiped_write,
        .sbi_close = nothing_to_do,
    };

    return ber_sockbuf_add_io(connection, &layer, LBER_SBIOD_LEVEL_APPLICATION, NULL) == 0;
}
