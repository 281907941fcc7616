/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_TASK_H
#define INVITEGATE_TOOLS_AGENT_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "frame.h"
#include "invitegate/context.h"
#include "invitegate/jid.h"
#include "invitegate/redeem.h"
#include "inviters.h"
#include "limits.h"

/* What an operation works with, and what several operations do. */

#define AGENT_NAME "invite-agent"

/* What all requests share; thread-safe. */
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
    char *text; /* of the answer; wiped and freed with the task. NULL: the verdict's text */
} agent_task;

/* Which subject a request counts for, see turns.h. */
typedef enum agent_subject {
    AGENT_SUBJECT_CLIENT,  /* the connected client */
    AGENT_SUBJECT_TOKEN,   /* the invite of the first argument's token; without one the address */
    AGENT_SUBJECT_PERSON,  /* the JID in the first argument */
    AGENT_SUBJECT_ADDRESS, /* the address, without one the client */
} agent_subject;

struct agent_operation {
    const char *name;
    size_t least_arguments;
    size_t most_arguments;
    size_t address;      /* index from 1 of the argument that is the client's address; 0: none */
    size_t accepted_at;  /* likewise of the moment of acceptance; 0: none */
    bool log_success;    /* an answer OK is logged too */
    bool log_no_account; /* and NO_ACCOUNT, which is a refusal here and not what was asked */
    agent_subject subject;
    /* the fault of the arguments in words, or NULL; may be NULL itself */
    const char *(*problem)(const char *const *arguments, size_t count);
    inv_result (*run)(agent_task *task);
};

/*
 * The name of a user of the task's domain, written with or without it: one for invites of
 * allowed_types (inv_redeem_name), or any that an account may have.
 */
inv_result agent_redeem_name(agent_task *task, const char *user, inv_allowed_types allowed_types,
                             inv_jid **name);
inv_result agent_existing_name(agent_task *task, const char *user, inv_jid **name);

/* Adds the approved contacts of a JID to the answer. */
inv_result agent_answer_roster(inv_call *call, const char *jid, agent_answer *answer);

/* The verdict, emptied of the words of an earlier step; invite and user stay. */
inv_verdict *agent_clear_words(agent_task *task);

/* asprintf for task->text; INV_OK or INV_NO_MEMORY. */
inv_result agent_set_text(agent_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
