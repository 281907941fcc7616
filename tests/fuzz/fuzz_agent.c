/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client sends to invite-agent, and the frames of its answers. Input: the bytes on the
 * connection; the first one tells how many of them come at a time.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "tools/agent/connection.h"
#include "tools/agent/operations.h"

/* Whole frames that carry the id, "more" until the last. */
static void require_frames(const agent_answer *answer, const char *result)
{
    size_t at = 0;

    while (at < answer->length) {
        size_t length = agent_frame_length(answer->bytes + at);
        const char *frame = answer->bytes + at + AGENT_LENGTH_SIZE;
        size_t id = strlen(answer->id);
        bool last = at + AGENT_LENGTH_SIZE + length == answer->length;

        at += AGENT_LENGTH_SIZE + length;
        FUZZ_REQUIRE(at <= answer->length && length >= id + 1 + strlen(result));
        FUZZ_REQUIRE(memcmp(frame, answer->id, id + 1) == 0);
        FUZZ_REQUIRE(strcmp(frame + id + 1, last ? result : "more") == 0);
    }
    FUZZ_REQUIRE(at == answer->length && at > 0);
}

/* Everything in the request becomes contacts and text of the answer, often enough to fill frames.
 */
static void answer_with(const agent_frame *frame)
{
    agent_answer answer;

    agent_answer_start(&answer, frame->fields[0]);
    for (size_t round = 0; round < 40; round++) {
        for (size_t i = 0; i + 2 < frame->field_count; i++)
            (void)agent_answer_contact(&answer, frame->fields[i], frame->fields[i + 1],
                                       frame->fields[i + 2]);
    }
    FUZZ_REQUIRE(agent_answer_finish(&answer, "OK", frame->fields[frame->field_count - 1]));
    require_frames(&answer, "OK");
    agent_answer_clear(&answer);
}

/* As the loop does. */
static void take(agent_connection *connection, const char *bytes, size_t length)
{
    const char *problem = NULL;
    agent_frame frame;

    switch (agent_frame_parse(bytes, length, &frame, &problem)) {
    case AGENT_FRAME_GOOD:
        agent_connection_consume(connection, length);
        FUZZ_REQUIRE(frame.field_count >= 1 && frame.field_count <= AGENT_FIELDS_MAX);
        problem = NULL;
        FUZZ_REQUIRE(agent_operation_of(&frame, &problem) != NULL || problem != NULL);
        answer_with(&frame);
        break;
    case AGENT_FRAME_BAD:
        agent_connection_consume(connection, length);
        FUZZ_REQUIRE(problem != NULL && frame.fields[0][0] != '\0');
        break;
    case AGENT_FRAME_LOST:
        agent_connection_stop_reading(connection);
        break;
    }
    agent_frame_clear(&frame);
}

static void read_all(agent_connection *connection)
{
    const char *bytes;
    size_t length;

    agent_connection_read(connection, 1);
    while (agent_connection_frame(connection, &bytes, &length))
        take(connection, bytes, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    agent_connection *connection;
    size_t piece = size > 0 ? (size_t)data[0] + 1 : 1;
    int pair[2];

    FUZZ_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    connection = agent_connection_new(1, pair[0], pair[0]);
    FUZZ_REQUIRE(connection != NULL);
    for (size_t at = 1; at < size && agent_connection_wants_input(connection); at += piece) {
        size_t length = size - at < piece ? size - at : piece;

        FUZZ_REQUIRE(write(pair[1], data + at, length) == (ssize_t)length);
        read_all(connection);
    }
    agent_connection_free(&connection);
    (void)close(pair[1]);
    return 0;
}
