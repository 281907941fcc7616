/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_STACK_H
#define INVITEGATE_BENCH_STACK_H

#include <stdbool.h>

#include "place.h"

/* The PAM services of this place, with pam_invite.so as it was built. */
struct stack {
    char folder[400];
    bool ends; /* the connection, with the PAM handle; else the option keep_connection is set */
};

void stack_write(const struct place *place, struct stack *stack);

/* One whole transaction, pam_start to pam_end, each: its PAM code. */
int stack_login(const struct stack *stack, const char *user, const char *password);
int stack_register(const struct stack *stack, const char *user, const char *token,
                   const char *password);

#endif
