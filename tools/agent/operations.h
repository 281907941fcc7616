/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_AGENT_OPERATIONS_H
#define INVITEGATE_TOOLS_AGENT_OPERATIONS_H

#include <stdint.h>

#include "frame.h"
#include "invitegate/account.h"
#include "invitegate/gate.h"
#include "invitegate/name.h"
#include "invitegate/redeem.h"
#include "inviters.h"
#include "limits.h"
#include "turns.h"

/* The operations of invite-agent(7): what each is called with, and what it does. */

#define AGENT_NAME     "invite-agent"
#define AGENT_NOTE_MAX 1024 /* bytes of create's note */

/* What all requests share. Threads may use it together. */
typedef struct agent_service {
    const inv_gate *gate;
    agent_limits *limits;
    agent_inviters *inviters;
} agent_service;

struct agent_operation;

/* One request, as a worker sees it. */
typedef struct agent_task {
    const agent_service *service;
    const struct agent_operation *operation;
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

typedef struct agent_operation {
    const char *name;
    size_t least_arguments;
    size_t most_arguments;
    size_t address;     /* which argument is the client's address; 0: none */
    size_t accepted_at; /* which one is the moment of acceptance; 0: none */
    bool log_success;   /* an answer OK is a verdict too */
    agent_subject subject;
    inv_result (*run)(agent_task *task);
} agent_operation;

/*
 * What a request asks for, judged by its form alone. NULL: it asks for nothing that there is, and
 * *problem tells the client's author why, in the space given or as a constant. ping has no run.
 */
const agent_operation *agent_operation_of(const agent_frame *frame, const char **problem);

/* Whom the request counts for; connection: the number of the client it came from. */
void agent_claim_of(const agent_service *service, const agent_operation *operation,
                    const agent_frame *frame, uint64_t connection, agent_claim *claim);

/* Does what the frame asks for, logs the verdict and writes the whole answer. For a worker. */
void agent_operate(const agent_service *service, const agent_frame *frame, inv_directory *directory,
                   agent_answer *answer);

/* ------------------------------------------------------------------------- for the operations */

inv_result agent_check(agent_task *task);
inv_result agent_register(agent_task *task);
inv_result agent_taken(agent_task *task);
inv_result agent_reset(agent_task *task);
inv_result agent_contact(agent_task *task);
inv_result agent_exists(agent_task *task);
inv_result agent_roster(agent_task *task);
inv_result agent_accounts(agent_task *task);
inv_result agent_changed(agent_task *task);
inv_result agent_create(agent_task *task);

/* An empty moment is 0; false when it is no number of seconds. */
bool agent_parse_moment(const char *text, time_t *moment);

/* Whether create knows such an option ("key=value"). */
bool agent_create_knows(const char *option);

/* A user of the task's domain, with or without it: a name to register, or any that may exist. */
inv_result agent_new_name(agent_task *task, const char *user, inv_name **name);
inv_result agent_existing_name(agent_task *task, const char *user, inv_name **name);

/* Makes the approved contacts of a JID the answer's. */
inv_result agent_answer_roster(agent_task *task, const char *jid, inv_verdict *verdict);

/* Which account the name has now; "": none, or one that no invite made. */
inv_result agent_identify(agent_task *task, const inv_name *name,
                          char identity[INV_ACCOUNT_IDENTITY_SIZE], inv_verdict *verdict);

/* Starts the verdict's words anew; what is known of invite and user stays. */
inv_verdict *agent_afresh(agent_task *task);

/* asprintf for task->text; INV_OK or INV_NO_MEMORY. */
inv_result agent_set_text(agent_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
