/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_DELAY_H
#define INVITEGATE_BENCH_DELAY_H

#include <sys/types.h>

/*
 * A process between the unix sockets path, where it listens, and server_path, which hands every
 * byte on after half of milliseconds in each direction: a round trip takes so much longer. It ends
 * with the process that started it, or by its pid.
 */
pid_t delay_start(const char *path, const char *server_path, unsigned milliseconds);

#endif
