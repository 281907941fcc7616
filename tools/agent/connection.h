/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_CONNECTION_H
#define INVITEGATE_TOOLS_AGENT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame.h"

/* The bytes that go to and fro between the agent and one client. For the loop's thread. */

#define AGENT_OUTPUT_MAX                                                                           \
    ((size_t)1024 * 1024)     /* bytes of unread answers, from which on no more requests are read */
#define AGENT_FRAME_SECONDS 5 /* until the rest of a begun frame has to have come */

typedef struct agent_connection {
    uint64_t number;
    int input; /* the same descriptor as output for sockets */
    int output;
    uid_t peer;
    size_t polled; /* index of its input in the list for poll(2); 0: not in it */
    char received[AGENT_LENGTH_SIZE + AGENT_REQUEST_MAX];
    size_t received_length;
    long long partial_since; /* since when, in milliseconds, a frame is not whole; counts only while
                                bytes are received */
    char *unsent;
    size_t unsent_length;
    size_t unsent_size;
    size_t in_flight; /* requests that workers have */
    bool input_ended; /* EOF, or nothing more is to be read */
    bool broken;      /* neither reading nor writing makes sense */
} agent_connection;

/* Takes the descriptors over (not those of standard input and output). NULL: no memory. */
agent_connection *agent_connection_new(uint64_t number, int input, int output);
void agent_connection_free(agent_connection **connection);

/* Reads once, what poll(2) has reported. */
void agent_connection_read(agent_connection *connection, long long now);

/*
 * The bytes of the next whole frame, borrowed until agent_connection_consume; false: it is not
 * whole. true with a *length above AGENT_REQUEST_MAX: the bytes are no frame.
 */
bool agent_connection_frame(const agent_connection *connection, const char **bytes, size_t *length);
void agent_connection_consume(agent_connection *connection, size_t length);

/* Reads no more, and wipes what was received: for bytes that are no frames. */
void agent_connection_stop_reading(agent_connection *connection);

/* Queues bytes for sending; without memory the connection is broken. */
void agent_connection_send(agent_connection *connection, const char *bytes, size_t length);

/* Sends as much as the client takes without waiting. */
void agent_connection_flush(agent_connection *connection);

bool agent_connection_wants_input(const agent_connection *connection);

/* Whether nothing is left to read, to answer or to send, or it is broken. */
bool agent_connection_over(const agent_connection *connection);

/* Whether a frame was begun too long ago. The time in which nothing is read from the client,
 * because it does not read its answers, does not count. */
bool agent_connection_stuck(agent_connection *connection, long long now);

#endif
