/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/agent.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS   30000
#define ARGUMENTS_MAX 16

static void pause_shortly(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

const char *agent_socket(const struct site *site)
{
    static char path[108];
    int length = snprintf(path, sizeof(path), "%s/agent.sock", slapd_directory(site->slapd));

    ck_assert_int_lt(length, (int)sizeof(path));
    return path;
}

void agent_configure(struct site *site, const char *timeout, const char *domain_lines,
                     const char *agent_lines)
{
    char *sections = NULL;
    struct site_settings settings = {.timeout = timeout, .domain_lines = domain_lines};

    ck_assert_int_gt(asprintf(&sections, "[agent]\nsocket = %s\n%s\n", agent_socket(site),
                              agent_lines != NULL ? agent_lines : ""),
                     0);
    settings.sections = sections;
    site_configure(site, &settings);
    free(sections);
}

void agent_configure_default(struct site *site)
{
    agent_configure(site, NULL, NULL,
                    "workers = 4\nlimit_checks = 1000/h\nlimit_registrations = 1000/h");
}

/* ------------------------------------------------------------------------------------- process */

static void move_to(int descriptor, int place)
{
    if (descriptor >= 0 && dup2(descriptor, place) != place)
        _exit(99);
}

static void become_agent(const char *const *prefix, const char *program, const char *conf,
                         const char *option, int input, int output, int activated)
{
    const char *arguments[ARGUMENTS_MAX];
    const char *list[] = {program, "-c", conf, option, NULL};
    size_t count = 0;
    char number[24];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* with the test, however that ends */
    for (size_t i = 0; prefix != NULL && prefix[i] != NULL; i++)
        arguments[count++] = prefix[i];
    for (size_t i = 0; i <= 4; i++)
        arguments[count++] = list[i];
    move_to(input, STDIN_FILENO);
    move_to(output, STDOUT_FILENO);
    if (activated >= 0) {
        if (activated == 3)
            (void)fcntl(3, F_SETFD, 0);
        move_to(activated, 3);
        (void)snprintf(number, sizeof(number), "%ld", (long)getpid());
        (void)setenv("LISTEN_PID", number, 1);
        (void)setenv("LISTEN_FDS", "1", 1);
    }
    (void)execv(arguments[0], (char *const *)(const void *)arguments);
    _exit(99);
}

pid_t agent_spawn(const struct site *site, const char *const *prefix, const char *option, int input,
                  int output, int activated)
{
    const char *top = getenv("abs_top_builddir");
    const char *conf = slapd_conf_path(site->slapd);
    char program[512];
    pid_t process;

    (void)snprintf(program, sizeof(program), "%s/tools/invite-agent", top != NULL ? top : ".");
    process = fork();
    ck_assert_int_ge(process, 0);
    if (process == 0)
        become_agent(prefix, program, conf, option, input, output, activated);
    return process;
}

static int try_to_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(descriptor, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return descriptor;
    (void)close(descriptor);
    return -1;
}

pid_t agent_start(const struct site *site, const char *const *prefix)
{
    pid_t process = agent_spawn(site, prefix, "--listen", -1, -1, -1);
    int descriptor;

    /* a prefix may wait for its turn */
    for (long tries = prefix != NULL ? 90000 : PATIENCE_MS / 10; tries > 0; tries--) {
        descriptor = try_to_connect(agent_socket(site));
        if (descriptor >= 0) {
            (void)close(descriptor);
            return process;
        }
        ck_assert_msg(waitpid(process, NULL, WNOHANG) == 0, "invite-agent ended at its start");
        pause_shortly();
    }
    ck_abort_msg("invite-agent does not listen");
    return 0;
}

int agent_wait(pid_t *agent)
{
    long left = PATIENCE_MS / 10;
    int status = 0;

    while (waitpid(*agent, &status, WNOHANG) == 0) {
        if (left-- <= 0) {
            (void)kill(*agent, SIGKILL);
            (void)waitpid(*agent, &status, 0);
            ck_abort_msg("invite-agent does not end");
        }
        pause_shortly();
    }
    *agent = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int agent_end(pid_t *agent, int signal)
{
    ck_assert_int_eq(kill(*agent, signal), 0);
    return agent_wait(agent);
}

/* ------------------------------------------------------------------------------------- clients */

struct agent_client *agent_client_on(int input, int output)
{
    struct agent_client *client = calloc(1, sizeof(*client));

    ck_assert_ptr_nonnull(client);
    client->input = input;
    client->output = output;
    return client;
}

struct agent_client *agent_connect(const struct site *site)
{
    int descriptor = try_to_connect(agent_socket(site));

    ck_assert_msg(descriptor >= 0, "cannot connect: %s", strerror(errno));
    return agent_client_on(descriptor, descriptor);
}

void agent_disconnect(struct agent_client **client)
{
    (void)close((*client)->input);
    if ((*client)->output != (*client)->input)
        (void)close((*client)->output);
    free(*client);
    *client = NULL;
}

void agent_send_raw(struct agent_client *client, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(client->output, bytes, length);

        ck_assert_msg(count > 0, "cannot send: %s", strerror(errno));
        bytes += count;
        length -= (size_t)count;
    }
}

void agent_send_frame(struct agent_client *client, const char *bytes, size_t length)
{
    char *frame = malloc(2 + length);

    ck_assert_ptr_nonnull(frame);
    ck_assert_uint_le(length, 65535);
    frame[0] = (char)(unsigned char)(length >> 8);
    frame[1] = (char)(unsigned char)(length & 0xff);
    memcpy(frame + 2, bytes, length);
    agent_send_raw(client, frame, length + 2);
    free(frame);
}

static unsigned send_list(struct agent_client *client, const char *op, va_list arguments)
{
    unsigned id = ++client->sent;
    const char *argument;
    char bytes[3000];
    size_t length;

    length = (size_t)snprintf(bytes, sizeof(bytes), "%u%c%s%cexample.org", id, '\0', op, '\0');
    while ((argument = va_arg(arguments, const char *)) != NULL) {
        ck_assert_uint_lt(length + 1 + strlen(argument), sizeof(bytes));
        bytes[length] = '\0';
        memcpy(bytes + length + 1, argument, strlen(argument));
        length += 1 + strlen(argument);
    }
    agent_send_frame(client, bytes, length);
    return id;
}

unsigned agent_send(struct agent_client *client, const char *op, ...)
{
    va_list arguments;
    unsigned id;

    va_start(arguments, op);
    id = send_list(client, op, arguments);
    va_end(arguments);
    return id;
}

bool agent_readable(struct agent_client *client, int milliseconds)
{
    struct pollfd readable = {.fd = client->input, .events = POLLIN};

    return client->length >= 2 || poll(&readable, 1, milliseconds) > 0;
}

/* Until a whole frame is there; its length, or -1 at the end. */
static long next_frame(struct agent_client *client)
{
    for (;;) {
        size_t wanted = client->length < 2 ? 2
                                           : 2 + ((size_t)(unsigned char)client->received[0] << 8 |
                                                  (unsigned char)client->received[1]);
        struct pollfd readable = {.fd = client->input, .events = POLLIN};
        ssize_t count;

        if (client->length >= 2 && client->length >= wanted)
            return (long)wanted - 2;
        ck_assert_msg(poll(&readable, 1, PATIENCE_MS) > 0, "no answer");
        count = read(client->input, client->received + client->length,
                     sizeof(client->received) - client->length);
        if (count <= 0)
            return -1;
        client->length += (size_t)count;
    }
}

static void copy(char *to, size_t size, const char *from)
{
    ck_assert_uint_lt(strlen(from), size);
    memcpy(to, from, strlen(from) + 1);
}

/* One frame's fields; a copy with a NUL behind it. */
static void read_frame(struct agent_reply *reply, char *frame, size_t length)
{
    const char *fields[3] = {frame, NULL, NULL};
    char *at = frame;
    size_t count = 0;

    frame[length] = '\0';
    for (; at <= frame + length; at += strlen(at) + 1, count++) {
        if (count < 3)
            fields[count] = at;
        else if (count == 3 && reply->contacts == 0)
            copy(reply->first_contact, sizeof(reply->first_contact), at);
        else if (count < 6 && reply->contacts == 0)
            (void)snprintf(reply->first_contact + strlen(reply->first_contact),
                           sizeof(reply->first_contact) - strlen(reply->first_contact), "|%s", at);
    }
    ck_assert_uint_ge(count, 3);
    ck_assert_uint_eq(count % 3, 0);
    reply->contacts += (count - 3) / 3;
    reply->frames++;
    copy(reply->id, sizeof(reply->id), fields[0]);
    copy(reply->result, sizeof(reply->result), fields[1]);
    copy(reply->text, sizeof(reply->text), fields[2]);
}

bool agent_receive(struct agent_client *client, struct agent_reply *reply)
{
    char *frame = malloc(65536);

    ck_assert_ptr_nonnull(frame);
    memset(reply, 0, sizeof(*reply));
    do {
        long length = next_frame(client);

        if (length < 0) {
            free(frame);
            return false;
        }
        memcpy(frame, client->received + 2, (size_t)length);
        client->length -= (size_t)length + 2;
        memmove(client->received, client->received + 2 + length, client->length);
        read_frame(reply, frame, (size_t)length);
    } while (strcmp(reply->result, "more") == 0);
    free(frame);
    return true;
}

void agent_ask(struct agent_client *client, struct agent_reply *reply, const char *op, ...)
{
    va_list arguments;
    char wanted[24];

    va_start(arguments, op);
    (void)snprintf(wanted, sizeof(wanted), "%u", send_list(client, op, arguments));
    va_end(arguments);
    ck_assert_msg(agent_receive(client, reply), "the agent closed the connection");
    ck_assert_str_eq(reply->id, wanted);
}

const char *agent_line(const struct agent_reply *reply, const char *key)
{
    static char value[1024];
    const char *at = reply->text;
    size_t length = strlen(key);

    while (strncmp(at, key, length) != 0 || at[length] != '=') {
        at = strchr(at, '\n');
        ck_assert_msg(at != NULL, "no line %s in: %s", key, reply->text);
        at++;
    }
    at += length + 1;
    length = strcspn(at, "\n");
    ck_assert_uint_lt(length, sizeof(value));
    memcpy(value, at, length);
    value[length] = '\0';
    return value;
}

const char *agent_invite(const struct site *site, inv_invite_type type, const char *inviter,
                         const char *user, inv_token **token)
{
    static char text[INV_TOKEN_LENGTH + 1];
    struct site_request request;
    inv_token *made;

    site_request(site, &request, type, inviter);
    if (user != NULL)
        site_request_user(site, &request, user);
    made = site_create(site, &request);
    inv_token_write(made, text);
    if (token != NULL)
        *token = made;
    else
        inv_token_free(&made);
    return text;
}
