/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_CORE_H
#define INVITEGATE_TESTS_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * What a process has in its memory, free or not, and in the registers of its threads: all pages of
 * its own, by ptrace(2) and /proc/PID/mem. (A core file by gcore(1) has the same, and takes most of
 * a second.) Whatever fails here fails the test that runs.
 */
struct core;

/* Whether that can be had here: allowed, and not in the way of a sanitizer. */
bool core_possible(void);

/* Reads a running process, which is stopped meanwhile and goes on. */
struct core *core_take(pid_t process);
void core_free(struct core **core);

/*
 * How many pieces of a secret are in it: each run of CORE_PIECE bytes that starts at a multiple of
 * CORE_STEP counts wherever it is, so that nothing of CORE_PIECE + CORE_STEP - 1 bytes escapes.
 * The last one found is described (address, bytes around it) by core_where. The process that asks
 * must not be a copy of the one looked at. registers: also in the processor's, which keep what was
 * copied last.
 */
#define CORE_PIECE 8
#define CORE_STEP  4
size_t core_pieces(const struct core *core, const void *secret, size_t length, bool registers);
const char *core_where(void);

#endif
