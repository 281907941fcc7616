/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_TASK_H
#define INVITEGATE_TOOLS_AGENT_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "frame.h"
#include "invitegate/context.h"
#include "invitegate/name.h"
#include "inviters.h"
#include "limits.h"

/* What an operation works with, and what they do alike. */

#define AGENT_NAME "invite-agent"

/* What all requests share. Threads may use it together. */
typedef struct agent_service {
    const inv_context *context;
    agent_limits *limits;
    agent_inviters *inviters;
} agent_service;

typedef struct agent_operation agent_operation;

/* One request, as a worker sees it. */
typedef struct agent_task {
    const agent_service *service;
    const agent_operation *operation;
    const char *const *arguments; /* behind id, op and domain */
    size_t argument_count;
    agent_answer *answer;
    inv_call call; /* with the worker's own directory */
    const inv_domain *domain;
    inv_verdict verdict;
    char *text; /* of the answer; wiped and freed with the task. NULL: the verdict's */
} agent_task;

/* Whom requests are counted for that are worked on at once, see turns.h. */
typedef enum agent_subject {
    AGENT_SUBJECT_CLIENT, /* whoever is connected */
    AGENT_SUBJECT_TOKEN,  /* the invite of the first argument; without one the address */
    AGENT_SUBJECT_PERSON, /* the JID in the first argument */
} agent_subject;

struct agent_operation {
    const char *name;
    size_t least_arguments;
    size_t most_arguments;
    size_t address;     /* which argument is the client's address; 0: none */
    size_t accepted_at; /* which one is the moment of acceptance; 0: none */
    bool log_success;   /* an answer OK is a verdict too */
    agent_subject subject;
    /* words for what else is wrong with the arguments, NULL: nothing is; may be NULL itself */
    const char *(*problem)(const char *const *arguments, size_t count);
    inv_result (*run)(agent_task *task);
};

/* A user of the task's domain, with or without it: a name to register, or any that may exist. */
inv_result agent_new_name(agent_task *task, const char *user, inv_name **name);
inv_result agent_existing_name(agent_task *task, const char *user, inv_name **name);

/* Makes the approved contacts of a JID the answer's. */
inv_result agent_answer_roster(agent_task *task, const char *jid, inv_verdict *verdict);

/* Starts the verdict's words anew; what is known of invite and user stays. */
inv_verdict *agent_clear_words(agent_task *task);

/* asprintf for task->text; INV_OK or INV_NO_MEMORY. */
inv_result agent_set_text(agent_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
