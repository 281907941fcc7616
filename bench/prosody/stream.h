/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_BENCH_STREAM_H
#define INVITEGATE_BENCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The least that is a client of an XMPP server (RFC 6120), so that little of the machine goes into
 * it: one stream over loopback without TLS, one request at a time, answers looked at as text.
 */
typedef struct client_stream {
    int descriptor; /* -1: closed */
    size_t length;
    char text[2048]; /* what came last, with a NUL behind it */
} client_stream;

#define STREAM_CLOSED                                                                              \
    {                                                                                              \
        .descriptor = -1                                                                           \
    }

/* Connects to 127.0.0.1 and waits for the features. False: the server is away, or slow. */
bool stream_open(client_stream *stream, uint16_t port);

/* Sends an element and waits for a whole one, which text holds then. False: the stream is lost. */
bool stream_ask(client_stream *stream, const char *request);

/* The answer in text is a result; else an error of that type, such as "wait". */
bool stream_has_result(const client_stream *stream);
bool stream_has_error(const client_stream *stream, const char *type);

void stream_close(client_stream *stream);

#endif
