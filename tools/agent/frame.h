/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_FRAME_H
#define INVITEGATE_TOOLS_AGENT_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/secret.h"

/* The frames of invite-agent(7), without the meaning of their fields. */

#define AGENT_LENGTH_SIZE 2 /* bytes in front of a frame */
#define AGENT_FRAME_MAX   65535
#define AGENT_REQUEST_MAX 16384
#define AGENT_FIELDS_MAX  24
#define AGENT_ID_MAX      64

/* ---------------------------------------------------------------------------------- requests */

/* A request taken apart; its bytes are wiped with it. Fields end with NUL. */
typedef struct agent_frame {
    inv_secret *bytes;
    const char *fields[AGENT_FIELDS_MAX]; /* id, op, domain, arguments */
    size_t field_count;
} agent_frame;

typedef enum agent_frame_state {
    AGENT_FRAME_GOOD,
    AGENT_FRAME_BAD,  /* *problem says why; the id is known, so it can be answered */
    AGENT_FRAME_LOST, /* no id, or no memory: the sender is no client of this protocol, or cannot be
                         served */
} agent_frame_state;

/* The length that a frame starts with. */
size_t agent_frame_length(const char *start);

/*
 * Takes apart the length bytes behind that: UTF-8, 24 fields, an id. *problem is a constant text.
 * agent_frame_clear is always allowed afterwards.
 */
agent_frame_state agent_frame_parse(const char *bytes, size_t length, agent_frame *frame,
                                    const char **problem);
void agent_frame_clear(agent_frame *frame);

/* ----------------------------------------------------------------------------------- answers */

/* An answer that grows frame by frame, and the finished bytes to send. */
typedef struct agent_answer {
    char id[AGENT_ID_MAX + 1];
    char *contacts; /* of the frame that is being filled, each field with a NUL in front */
    size_t contacts_length;
    size_t contacts_size;
    char *bytes; /* finished frames */
    size_t length;
    size_t size;
    bool no_memory;
} agent_answer;

/* Starts an answer to the request with this id, which is cut to AGENT_ID_MAX bytes. */
void agent_answer_start(agent_answer *answer, const char *id);

/*
 * Adds a contact; frames with the result "more" are made as they fill. A contact that would fill a
 * whole frame is left out: false.
 */
bool agent_answer_contact(agent_answer *answer, const char *jid, const char *name,
                          const char *group);

/*
 * Makes the last frame. text may be NULL; it is cut where it is too long for a frame. When memory
 * was short anywhere, the last frame has the result NO_MEMORY instead. False: memory was too short
 * even for that.
 */
bool agent_answer_finish(agent_answer *answer, const char *result, const char *text);

/* Wipes: answers hold tokens. */
void agent_answer_clear(agent_answer *answer);

#endif
