/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_HOST_REQUESTS_H
#define INVITEGATE_TESTS_HOST_REQUESTS_H

#include <stddef.h>

/*
 * The program's side of host_process.h. A request is 2 bytes of length and fields, each with its
 * NUL. The answer is 2 bytes of length and the text. Wants no memory, and no copy of a request is
 * left.
 */
#define HOST_FIELDS 9

/* The answer to a request, which has all HOST_FIELDS: those that did not come are NULL. */
typedef const char *host_answer(void *context, const char *const *fields);

/* Answers until the end of standard input; the exit status of the program. */
int host_serve(host_answer *answer, void *context);

#endif
