/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_FUZZ_H
#define INVITEGATE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What libFuzzer calls, and tests/fuzz/replay.c when it plays a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether FUZZ_VERBOSE is set: the targets then tell on stderr how an input ended. */
bool fuzz_verbose(void);

/* A promise that must hold for every input; a finding is a crash, with or without sanitizers. */
#define FUZZ_REQUIRE(promise)                                                                      \
    do {                                                                                           \
        if (!(promise)) {                                                                          \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #promise);     \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
