/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_ahead.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "invitegate/secret.h"
#include "layer.h"

/* Right above the socket. */
#define LEVEL (LBER_SBIOD_LEVEL_PROVIDER + 1)

#define BUFFER_SIZE 16384 /* holds the answers to a flight, or some entries of a long list */

/* What was read from the socket: the bytes from taken to filled are not passed on yet. */
struct buffer {
    size_t taken;
    size_t filled;
    char bytes[BUFFER_SIZE];
};

static int setup(Sockbuf_IO_Desc *layer, void *argument)
{
    (void)argument;
    layer->sbiod_pvt = calloc(1, sizeof(struct buffer));
    return layer->sbiod_pvt != NULL ? 0 : -1;
}

static int forget(Sockbuf_IO_Desc *layer)
{
    struct buffer *buffer = layer->sbiod_pvt;

    if (buffer != NULL)
        inv_wipe(buffer->bytes + buffer->taken, buffer->filled - buffer->taken);
    free(buffer);
    layer->sbiod_pvt = NULL;
    return 0;
}

/* libldap asks before it waits, because the socket does not show what is in the buffer. */
static int control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
    const struct buffer *buffer = layer->sbiod_pvt;

    if (option == LBER_SB_OPT_DATA_READY && buffer->taken < buffer->filled)
        return 1;
    return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

/* What has arrived. After EAGAIN libldap waits by itself, with its timeout. */
static ber_slen_t take(Sockbuf_IO_Desc *layer, void *bytes, size_t size)
{
    int socket = -1;

    if (ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &socket) != 1) {
        errno = ENOTCONN;
        return -1;
    }
    return recv(socket, bytes, size, MSG_DONTWAIT);
}

/* Less than size is an answer too: libldap comes again for the rest. */
static ber_slen_t read_ahead(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    struct buffer *buffer = layer->sbiod_pvt;
    char *next;

    if (buffer->taken == buffer->filled) {
        ber_slen_t got;

        if (size >= sizeof(buffer->bytes))
            return take(layer, bytes, size);
        got = take(layer, buffer->bytes, sizeof(buffer->bytes));
        if (got <= 0)
            return got;
        buffer->taken = 0;
        buffer->filled = (size_t)got;
    }
    next = buffer->bytes + buffer->taken;
    if (size > buffer->filled - buffer->taken)
        size = buffer->filled - buffer->taken;
    memcpy(bytes, next, size);
    inv_wipe(next, size);
    buffer->taken += size;
    return (ber_slen_t)size;
}

bool read_ahead_install(Sockbuf *connection)
{
    static Sockbuf_IO layer = {
        .sbi_setup = setup,
        .sbi_remove = forget,
        .sbi_ctrl = control,
        .sbi_read = read_ahead,
        .sbi_write = layer_write,
        .sbi_close = layer_nothing_to_do,
    };

    return ber_sockbuf_add_io(connection, &layer, LEVEL, NULL) == 0;
}
