/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/utf8.h"

#define TEXT_MAX 32768 /* so that the other half of a frame is left for contacts */

size_t agent_frame_length(const char *start)
{
    return (size_t)(unsigned char)start[0] << 8 | (unsigned char)start[1];
}

/* False when there are more fields than fit. */
static bool split(agent_frame *frame)
{
    const char *start = inv_secret_bytes(frame->bytes);
    const char *end = start + inv_secret_length(frame->bytes);

    frame->field_count = 0;
    for (;;) {
        const char *stop = memchr(start, '\0', (size_t)(end - start));

        if (frame->field_count == AGENT_FIELDS_MAX)
            return false;
        frame->fields[frame->field_count++] = start;
        if (stop == NULL)
            return true;
        start = stop + 1;
    }
}

agent_frame_state agent_frame_parse(const char *bytes, size_t length, agent_frame *frame,
                                    const char **problem)
{
    bool fits;
    size_t id;

    *frame = (agent_frame){.field_count = 0};
    *problem = "not a request of invite-agent(7): the length or the id";
    if (length == 0 || length > AGENT_REQUEST_MAX)
        return AGENT_FRAME_LOST;
    frame->bytes = inv_secret_new(bytes, length);
    if (frame->bytes == NULL) {
        *problem = "out of memory";
        return AGENT_FRAME_LOST;
    }
    fits = split(frame);
    id = strlen(frame->fields[0]);
    if (id == 0 || id > AGENT_ID_MAX || !inv_utf8_valid(frame->fields[0], id))
        return AGENT_FRAME_LOST;
    if (!fits)
        *problem = "more than 24 fields";
    else if (!inv_utf8_valid(bytes, length))
        *problem = "not UTF-8";
    else
        return AGENT_FRAME_GOOD;
    return AGENT_FRAME_BAD;
}

void agent_frame_clear(agent_frame *frame)
{
    inv_secret_free(&frame->bytes);
    *frame = (agent_frame){.field_count = 0};
}

/* ----------------------------------------------------------------------------------- answers */

/* Room for more bytes behind length; the old ones are wiped, since answers hold tokens. */
static bool make_room(char **bytes, size_t length, size_t *size, size_t more)
{
    size_t wanted = *size != 0 ? *size : 512;
    char *larger;

    if (*size - length >= more && *bytes != NULL)
        return true;
    while (wanted - length < more)
        wanted *= 2;
    larger = malloc(wanted);
    if (larger == NULL)
        return false;
    if (*bytes != NULL) {
        memcpy(larger, *bytes, length);
        inv_wipe(*bytes, *size);
        free(*bytes);
    }
    *bytes = larger;
    *size = wanted;
    return true;
}

static char *put(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

/* One whole frame: id, result, text, and the contacts gathered so far. */
static bool emit(agent_answer *answer, const char *result, const char *text, size_t text_length)
{
    size_t id_length = strlen(answer->id);
    size_t result_length = strlen(result);
    size_t length = id_length + 1 + result_length + 1 + text_length + answer->contacts_length;
    char *at;

    if (!make_room(&answer->bytes, answer->length, &answer->size, AGENT_LENGTH_SIZE + length))
        return false;
    at = answer->bytes + answer->length;
    *at++ = (char)(unsigned char)(length >> 8);
    *at++ = (char)(unsigned char)(length & 0xff);
    at = put(at, answer->id, id_length + 1);
    at = put(at, result, result_length + 1);
    at = put(at, text, text_length);
    if (answer->contacts_length > 0)
        (void)put(at, answer->contacts, answer->contacts_length);
    answer->length += AGENT_LENGTH_SIZE + length;
    answer->contacts_length = 0;
    return true;
}

void agent_answer_start(agent_answer *answer, const char *id)
{
    *answer = (agent_answer){.length = 0};
    (void)snprintf(answer->id, sizeof(answer->id), "%s", id);
}

static size_t append(char *to, const char *field)
{
    size_t length = strlen(field);

    to[0] = '\0';
    memcpy(to + 1, field, length);
    return 1 + length;
}

bool agent_answer_contact(agent_answer *answer, const char *jid, const char *name,
                          const char *group)
{
    const size_t room = AGENT_FRAME_MAX - AGENT_ID_MAX - 32;
    size_t more = 3 + strlen(jid) + strlen(name) + strlen(group);

    if (more > room - TEXT_MAX)
        return false;
    /* the last frame has a text as well, so contacts take half of every frame */
    if (answer->contacts_length + more > room - TEXT_MAX && !emit(answer, "more", "", 0))
        answer->no_memory = true;
    if (answer->no_memory ||
        !make_room(&answer->contacts, answer->contacts_length, &answer->contacts_size, more)) {
        answer->no_memory = true;
        return true;
    }
    answer->contacts_length += append(answer->contacts + answer->contacts_length, jid);
    answer->contacts_length += append(answer->contacts + answer->contacts_length, name);
    answer->contacts_length += append(answer->contacts + answer->contacts_length, group);
    return true;
}

/* The bytes to keep of a text that is too long, not ending inside a character. */
static size_t text_end(const char *text)
{
    size_t length = strnlen(text, TEXT_MAX);

    while (length > 0 && !inv_utf8_valid(text, length))
        length--;
    return length;
}

bool agent_answer_finish(agent_answer *answer, const char *result, const char *text)
{
    if (text == NULL)
        text = "";
    if (!answer->no_memory && emit(answer, result, text, text_end(text)))
        return true;
    answer->no_memory = true;
    answer->contacts_length = 0;
    return emit(answer, "NO_MEMORY", "", 0);
}

static void wipe_bytes(char **bytes, size_t *length, size_t *size)
{
    inv_wipe(*bytes, *size);
    free(*bytes);
    *bytes = NULL;
    *length = *size = 0;
}

void agent_answer_clear(agent_answer *answer)
{
    wipe_bytes(&answer->contacts, &answer->contacts_length, &answer->contacts_size);
    wipe_bytes(&answer->bytes, &answer->length, &answer->size);
}
