/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/ldap_proxy.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/ldap_message.h"

#define CONNECTIONS_MAX   16
#define MESSAGES_SIZE     (256 * 1024)
#define LOOK_MILLISECONDS 10 /* how often a held request looks for its release */

struct ldap_proxy {
    struct proxy_plan *plan;
    pid_t pid;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/* Bytes read, up to the end of the last whole message not handed on yet. */
struct stream {
    unsigned char bytes[MESSAGES_SIZE];
    size_t length;
};

/* What the fault of this connection waits for. */
enum waiting { WAITING_NOT, WAITING_TO_SEND, WAITING_FOR_ANSWER };

struct connection {
    int client; /* -1: gone */
    int server;
    struct stream requests;
    struct stream answers;
    enum waiting waiting;
    proxy_fault fault;
    long message_id;
    unsigned char late[MESSAGES_SIZE];
    size_t late_length;
    struct timespec due;
};

struct relay {
    struct proxy_plan *plan;
    const char *server_path;
    int listener;
    struct connection *connections[CONNECTIONS_MAX];
};

/* ------------------------------------------------------------------------------------ sockets */

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    return address;
}

static void send_all(int descriptor, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return; /* the other side will be seen to be gone */
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void end_connection(struct relay *relay, struct connection **connection)
{
    struct connection *old = *connection;

    if (old->waiting != WAITING_NOT)
        relay->plan->late_done = true;
    if (old->client >= 0)
        (void)close(old->client);
    if (old->server >= 0)
        (void)close(old->server);
    free(old);
    *connection = NULL;
}

static void take_connection(struct relay *relay)
{
    struct sockaddr_un address = address_of(relay->server_path);
    int client = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct connection **place = NULL;

    for (size_t i = 0; i < CONNECTIONS_MAX && place == NULL; i++) {
        if (relay->connections[i] == NULL)
            place = &relay->connections[i];
    }
    if (client < 0 || server < 0 || place == NULL ||
        connect(server, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        (*place = calloc(1, sizeof(**place))) == NULL) {
        if (client >= 0)
            (void)close(client);
        if (server >= 0)
            (void)close(server);
        return;
    }
    (*place)->client = client;
    (*place)->server = server;
}

/* ------------------------------------------------------------------------------------- faults */

static bool is_hit(struct proxy_plan *plan, size_t number)
{
    if (plan->fault == PROXY_FAITHFUL || plan->at == 0)
        return false;
    return plan->from_on ? number >= plan->at : number == plan->at && !plan->happened;
}

static struct timespec in_milliseconds(long milliseconds)
{
    struct timespec moment = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += milliseconds / 1000;
    moment.tv_nsec += milliseconds % 1000 * 1000000;
    if (moment.tv_nsec >= 1000000000) {
        moment.tv_sec++;
        moment.tv_nsec -= 1000000000;
    }
    return moment;
}

static bool is_over(const struct timespec *moment)
{
    struct timespec now = in_milliseconds(0);

    return now.tv_sec > moment->tv_sec ||
           (now.tv_sec == moment->tv_sec && now.tv_nsec >= moment->tv_nsec);
}

static void await_answer(struct connection *connection, const struct ldap_message *request)
{
    connection->waiting = WAITING_FOR_ANSWER;
    connection->message_id = request->id;
    send_all(connection->server, request->bytes, request->size);
}

static void send_later(struct relay *relay, struct connection *connection,
                       const struct ldap_message *request)
{
    memcpy(connection->late, request->bytes, request->size);
    connection->late_length = request->size;
    connection->message_id = request->id;
    connection->due = in_milliseconds(relay->plan->delay_milliseconds);
    connection->waiting = WAITING_TO_SEND;
}

static void answer(struct connection *connection, const struct ldap_message *request, int code)
{
    unsigned char response[LDAP_RESPONSE_SIZE];

    send_all(connection->client, response, ldap_message_answer(request, code, response));
}

/* The fault's part that comes with the request. False: the connection is to end. */
static bool do_wrong(struct relay *relay, struct connection *connection,
                     const struct ldap_message *request)
{
    struct proxy_plan *plan = relay->plan;

    connection->fault = plan->fault;
    plan->happened = true;
    switch (connection->fault) {
    case PROXY_ANSWER:
        answer(connection, request, plan->code);
        return true;
    case PROXY_DELAY:
    case PROXY_HOLD:
    case PROXY_HOLD_BOTH:
        send_later(relay, connection, request);
        return true;
    case PROXY_KILL_CLIENT_BEFORE:
        (void)kill(plan->client, SIGKILL);
        return false;
    case PROXY_KILL_SERVER_BEFORE:
        (void)kill(plan->server, SIGKILL);
        return false;
    case PROXY_FREEZE:
        (void)kill(plan->server, SIGSTOP);
        send_all(connection->server, request->bytes, request->size);
        return true;
    case PROXY_DROP_AFTER:
    case PROXY_SWALLOW:
    case PROXY_KILL_CLIENT_AFTER:
    case PROXY_KILL_SERVER_AFTER:
        await_answer(connection, request);
        return true;
    case PROXY_FAITHFUL:
    case PROXY_DROP_BEFORE:
        break;
    }
    return false;
}

/* The fault's part that comes with the answer. False: the connection is to end. */
static bool do_wrong_after(struct relay *relay, struct connection *connection)
{
    connection->waiting = WAITING_NOT;
    switch (connection->fault) {
    case PROXY_SWALLOW:
    case PROXY_HOLD_BOTH:
        return true;
    case PROXY_DELAY:
    case PROXY_HOLD:
        relay->plan->late_done = true;
        return connection->client >= 0;
    case PROXY_KILL_CLIENT_AFTER:
        (void)kill(relay->plan->client, SIGKILL);
        return false;
    case PROXY_KILL_SERVER_AFTER:
        (void)kill(relay->plan->server, SIGKILL);
        return false;
    default:
        return false;
    }
}

/* ----------------------------------------------------------------------------------- relaying */

static bool read_more(int descriptor, struct stream *stream)
{
    ssize_t length =
        read(descriptor, stream->bytes + stream->length, sizeof(stream->bytes) - stream->length);

    if (length > 0)
        stream->length += (size_t)length;
    return length > 0;
}

static void forget_first(struct stream *stream, size_t size)
{
    stream->length -= size;
    memmove(stream->bytes, stream->bytes + size, stream->length);
}

/* What was put off goes to slapd in any case, also without a client. */
static bool owes_late_request(const struct connection *connection)
{
    return connection->waiting != WAITING_NOT && connection->late_length > 0;
}

static bool pass_request(struct relay *relay, struct connection *connection,
                         const struct ldap_message *request)
{
    size_t number;

    if (request->operation == LDAP_OP_UNBIND)
        return owes_late_request(connection);
    number = ++relay->plan->requests;
    if (number <= PROXY_REQUESTS_MAX)
        ldap_message_label(request, relay->plan->labels[number - 1], PROXY_LABEL_SIZE);
    if (is_hit(relay->plan, number))
        return do_wrong(relay, connection, request);
    send_all(connection->server, request->bytes, request->size);
    return true;
}

/* False: the connection is to end. */
static bool take_requests(struct relay *relay, struct connection *connection)
{
    struct ldap_message request;

    if (!read_more(connection->client, &connection->requests)) {
        (void)close(connection->client);
        connection->client = -1;
        return owes_late_request(connection);
    }
    while (ldap_message_read(connection->requests.bytes, connection->requests.length, &request)) {
        if (!pass_request(relay, connection, &request))
            return false;
        forget_first(&connection->requests, request.size);
    }
    return true;
}

static bool take_answers(struct relay *relay, struct connection *connection)
{
    struct ldap_message response;

    if (!read_more(connection->server, &connection->answers))
        return false;
    while (ldap_message_read(connection->answers.bytes, connection->answers.length, &response)) {
        bool awaited = connection->waiting == WAITING_FOR_ANSWER &&
                       response.id == connection->message_id && ldap_message_ends(&response);

        if (awaited && !do_wrong_after(relay, connection))
            return false;
        if ((!awaited || connection->fault == PROXY_HOLD_BOTH) && connection->client >= 0)
            send_all(connection->client, response.bytes, response.size);
        forget_first(&connection->answers, response.size);
    }
    return true;
}

static void send_what_is_due(struct relay *relay, struct connection *connection)
{
    bool held = connection->fault == PROXY_HOLD || connection->fault == PROXY_HOLD_BOTH;
    bool due = held ? relay->plan->released : is_over(&connection->due);

    if (connection->waiting != WAITING_TO_SEND || !due)
        return;
    connection->waiting = WAITING_FOR_ANSWER;
    send_all(connection->server, connection->late, connection->late_length);
}

static void look_after(struct relay *relay, struct connection **connection,
                       const struct pollfd *client, const struct pollfd *server)
{
    bool goes_on = true;

    if (client->revents != 0 && (*connection)->client >= 0)
        goes_on = take_requests(relay, *connection);
    if (goes_on && server->revents != 0)
        goes_on = take_answers(relay, *connection);
    if (goes_on)
        send_what_is_due(relay, *connection);
    else
        end_connection(relay, connection);
}

static void relay_messages(struct relay *relay)
{
    for (;;) {
        struct pollfd sockets[1 + 2 * CONNECTIONS_MAX] = {{relay->listener, POLLIN, 0}};
        int patience = -1;

        for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
            const struct connection *connection = relay->connections[i];
            struct pollfd *pair = &sockets[1 + 2 * i];

            pair[0] = (struct pollfd){connection != NULL ? connection->client : -1, POLLIN, 0};
            pair[1] = (struct pollfd){connection != NULL ? connection->server : -1, POLLIN, 0};
            if (connection != NULL && connection->waiting == WAITING_TO_SEND)
                patience = LOOK_MILLISECONDS;
        }
        if (poll(sockets, sizeof(sockets) / sizeof(sockets[0]), patience) < 0 && errno != EINTR)
            return;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
            if (relay->connections[i] != NULL)
                look_after(relay, &relay->connections[i], &sockets[1 + 2 * i], &sockets[2 + 2 * i]);
        }
        if (sockets[0].revents != 0)
            take_connection(relay);
    }
}

/* --------------------------------------------------------------------------------- the process */

struct ldap_proxy *ldap_proxy_start(const char *path, const char *server_path)
{
    struct ldap_proxy *proxy = calloc(1, sizeof(*proxy));
    struct sockaddr_un address = address_of(path);
    struct relay relay = {.server_path = server_path,
                          .listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    pid_t parent = getpid();

    ck_assert_ptr_nonnull(proxy);
    ck_assert_uint_lt(strlen(path), sizeof(proxy->path));
    (void)snprintf(proxy->path, sizeof(proxy->path), "%s", path);
    proxy->plan =
        mmap(NULL, sizeof(*proxy->plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(proxy->plan, MAP_FAILED);
    relay.plan = proxy->plan;
    ck_assert_int_ge(relay.listener, 0);
    ck_assert_int_eq(bind(relay.listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(relay.listener, 16), 0);
    proxy->pid = fork();
    ck_assert_int_ge(proxy->pid, 0);
    if (proxy->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            relay_messages(&relay);
        _exit(0);
    }
    (void)close(relay.listener);
    return proxy;
}

struct proxy_plan *ldap_proxy_plan(struct ldap_proxy *proxy)
{
    return proxy->plan;
}

void ldap_proxy_reset(struct ldap_proxy *proxy)
{
    struct proxy_plan *plan = proxy->plan;

    plan->fault = PROXY_FAITHFUL;
    plan->at = 0;
    plan->from_on = false;
    plan->released = false;
    plan->requests = 0;
    plan->happened = false;
    plan->late_done = false;
    memset(plan->labels, 0, sizeof(plan->labels));
}

void ldap_proxy_stop(struct ldap_proxy **proxy)
{
    struct ldap_proxy *old = *proxy;
    int status;

    *proxy = NULL;
    if (old == NULL)
        return;
    (void)kill(old->pid, SIGKILL);
    (void)waitpid(old->pid, &status, 0);
    (void)unlink(old->path);
    (void)munmap(old->plan, sizeof(*old->plan));
    free(old);
}
