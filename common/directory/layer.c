/* SPDX-License-Identifier: BSD-2-Clause */
#include "layer.h"

int layer_keep_argument(Sockbuf_IO_Desc *layer, void *argument)
{
    layer->sbiod_pvt = argument;
    return 0;
}

int layer_nothing_to_do(Sockbuf_IO_Desc *layer)
{
    (void)layer;
    return 0;
}

int layer_control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
    return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

ber_slen_t layer_read(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    return LBER_SBIOD_READ_NEXT(layer, bytes, size);
}

ber_slen_t layer_write(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size)
{
    return LBER_SBIOD_WRITE_NEXT(layer, bytes, size);
}
