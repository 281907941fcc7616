/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"

#define CONNECTIONS_MAX 64
#define LAST_WORDS_MS   5000 /* for clients to read their answers when the agent ends */
#define IDLE_MS         10000

/* Where things are in the list for poll(2); connections follow. */
enum { POLL_SIGNALS, POLL_READY, POLL_LISTENER, POLL_FIRST };

typedef struct agent_loop {
    const agent_service *service;
    agent_workers *workers;
    int listener;
    int signals;
    int ready;
    bool standard;       /* over standard input and output */
    bool draining;       /* what was begun is finished, nothing new is */
    long long drain_end; /* when nobody needs to wait for readers any more; 0: jobs left */
    size_t jobs;         /* that the workers have */
    uint64_t connections_seen;
    agent_connection *connections[CONNECTIONS_MAX];
    struct pollfd polled[POLL_FIRST + 2 * CONNECTIONS_MAX];
} agent_loop;

/* ------------------------------------------------------------------------------------- answers */

/* An answer of the loop itself. */
static void reply(agent_connection *connection, const char *id, const char *result,
                  const char *text)
{
    agent_answer answer;

    agent_answer_start(&answer, id);
    if (agent_answer_finish(&answer, result, text))
        agent_connection_send(connection, answer.bytes, answer.length);
    else
        connection->broken = true;
    agent_answer_clear(&answer);
}

static agent_connection *find_connection(const agent_loop *loop, uint64_t number)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (loop->connections[i] != NULL && loop->connections[i]->number == number)
            return loop->connections[i];
    }
    return NULL;
}

static void deliver(agent_loop *loop)
{
    agent_job *job;
    uint64_t count;

    /* the call first: a job that is finished in between calls again */
    (void)!read(loop->ready, &count, sizeof(count));
    job = agent_workers_collect(loop->workers);
    while (job != NULL) {
        agent_job *next = job->next;
        agent_connection *connection = find_connection(loop, job->connection);

        loop->jobs--;
        if (connection != NULL) {
            connection->in_flight--;
            if (job->answer.length > 0)
                agent_connection_send(connection, job->answer.bytes, job->answer.length);
            else
                connection->broken = true; /* no memory even to say so */
        }
        agent_job_free(&job);
        job = next;
    }
}

/* ------------------------------------------------------------------------------------ requests */

static void submit(agent_loop *loop, agent_connection *connection, agent_frame *frame)
{
    agent_job *job = calloc(1, sizeof(*job));

    if (job == NULL) {
        reply(connection, frame->fields[0], "NO_MEMORY", NULL);
        return;
    }
    job->connection = connection->number;
    job->frame = *frame;
    *frame = (agent_frame){.field_count = 0};
    /* counted first: a worker may be done before this thread goes on */
    connection->in_flight++;
    loop->jobs++;
    if (agent_workers_submit(loop->workers, job))
        return;
    connection->in_flight--;
    loop->jobs--;
    reply(connection, job->frame.fields[0], "THROTTLED", NULL);
    agent_job_free(&job);
}

static void take_request(agent_loop *loop, agent_connection *connection, agent_frame *frame)
{
    const char *problem = NULL;
    const agent_operation *operation = agent_operation_of(frame, &problem);

    if (operation == NULL)
        reply(connection, frame->fields[0], "BAD_REQUEST", problem);
    else if (operation->run == NULL)
        reply(connection, frame->fields[0], "OK", "version=" PACKAGE_VERSION);
    else if (loop->draining || connection->in_flight >= AGENT_IN_FLIGHT_MAX)
        reply(connection, frame->fields[0], "THROTTLED", NULL);
    else
        submit(loop, connection, frame);
}

static void take_frame(agent_loop *loop, agent_connection *connection, const char *bytes,
                       size_t length)
{
    const char *problem = NULL;
    agent_frame frame;

    switch (agent_frame_parse(bytes, length, &frame, &problem)) {
    case AGENT_FRAME_GOOD:
        agent_connection_consume(connection, length);
        take_request(loop, connection, &frame);
        break;
    case AGENT_FRAME_BAD:
        agent_connection_consume(connection, length);
        reply(connection, frame.fields[0], "BAD_REQUEST", problem);
        break;
    case AGENT_FRAME_LOST:
        agent_connection_stop_reading(connection);
        reply(connection, "", "BAD_REQUEST", problem);
        inv_log_write(loop->service->gate->log, INV_LOG_WARNING,
                      "a client is let go, it sent what is no request of invite-agent(7)");
        break;
    }
    agent_frame_clear(&frame);
}

static void take_input(agent_loop *loop, agent_connection *connection)
{
    const long long now = agent_limits_now();
    const char *bytes;
    size_t length;

    agent_connection_read(connection, now);
    while (agent_connection_frame(connection, &bytes, &length)) {
        take_frame(loop, connection, bytes, length);
        connection->partial_since = now;
    }
}

/* --------------------------------------------------------------------------------- connections */

static bool add_connection(agent_loop *loop, int input, int output)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (loop->connections[i] == NULL) {
            loop->connections[i] = agent_connection_new(++loop->connections_seen, input, output);
            return loop->connections[i] != NULL;
        }
    }
    return false;
}

static void accept_connections(agent_loop *loop)
{
    int descriptor;

    while ((descriptor = accept4(loop->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        if (!add_connection(loop, descriptor, descriptor)) {
            inv_log_write(loop->service->gate->log, INV_LOG_WARNING,
                          "a client is turned away: %d are connected", CONNECTIONS_MAX);
            (void)close(descriptor);
        }
    }
}

/* Sends, looks for frames that never become whole, and lets go of what is over. */
static void tend_connections(agent_loop *loop)
{
    const long long now = agent_limits_now();

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        agent_connection *connection = loop->connections[i];

        if (connection == NULL)
            continue;
        if (agent_connection_stuck(connection, now))
            agent_connection_stop_reading(connection);
        if (agent_connection_over(connection))
            agent_connection_free(&loop->connections[i]);
    }
}

/* ----------------------------------------------------------------------------------------- end */

static void take_signal(agent_loop *loop)
{
    struct signalfd_siginfo information;

    if (read(loop->signals, &information, sizeof(information)) != (ssize_t)sizeof(information))
        return;
    inv_log_write(loop->service->gate->log, INV_LOG_INFO,
                  "told to end: %zu requests are finished first", loop->jobs);
    loop->draining = true;
}

static bool has_unsent(const agent_loop *loop)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (loop->connections[i] != NULL && loop->connections[i]->unsent_length > 0)
            return true;
    }
    return false;
}

static bool has_connection(const agent_loop *loop)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (loop->connections[i] != NULL)
            return true;
    }
    return false;
}

static bool is_done(agent_loop *loop)
{
    if (loop->standard && !has_connection(loop))
        loop->draining = true;
    if (!loop->draining || loop->jobs > 0)
        return false;
    if (loop->drain_end == 0)
        loop->drain_end = agent_limits_now() + LAST_WORDS_MS;
    return !has_unsent(loop) || agent_limits_now() >= loop->drain_end;
}

/* ---------------------------------------------------------------------------------------- turns */

static short wanted_events(const agent_connection *connection, bool input)
{
    if (input)
        return agent_connection_wants_input(connection) ? POLLIN : 0;
    return connection->unsent_length > 0 ? POLLOUT : 0;
}

/* Two places for each connection: standard input and output are two descriptors. */
static void prepare_poll(agent_loop *loop)
{
    loop->polled[POLL_SIGNALS] = (struct pollfd){.fd = loop->signals, .events = POLLIN};
    loop->polled[POLL_READY] = (struct pollfd){.fd = loop->ready, .events = POLLIN};
    loop->polled[POLL_LISTENER] =
        (struct pollfd){.fd = loop->draining ? -1 : loop->listener, .events = POLLIN};
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const agent_connection *connection = loop->connections[i];
        struct pollfd *pair = &loop->polled[POLL_FIRST + 2 * i];

        pair[0] = pair[1] = (struct pollfd){.fd = -1};
        if (connection == NULL)
            continue;
        pair[0].events = wanted_events(connection, true);
        pair[1].events = wanted_events(connection, false);
        /* without events poll still reports a hang-up, over and over */
        pair[0].fd = pair[0].events != 0 ? connection->input : -1;
        pair[1].fd = pair[1].events != 0 ? connection->output : -1;
    }
}

static void turn(agent_loop *loop)
{
    prepare_poll(loop);
    if (poll(loop->polled, POLL_FIRST + 2 * CONNECTIONS_MAX, loop->drain_end != 0 ? 100 : IDLE_MS) <
        0)
        return; /* EINTR */
    if (loop->polled[POLL_SIGNALS].revents != 0)
        take_signal(loop);
    if (loop->polled[POLL_READY].revents != 0)
        deliver(loop);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const struct pollfd *pair = &loop->polled[POLL_FIRST + 2 * i];

        if (loop->connections[i] != NULL && pair[0].revents != 0)
            take_input(loop, loop->connections[i]);
        if (loop->connections[i] != NULL)
            agent_connection_flush(loop->connections[i]);
    }
    if (loop->polled[POLL_LISTENER].revents != 0)
        accept_connections(loop); /* last: new ones are not in the list that was polled */
    tend_connections(loop);
}

static inv_result open_loop(agent_loop *loop, inv_verdict *verdict)
{
    sigset_t ends;

    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) == 0)
        loop->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    loop->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->signals < 0 || loop->ready < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot wait for signals and workers: %s",
                               strerror(errno));
    if (loop->standard && !add_connection(loop, STDIN_FILENO, STDOUT_FILENO))
        return inv_verdict_no_memory(verdict);
    return agent_workers_start(loop->service, loop->ready, &loop->workers, verdict);
}

inv_result agent_loop_run(const agent_service *service, int listener, inv_verdict *verdict)
{
    agent_loop *loop = calloc(1, sizeof(*loop));
    inv_result result;

    if (loop == NULL)
        return inv_verdict_no_memory(verdict);
    loop->service = service;
    loop->listener = listener;
    loop->standard = listener < 0;
    loop->signals = loop->ready = -1;
    result = open_loop(loop, verdict);
    while (result == INV_OK && !is_done(loop))
        turn(loop);
    agent_workers_stop(&loop->workers);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        agent_connection_free(&loop->connections[i]);
    if (loop->signals >= 0)
        (void)close(loop->signals);
    if (loop->ready >= 0)
        (void)close(loop->ready);
    free(loop);
    return result;
}
