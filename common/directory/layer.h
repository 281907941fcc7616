/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_COMMON_DIRECTORY_LAYER_H
#define INVITEGATE_COMMON_DIRECTORY_LAYER_H

#include <lber.h>

/*
 * What a layer of a connection (Sockbuf_IO) leaves as it is: functions for the members of that
 * struct where the layer has none of its own. They pass a call to the layer below and its answer
 * back.
 */

/* sbi_setup: keeps argument, which ber_sockbuf_add_io got, in sbiod_pvt. */
int layer_keep_argument(Sockbuf_IO_Desc *layer, void *argument);

/* sbi_remove and sbi_close: the layer has nothing to free or to close. */
int layer_nothing_to_do(Sockbuf_IO_Desc *layer);

int layer_control(Sockbuf_IO_Desc *layer, int option, void *argument);
ber_slen_t layer_read(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size);
ber_slen_t layer_write(Sockbuf_IO_Desc *layer, void *bytes, ber_len_t size);

#endif
