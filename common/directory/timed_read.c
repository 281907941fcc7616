/* SPDX-License-Identifier: BSD-2-Clause */
#include "timed_read.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>

#include "layer.h"

/* Above the socket, below TLS. */
#define LEVEL ((LBER_SBIOD_LEVEL_PROVIDER + LBER_SBIOD_LEVEL_TRANSPORT) / 2)

/* False, with errno: nothing came in time. */
static bool wait_for_bytes(Sockbuf_IO_Desc *layer)
{
    const inv_deadline *deadline = layer->sbiod_pvt;
    struct pollfd peer = {.fd = -1, .events = POLLIN};
    int ready;

    if (ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &peer.fd) != 1)
        return true;
    do
        ready = poll(&peer, 1, (int)inv_deadline_left(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0;
}

static ber_slen_t timed_read(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    /* bytes that a layer below has read ahead do not show on the socket */
    if (LBER_SBIOD_CTRL_NEXT(layer, LBER_SB_OPT_DATA_READY, NULL) <= 0 && !wait_for_bytes(layer))
        return -1;
    if (inv_deadline_passed(layer->sbiod_pvt)) {
        errno = ETIMEDOUT;
        return -1;
    }
    return LBER_SBIOD_READ_NEXT(layer, bytes, size);
}

bool timed_read_install(Sockbuf *connection, const inv_deadline *deadline)
{
    static Sockbuf_IO layer = {
        .sbi_setup = layer_keep_argument,
        .sbi_remove = layer_nothing_to_do,
        .sbi_ctrl = layer_control,
        .sbi_read = timed_read,
        .sbi_write = layer_write,
        .sbi_close = layer_nothing_to_do,
    };

    return ber_sockbuf_add_io(connection, &layer, LEVEL, (void *)(uintptr_t)deadline) == 0;
}
