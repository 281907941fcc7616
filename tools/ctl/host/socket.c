/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MILLISECONDS 15000 /* as mod_invitegate has by default */
#define REQUEST_MAX           1024
#define ANSWER_MAX            65535

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int file = open(path, O_PATH | O_CLOEXEC);
    int connection;
    int cause;

    if (file < 0)
        return -1;
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* by its descriptor: the path may be too long for an address */
    ctl_host_write(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
    if (connection >= 0 &&
        connect(connection, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        cause = errno;
        (void)close(connection);
        errno = cause;
        connection = -1;
    }
    cause = errno;
    (void)close(file);
    errno = cause;
    return connection;
}

int ctl_socket_connect(const char *path, const ctl_user *user, pid_t *server)
{
    struct ucred peer = {.pid = 0};
    socklen_t size = sizeof(peer);
    int connection;
    int cause;

    if (user != NULL && !ctl_user_become(user)) {
        errno = EPERM;
        return -1;
    }
    connection = connect_to(path);
    cause = errno;
    if (user != NULL)
        ctl_user_return();
    errno = cause;
    if (connection >= 0 && server != NULL)
        *server = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
    return connection;
}

static bool wait_for(int descriptor)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    const int count = poll(&ready, 1, PATIENCE_MILLISECONDS);

    if (count == 0)
        errno = ETIMEDOUT;
    return count > 0;
}

static bool read_whole(int descriptor, char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t got = wait_for(descriptor) ? read(descriptor, bytes, length) : -1;

        if (got == 0)
            errno = ECONNRESET;
        if (got <= 0)
            return false;
        bytes += got;
        length -= (size_t)got;
    }
    return true;
}

/* The fields of a frame behind id: result and text. */
static void take_fields(const char *frame, size_t length, ctl_agent_answer *answer)
{
    const char *end = frame + length;
    const char *result = memchr(frame, '\0', length);
    const char *text;

    *answer = (ctl_agent_answer){.result = ""};
    if (result == NULL)
        return;
    result++;
    text = memchr(result, '\0', (size_t)(end - result));
    ctl_host_write(answer->result, sizeof(answer->result), "%.*s",
                   (int)((text != NULL ? text : end) - result), result);
    if (text != NULL && ++text < end)
        ctl_host_write(answer->text, sizeof(answer->text), "%.*s",
                       (int)strnlen(text, (size_t)(end - text)), text);
}

/* Bytes on their way to a server; some are passwords. */
typedef struct request {
    char bytes[REQUEST_MAX];
    size_t length;
    bool too_long;
} request;

static void append(request *made, const char *bytes, size_t length)
{
    if (length > sizeof(made->bytes) - made->length) {
        made->too_long = true;
        return;
    }
    memcpy(made->bytes + made->length, bytes, length);
    made->length += length;
}

static void append_length(request *made, size_t length)
{
    const char bytes[2] = {(char)(length >> 8), (char)(length & 255)};

    append(made, bytes, sizeof(bytes));
}

static bool send_and_wipe(int connection, request *made)
{
    bool sent = !made->too_long &&
                send(connection, made->bytes, made->length, MSG_NOSIGNAL) == (ssize_t)made->length;

    if (made->too_long)
        errno = EMSGSIZE;
    explicit_bzero(made, sizeof(*made));
    return sent;
}

/* The frame of invite-agent(7), with 1 for its id. */
static bool send_request(int agent, const char *domain, const char *op,
                         const char *const *arguments)
{
    request made = {.length = 0};

    append_length(&made, 0);
    append(&made, "1", 1);
    append(&made, "", 1);
    append(&made, op, strlen(op));
    append(&made, "", 1);
    append(&made, domain, strlen(domain));
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        append(&made, "", 1);
        append(&made, arguments[i], strlen(arguments[i]));
    }
    made.bytes[0] = (char)((made.length - 2) >> 8);
    made.bytes[1] = (char)((made.length - 2) & 255);
    return send_and_wipe(agent, &made);
}

bool ctl_socket_ask(int agent, const char *domain, const char *op, const char *const *arguments,
                    ctl_agent_answer *answer)
{
    static char frame[ANSWER_MAX];

    if (!send_request(agent, domain, op, arguments))
        return false;
    do {
        unsigned char size[2];
        size_t length;

        if (!read_whole(agent, (char *)size, sizeof(size)))
            return false;
        length = (size_t)size[0] << 8 | size[1];
        if (!read_whole(agent, frame, length))
            return false;
        take_fields(frame, length, answer);
    } while (strcmp(answer->result, "more") == 0);
    return true;
}

bool ctl_socket_ask_saslauthd(int connection, const ctl_saslauthd_question *question, bool *ret_yes)
{
    const char *const fields[] = {question->user, question->password, question->service,
                                  question->realm};
    request made = {.length = 0};
    unsigned char size[2];
    char answer[2];

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        append_length(&made, strlen(fields[i]));
        append(&made, fields[i], strlen(fields[i]));
    }
    if (!send_and_wipe(connection, &made) || !read_whole(connection, (char *)size, sizeof(size)) ||
        !read_whole(connection, answer, sizeof(answer)))
        return false;
    *ret_yes = memcmp(answer, "OK", 2) == 0;
    return true;
}
