/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registrations through invite-agent while many streams repeat preauth with one good token, and
 * the directory is some milliseconds away. All come over one connection, as from an XMPP server.
 */
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "delay.h"
#include "measure.h"
#include "place.h"

#define OTHERS       5 /* who register at the same time, one after the other each */
#define PATIENCE_MS  30000
#define ANSWERS_SIZE (256 * 1024)

struct flood {
    struct place place;
    pid_t delay;
    pid_t agent;
    int connection;
    char answers[ANSWERS_SIZE];
    size_t answers_length;
    char common[INV_TOKEN_LENGTH + 1]; /* of the streams that repeat */
    size_t repeated;
    char **tokens; /* of the others */
    size_t count;
    size_t begun;
    size_t done;
    size_t refused;
    double start[OTHERS];
    size_t number[OTHERS]; /* the registration that each is at */
    double *samples;
};

static const char *path_in(const struct flood *flood, const char *file)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%.200s/%.40s", slapd_directory(flood->place.slapd),
                   file);
    return path;
}

/* ------------------------------------------------------------------------------------- the agent
 */

/* The place's configuration, with the directory behind the delay. */
static void write_configuration(const struct flood *flood)
{
    FILE *from = fopen(slapd_conf_path(flood->place.slapd), "r");
    FILE *to = fopen(path_in(flood, "far.conf"), "w");
    char line[1024];

    if (from == NULL || to == NULL)
        measure_fail("far.conf", "cannot be written");
    while (fgets(line, sizeof(line), from) != NULL) {
        if (strncmp(line, "uri =", 5) != 0) {
            (void)fputs(line, to);
            continue;
        }
        (void)fputs("uri = ldapi://", to);
        for (const char *p = path_in(flood, "far"); *p != '\0'; p++)
            (void)fprintf(to, *p == '/' ? "%%2F" : "%c", *p);
        (void)fputc('\n', to);
    }
    (void)fprintf(to, "[agent]\nsocket = %s\nlimit_checks = 1000000/s\n",
                  path_in(flood, "agent.sock"));
    (void)fclose(from);
    (void)fclose(to);
    (void)chmod(path_in(flood, "far.conf"), 0600);
}

static void start_agent(struct flood *flood)
{
    const char *top = getenv("abs_top_builddir");
    char program[512];

    (void)snprintf(program, sizeof(program), "%s/tools/invite-agent", top != NULL ? top : ".");
    flood->agent = fork();
    if (flood->agent < 0)
        measure_fail("invite-agent", "cannot fork");
    if (flood->agent == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)execl(program, program, "-c", path_in(flood, "far.conf"), "--listen", (char *)NULL);
        _exit(99);
    }
}

static void connect_to_agent(struct flood *flood)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = path_in(flood, "agent.sock");

    if (strlen(path) >= sizeof(address.sun_path))
        measure_fail(path, "is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    flood->connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (int tries = 0; tries < PATIENCE_MS / 10; tries++) {
        if (connect(flood->connection, (const struct sockaddr *)&address, sizeof(address)) == 0)
            return;
        (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    measure_fail("invite-agent", "does not listen");
}

/* ---------------------------------------------------------------------------------- the requests
 */

/* Fields with '|' for NUL. */
static void send_request(const struct flood *flood, const char *fields)
{
    size_t length = strlen(fields);
    char frame[1024];

    if (length + 2 > sizeof(frame))
        measure_fail("a request", "is too long");
    frame[0] = (char)(length >> 8);
    frame[1] = (char)(length & 0xff);
    memcpy(frame + 2, fields, length);
    for (size_t i = 2; i < length + 2; i++)
        frame[i] = (char)(frame[i] == '|' ? '\0' : frame[i]);
    if (send(flood->connection, frame, length + 2, MSG_NOSIGNAL) != (ssize_t)length + 2)
        measure_fail("a request", "cannot be sent");
}

static void repeat(struct flood *flood, size_t stream)
{
    char fields[256];

    (void)snprintf(fields, sizeof(fields), "r|check|example.org|%s|192.0.2.%zu", flood->common,
                   stream % 250);
    send_request(flood, fields);
}

/* Another's registration begins: preauth first. */
static void begin(struct flood *flood, size_t other)
{
    char fields[256];

    if (flood->begun == flood->count)
        return;
    flood->number[other] = flood->begun++;
    flood->start[other] = measure_now();
    (void)snprintf(fields, sizeof(fields), "c%zu|check|example.org|%s|198.51.100.%zu", other,
                   flood->tokens[flood->number[other]], other);
    send_request(flood, fields);
}

static void register_name(struct flood *flood, size_t other, const char *prefix)
{
    char fields[512];

    (void)snprintf(fields, sizeof(fields),
                   "g%zu|register|example.org|%s|%s%zu|" PLACE_PASSWORD "|198.51.100.%zu|", other,
                   flood->tokens[flood->number[other]], prefix, flood->number[other], other);
    send_request(flood, fields);
}

static void finish(struct flood *flood, size_t other, bool ok)
{
    if (ok)
        flood->samples[flood->done - flood->refused] = (measure_now() - flood->start[other]) * 1000;
    else
        flood->refused++;
    flood->done++;
    begin(flood, other);
}

static void take_answer(struct flood *flood, const char *id, const char *result, const char *prefix)
{
    bool ok = strcmp(result, "OK") == 0;
    size_t other = strtoul(id + 1, NULL, 10);

    if (id[0] == 'r') {
        flood->repeated += ok;
        repeat(flood, flood->repeated);
    } else if (id[0] == 'c' && ok) {
        register_name(flood, other, prefix);
    } else {
        finish(flood, other, ok);
    }
}

static void take_answers(struct flood *flood, const char *prefix)
{
    struct pollfd polled = {flood->connection, POLLIN, 0};
    size_t at = 0;
    ssize_t count;

    if (poll(&polled, 1, PATIENCE_MS) <= 0)
        measure_fail("invite-agent", "does not answer");
    count = read(flood->connection, flood->answers + flood->answers_length,
                 ANSWERS_SIZE - flood->answers_length);
    if (count <= 0)
        measure_fail("invite-agent", "has closed the connection");
    flood->answers_length += (size_t)count;
    while (flood->answers_length - at >= 2) {
        const unsigned char *start = (const unsigned char *)flood->answers + at;
        size_t length = (size_t)start[0] << 8 | start[1];
        const char *id = flood->answers + at + 2;

        if (flood->answers_length - at < 2 + length)
            break;
        at += 2 + length;
        take_answer(flood, id, id + strlen(id) + 1, prefix);
    }
    flood->answers_length -= at;
    memmove(flood->answers, flood->answers + at, flood->answers_length);
}

/* --------------------------------------------------------------------------------------- figures
 */

static void make_tokens(struct flood *flood)
{
    inv_token **made = place_invites(&flood->place, flood->count + 1);

    inv_token_write(made[flood->count], flood->common);
    for (size_t i = 0; i < flood->count; i++) {
        flood->tokens[i] = malloc(INV_TOKEN_LENGTH + 1);
        if (flood->tokens[i] == NULL)
            measure_fail("tokens", "out of memory");
        inv_token_write(made[i], flood->tokens[i]);
    }
    place_invites_free(made, flood->count + 1);
}

/* All registrations, beside so many streams that repeat preauth. */
static void measure_others(struct flood *flood, size_t streams, const char *prefix)
{
    char what[96];
    double start;
    size_t good;

    make_tokens(flood);
    flood->begun = flood->done = flood->refused = flood->repeated = 0;
    for (size_t i = 0; i < streams; i++)
        repeat(flood, i);
    start = measure_now();
    for (size_t i = 0; i < OTHERS; i++)
        begin(flood, i);
    while (flood->done < flood->count)
        take_answers(flood, prefix);
    good = flood->done - flood->refused;
    (void)snprintf(what, sizeof(what), "%zu streams repeat preauth: others refused", streams);
    measure_figure("flood", what, (double)flood->refused, "", NULL, 0);
    if (good == 0)
        return;
    (void)snprintf(what, sizeof(what), "%zu streams: a registration of others, median", streams);
    measure_figure("flood", what, measure_quantile(flood->samples, good, 0.5), "ms", NULL, 0);
    (void)snprintf(what, sizeof(what), "%zu streams: a registration of others, p99", streams);
    measure_figure("flood", what, measure_quantile(flood->samples, good, 0.99), "ms", NULL, 0);
    (void)snprintf(what, sizeof(what), "%zu streams: their checks a second", streams);
    measure_figure("flood", what, (double)flood->repeated / (measure_now() - start), "1/s", NULL,
                   0);
}

static size_t number_of(const char *name, size_t otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

int main(void)
{
    static struct flood flood;
    size_t streams = number_of("INV_BENCH_STREAMS", 150);

    flood.count = number_of("INV_BENCH_REGISTRATIONS", 300);
    flood.samples = calloc(flood.count + 1, sizeof(*flood.samples));
    flood.tokens = calloc(flood.count + 1, sizeof(*flood.tokens));
    if (flood.samples == NULL || flood.tokens == NULL)
        measure_fail("samples", "out of memory");
    place_open(&flood.place, NULL, NULL);
    flood.delay = delay_start(path_in(&flood, "far"), path_in(&flood, "ldapi"),
                              (unsigned)number_of("INV_BENCH_DELAY", 20));
    write_configuration(&flood);
    start_agent(&flood);
    connect_to_agent(&flood);
    measure_others(&flood, 0, "quiet");
    measure_others(&flood, streams, "loud");
    (void)close(flood.connection);
    (void)kill(flood.agent, SIGTERM);
    (void)waitpid(flood.agent, NULL, 0);
    (void)kill(flood.delay, SIGKILL);
    (void)waitpid(flood.delay, NULL, 0);
    place_close(&flood.place);
    return EXIT_SUCCESS;
}
