/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "connection.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

agent_connection *agent_connection_new(uint64_t number, int input, int output)
{
    agent_connection *connection = calloc(1, sizeof(*connection));

    if (connection == NULL)
        return NULL;
    connection->number = number;
    connection->input = input;
    connection->output = output;
    return connection;
}

void agent_connection_free(agent_connection **connection)
{
    agent_connection *old = *connection;

    *connection = NULL;
    if (old == NULL)
        return;
    if (old->input > STDERR_FILENO)
        (void)close(old->input);
    inv_wipe(old->unsent, old->unsent_size);
    free(old->unsent);
    inv_wipe(old, sizeof(*old));
    free(old);
}

/* ----------------------------------------------------------------------------------- receiving */

void agent_connection_read(agent_connection *connection, long long now)
{
    size_t room = sizeof(connection->received) - connection->received_length;
    ssize_t count;

    if (room == 0)
        return;
    count = read(connection->input, connection->received + connection->received_length, room);
    if (count > 0) {
        if (connection->received_length == 0)
            connection->partial_since = now;
        connection->received_length += (size_t)count;
    } else if (count == 0) {
        connection->input_ended = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        connection->input_ended = true;
        connection->broken = true;
    }
}

bool agent_connection_frame(const agent_connection *connection, const char **bytes, size_t *length)
{
    if (connection->received_length < AGENT_LENGTH_SIZE)
        return false;
    *length = agent_frame_length(connection->received);
    *bytes = connection->received + AGENT_LENGTH_SIZE;
    return *length > AGENT_REQUEST_MAX ||
           connection->received_length >= AGENT_LENGTH_SIZE + *length;
}

void agent_connection_consume(agent_connection *connection, size_t length)
{
    size_t whole = AGENT_LENGTH_SIZE + length;
    size_t rest = connection->received_length - whole;

    memmove(connection->received, connection->received + whole, rest);
    inv_wipe(connection->received + rest, whole);
    connection->received_length = rest;
}

void agent_connection_stop_reading(agent_connection *connection)
{
    connection->input_ended = true;
    inv_wipe(connection->received, connection->received_length);
    connection->received_length = 0;
}

/* ------------------------------------------------------------------------------------- sending */

void agent_connection_send(agent_connection *connection, const char *bytes, size_t length)
{
    size_t wanted = connection->unsent_size != 0 ? connection->unsent_size : 1024;
    char *larger;

    if (connection->broken)
        return;
    while (wanted - connection->unsent_length < length)
        wanted *= 2;
    if (wanted != connection->unsent_size) {
        larger = malloc(wanted);
        if (larger == NULL) {
            connection->broken = true;
            return;
        }
        if (connection->unsent != NULL) {
            memcpy(larger, connection->unsent, connection->unsent_length);
            inv_wipe(connection->unsent, connection->unsent_size);
            free(connection->unsent);
        }
        connection->unsent = larger;
        connection->unsent_size = wanted;
    }
    memcpy(connection->unsent + connection->unsent_length, bytes, length);
    connection->unsent_length += length;
}

/*
 * Standard output is not made non-blocking, since other processes may share it. A pipe that poll(2)
 * calls writable takes PIPE_BUF bytes at once.
 */
static ssize_t send_some(const agent_connection *connection, const char *bytes, size_t length)
{
    struct pollfd writable = {.fd = connection->output, .events = POLLOUT};
    ssize_t count = send(connection->output, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (count >= 0 || errno != ENOTSOCK)
        return count;
    if (poll(&writable, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(connection->output, bytes, length < PIPE_BUF ? length : PIPE_BUF);
}

void agent_connection_flush(agent_connection *connection)
{
    ssize_t count;

    if (connection->unsent_length == 0 || connection->broken)
        return;
    count = send_some(connection, connection->unsent, connection->unsent_length);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR)
            connection->broken = true;
        return;
    }
    connection->unsent_length -= (size_t)count;
    memmove(connection->unsent, connection->unsent + count, connection->unsent_length);
    inv_wipe(connection->unsent + connection->unsent_length, (size_t)count);
}

/* --------------------------------------------------------------------------------------- state */

bool agent_connection_wants_input(const agent_connection *connection)
{
    return !connection->input_ended && !connection->broken &&
           connection->unsent_length < AGENT_OUTPUT_MAX;
}

bool agent_connection_over(const agent_connection *connection)
{
    return connection->broken || (connection->input_ended && connection->in_flight == 0 &&
                                  connection->unsent_length == 0);
}

bool agent_connection_stuck(agent_connection *connection, long long now)
{
    if (!agent_connection_wants_input(connection))
        connection->partial_since = now;
    return connection->received_length > 0 &&
           now - connection->partial_since > AGENT_FRAME_SECONDS * 1000LL;
}
