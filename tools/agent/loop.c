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

#include "descriptors.h"
#include "places.h"

#define LAST_WORDS_MS  5000 /* for clients to read their answers when the agent ends */
#define LAST_TURN_MS   100
#define LOOK_MS        1000  /* how often begun frames are checked for their age */
#define ACCEPT_WAIT_MS 1000  /* after accept(2) has failed */
#define SAY_AGAIN_MS   60000 /* before the same line of the log may come again */

/* Indexes in the list for poll(2); those of the connections follow. */
enum { POLL_SIGNALS, POLL_READY, POLL_LISTENER };

typedef struct agent_loop {
    agent_service *service;
    inv_context **context;
    const char *config_path;
    agent_workers *workers;
    inv_context *old_context; /* of the configuration before a reload, until its workers are done */
    agent_workers *old_workers;
    bool reload; /* SIGHUP came while old_workers were at work */
    int listener;
    int signals;
    int ready;
    bool standard;       /* over standard input and output */
    bool draining;       /* no new request is begun; those under way are finished */
    long long drain_end; /* when the agent ends though clients have not read their answers; 0: there
                            are jobs left */
    long long accept_after;  /* no connection is taken before this moment; 0: at any time */
    long long say_turn_away; /* the same line of the log may not come before this moment */
    long long say_accept;
    size_t jobs; /* requests that workers have */
    agent_places places;
    struct pollfd polled[AGENT_POLLED_MAX];
} agent_loop;

static const inv_log *log_of(const agent_loop *loop)
{
    return loop->service->context->log;
}

/* Whether a line is due that is written once a minute at most. */
static bool is_due(long long *next)
{
    long long now = agent_limits_now();

    if (now < *next)
        return false;
    *next = now + SAY_AGAIN_MS;
    return true;
}

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

/*
 * Takes the job off its connection, which may be gone (NULL): it was answered, or needs no answer.
 */
static agent_connection *take_back(agent_loop *loop, const agent_job *job)
{
    agent_connection *connection = agent_places_find(&loop->places, job->connection);

    loop->jobs--;
    if (connection != NULL)
        connection->in_flight--;
    return connection;
}

/* Answers THROTTLED and frees the job. */
static void refuse(agent_loop *loop, agent_job *job)
{
    agent_connection *connection = take_back(loop, job);

    if (connection != NULL)
        reply(connection, job->frame.fields[0], "THROTTLED", NULL);
    agent_job_free(&job);
}

static void deliver_from(agent_loop *loop, agent_workers *workers)
{
    agent_job *job = workers != NULL ? agent_workers_collect(workers) : NULL;

    while (job != NULL) {
        agent_job *next = job->next;
        agent_connection *connection = take_back(loop, job);

        if (connection != NULL && job->answer.length > 0)
            agent_connection_send(connection, job->answer.bytes, job->answer.length);
        else if (connection != NULL)
            connection->broken = true; /* there was no memory even for NO_MEMORY */
        agent_job_free(&job);
        job = next;
    }
}

/* --------------------------------------------------------------------------------------- reload */

static void tell_what_stays(const agent_loop *loop, const inv_agent_settings *before)
{
    const inv_agent_settings *now = &loop->service->context->config->agent;

    if (!loop->standard && (strcmp(before->socket, now->socket) != 0 ||
                            strcmp(before->socket_group, now->socket_group) != 0 ||
                            before->socket_mode != now->socket_mode))
        inv_log_write(
            log_of(loop), INV_LOG_WARNING,
            "the socket stays as it was: what is changed of it counts from the next start");
}

/* Requests that wait go to the new workers; those that are under way end with the old ones. */
static void change_workers(agent_loop *loop, inv_context *context, agent_workers *workers)
{
    agent_job *job = agent_workers_retire(loop->workers);

    loop->old_workers = loop->workers;
    loop->old_context = *loop->context;
    loop->workers = workers;
    *loop->context = context;
    loop->service->context = context;
    agent_limits_set(loop->service->limits, &context->config->agent);
    while (job != NULL) {
        agent_job *next = job->next;
        agent_job *refused = agent_workers_submit(workers, job);

        if (refused != NULL)
            refuse(loop, refused);
        job = next;
    }
}

static void reload(agent_loop *loop)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    agent_service fresh = *loop->service;
    agent_workers *workers = NULL;
    inv_context *context = NULL;
    inv_result result = inv_context_open(loop->config_path, NULL, &context, &verdict);

    fresh.context = context;
    if (result == INV_OK)
        result = agent_descriptors_ensure(context->config->agent.workers, &verdict);
    if (result == INV_OK)
        result = agent_workers_start(&fresh, loop->ready, &workers, &verdict);
    if (result != INV_OK) {
        inv_log_write(log_of(loop), INV_LOG_ERROR, "goes on with the configuration it has: %s",
                      verdict.why);
        inv_context_free(&context);
        return;
    }
    change_workers(loop, context, workers);
    tell_what_stays(loop, &loop->old_context->config->agent);
    inv_log_write(log_of(loop), INV_LOG_INFO, "has read %s again", context->config->path);
}

/*
 * Frees the workers of the configuration before, once they are idle. Only then comes the next
 * reload, so that there are never three configurations.
 */
static void end_old_workers(agent_loop *loop)
{
    if (loop->old_workers != NULL && !agent_workers_idle(loop->old_workers))
        return;
    agent_workers_stop(&loop->old_workers);
    inv_context_free(&loop->old_context);
    if (loop->reload && !loop->draining) {
        loop->reload = false;
        reload(loop);
    }
}

static void deliver(agent_loop *loop)
{
    uint64_t count;

    /* the eventfd first: a job that is finished in between writes to it again */
    (void)!read(loop->ready, &count, sizeof(count));
    deliver_from(loop, loop->old_workers);
    deliver_from(loop, loop->workers);
    end_old_workers(loop);
}

/* ------------------------------------------------------------------------------------ requests */

static void submit(agent_loop *loop, agent_connection *connection, const agent_operation *operation,
                   agent_frame *frame)
{
    const long timeout = loop->service->context->config->directory.timeout_ms;
    agent_job *job = calloc(1, sizeof(*job));
    agent_job *refused;

    if (job == NULL) {
        reply(connection, frame->fields[0], "NO_MEMORY", NULL);
        return;
    }
    job->connection = connection->number;
    job->begin_by = inv_deadline_in(AGENT_WAIT_IN_QUEUE * timeout);
    agent_claim_of(loop->service, operation, frame, connection->number, &job->claim);
    job->frame = *frame;
    *frame = (agent_frame){.field_count = 0};
    /* counted before: a worker may have finished the job before this thread goes on */
    connection->in_flight++;
    loop->jobs++;
    refused = agent_workers_submit(loop->workers, job);
    if (refused != NULL)
        refuse(loop, refused);
}

static void take_request(agent_loop *loop, agent_connection *connection, agent_frame *frame)
{
    const char *problem = NULL;
    const agent_operation *operation = agent_operation_of(frame, &problem);

    if (operation == NULL)
        reply(connection, frame->fields[0], "BAD_REQUEST", problem);
    else if (operation->run == NULL)
        reply(connection, frame->fields[0], "OK", "version=" PACKAGE_VERSION);
    else if (loop->draining)
        reply(connection, frame->fields[0], "THROTTLED", NULL);
    else
        submit(loop, connection, operation, frame);
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
        inv_log_write(log_of(loop), INV_LOG_WARNING,
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

static void take_connection(agent_loop *loop, int descriptor)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t length = sizeof(peer);
    const char *problem = NULL;

    (void)getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length);
    if (agent_places_add(&loop->places, descriptor, descriptor, peer.uid, &problem) != NULL)
        return;
    (void)close(descriptor);
    if (is_due(&loop->say_turn_away))
        inv_log_write(log_of(loop), INV_LOG_WARNING, "a client of user %ld is turned away: %s",
                      (long)peer.uid, problem);
}

/*
 * Why accept(2) failed: no client waits; the one that waited is gone; resources are short, and it
 * is tried later; or (INV_CONFIG) the descriptor can be no socket.
 */
static inv_result check_accept(agent_loop *loop, int error, inv_verdict *verdict)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
        return INV_OK;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        return inv_verdict_set(verdict, INV_CONFIG, "cannot take connections: %s", strerror(error));
    default:
        loop->accept_after = agent_limits_now() + ACCEPT_WAIT_MS;
        if (is_due(&loop->say_accept))
            inv_log_write(log_of(loop), INV_LOG_ERROR, "cannot take a connection now: %s",
                          strerror(error));
        return INV_OK;
    }
}

static inv_result accept_connections(agent_loop *loop, inv_verdict *verdict)
{
    int descriptor;

    /* at most as many as can have waited, so that connected clients have their turn */
    for (int i = 0; i < AGENT_PLACES_MAX; i++) {
        descriptor = accept4(loop->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0)
            return check_accept(loop, errno, verdict);
        take_connection(loop, descriptor);
    }
    return INV_OK;
}

/* ----------------------------------------------------------------------------------------- end */

static void take_signal(agent_loop *loop)
{
    struct signalfd_siginfo information;

    if (read(loop->signals, &information, sizeof(information)) != (ssize_t)sizeof(information))
        return;
    if (information.ssi_signo != SIGHUP) {
        inv_log_write(log_of(loop), INV_LOG_INFO, "told to end: %zu requests are finished first",
                      loop->jobs);
        loop->draining = true;
    } else if (!loop->draining) {
        loop->reload = true;
        end_old_workers(loop);
    }
}

static bool is_done(agent_loop *loop)
{
    if (loop->standard && agent_places_empty(&loop->places))
        loop->draining = true;
    if (!loop->draining || loop->jobs > 0)
        return false;
    if (loop->drain_end == 0)
        loop->drain_end = agent_limits_now() + LAST_WORDS_MS;
    return !agent_places_have_unsent(&loop->places) || agent_limits_now() >= loop->drain_end;
}

/* ---------------------------------------------------------------------------------------- turns */

static size_t prepare_poll(agent_loop *loop)
{
    size_t count = AGENT_POLLED_FIRST;
    bool accepts;

    if (agent_limits_now() >= loop->accept_after)
        loop->accept_after = 0;
    accepts = !loop->draining && loop->accept_after == 0;
    loop->polled[POLL_SIGNALS] = (struct pollfd){.fd = loop->signals, .events = POLLIN};
    loop->polled[POLL_READY] = (struct pollfd){.fd = loop->ready, .events = POLLIN};
    loop->polled[POLL_LISTENER] =
        (struct pollfd){.fd = accepts ? loop->listener : -1, .events = POLLIN};
    agent_places_prepare(&loop->places, loop->polled, &count);
    return count;
}

static void serve_connections(agent_loop *loop)
{
    for (size_t i = 0; i < AGENT_PLACES_MAX; i++) {
        agent_connection *connection = loop->places.connections[i];

        if (connection == NULL)
            continue;
        if (connection->polled != 0 && (loop->polled[connection->polled].revents &
                                        (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0)
            take_input(loop, connection);
        agent_connection_flush(connection);
    }
}

/* The timeout of poll(2) in milliseconds: -1 unless something has to end by time. */
static int patience(const agent_loop *loop)
{
    if (loop->drain_end != 0)
        return LAST_TURN_MS;
    return agent_places_have_begun(&loop->places) || loop->accept_after != 0 ? LOOK_MS : -1;
}

static inv_result turn(agent_loop *loop, inv_verdict *verdict)
{
    const size_t count = prepare_poll(loop);
    inv_result result = INV_OK;

    if (poll(loop->polled, count, patience(loop)) < 0) {
        if (errno == EINTR)
            return INV_OK;
        return inv_verdict_set(verdict, INV_CONFIG, "cannot wait for clients any more: %s",
                               strerror(errno));
    }
    if (loop->polled[POLL_SIGNALS].revents != 0)
        take_signal(loop);
    if (loop->polled[POLL_READY].revents != 0)
        deliver(loop);
    serve_connections(loop);
    if (loop->polled[POLL_LISTENER].revents != 0) /* last: they are not in polled yet */
        result = accept_connections(loop, verdict);
    agent_places_tend(&loop->places, agent_limits_now());
    return result;
}

static inv_result open_loop(agent_loop *loop, inv_verdict *verdict)
{
    const char *problem = NULL;
    sigset_t taken;

    (void)sigemptyset(&taken);
    (void)sigaddset(&taken, SIGTERM);
    (void)sigaddset(&taken, SIGINT);
    (void)sigaddset(&taken, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &taken, NULL) == 0)
        loop->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    loop->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->signals < 0 || loop->ready < 0)
        return inv_verdict_set(verdict, INV_CONFIG, "cannot wait for signals and workers: %s",
                               strerror(errno));
    if (loop->standard &&
        agent_places_add(&loop->places, STDIN_FILENO, STDOUT_FILENO, getuid(), &problem) == NULL)
        return inv_verdict_no_memory(verdict);
    return agent_workers_start(loop->service, loop->ready, &loop->workers, verdict);
}

void agent_loop_keep_signal(int number)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, number);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
}

inv_result agent_loop_run(agent_service *service, inv_context **context, const char *config_path,
                          int listener, inv_verdict *verdict)
{
    agent_loop *loop = calloc(1, sizeof(*loop));
    inv_result result;

    if (loop == NULL)
        return inv_verdict_no_memory(verdict);
    loop->service = service;
    loop->context = context;
    loop->config_path = config_path;
    loop->listener = listener;
    loop->standard = listener < 0;
    loop->signals = loop->ready = -1;
    result = open_loop(loop, verdict);
    while (result == INV_OK && !is_done(loop))
        result = turn(loop, verdict);
    agent_workers_stop(&loop->old_workers);
    agent_workers_stop(&loop->workers);
    inv_context_free(&loop->old_context);
    agent_places_clear(&loop->places);
    if (loop->signals >= 0)
        (void)close(loop->signals);
    if (loop->ready >= 0)
        (void)close(loop->ready);
    free(loop);
    return result;
}
