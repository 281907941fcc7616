/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/host_requests.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REQUEST_MAX 8192

static char request[REQUEST_MAX];

/* False at the end of the input. */
static bool read_bytes(void *bytes, size_t length)
{
    char *at = bytes;

    while (length > 0) {
        ssize_t count = read(STDIN_FILENO, at, length);

        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        if (count > 0) {
            at += count;
            length -= (size_t)count;
        }
    }
    return true;
}

static bool write_bytes(const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, at, length);

        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            at += count;
            length -= (size_t)count;
        }
    }
    return true;
}

static bool send_answer(const char *text)
{
    size_t length = strlen(text) < 65535 ? strlen(text) : 65535;
    unsigned char head[2] = {(unsigned char)(length >> 8), (unsigned char)(length & 0xff)};

    return write_bytes(head, sizeof(head)) && write_bytes(text, length);
}

static const char *answer_request(host_answer *answer, void *context, size_t length)
{
    const char *fields[HOST_FIELDS] = {NULL};
    size_t count = 0;
    const char *text;

    for (const char *at = request; at < request + length && count < HOST_FIELDS;
         at += strlen(at) + 1)
        fields[count++] = at;
    text = answer(context, fields);
    explicit_bzero(request, sizeof(request));
    return text;
}

int host_serve(host_answer *answer, void *context)
{
    unsigned char head[2];

    while (read_bytes(head, sizeof(head))) {
        size_t length = (size_t)head[0] << 8 | head[1];

        if (length == 0 || length >= sizeof(request) || !read_bytes(request, length) ||
            !send_answer(answer_request(answer, context, length)))
            return 1;
    }
    return 0;
}
