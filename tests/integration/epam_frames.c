/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Speaks with ejabberd's helper epam as p1_pam does: frames of {packet, 2}, in them a command byte
 * and fields of a two-byte length, the bytes and a NUL (the first field names the caller and comes
 * back). The helper and its arguments are ours; requests are lines of standard input with tabs:
 *   auth SERVICE USER PASSWORD
 *   acct SERVICE USER
 * For each, one line: "true", or "false" and the text.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND_AUTH = 0, COMMAND_ACCT = 1 };
#define CALLER "caller"

static void fail(const char *what)
{
    fprintf(stderr, "epam_frames: %s\n", what);
    exit(1);
}

static size_t put_field(unsigned char *frame, size_t used, const char *text)
{
    size_t length = strlen(text);

    if (used + length + 3 > 65535)
        fail("the request is too long");
    frame[used++] = (unsigned char)(length >> 8);
    frame[used++] = (unsigned char)(length & 0xff);
    memcpy(frame + used, text, length + 1);
    return used + length + 1;
}

static void write_all(int to, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(to, bytes, length);

        if (written <= 0)
            fail("epam does not take the request");
        bytes += written;
        length -= (size_t)written;
    }
}

static void read_all(int from, unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t got = read(from, bytes, length);

        if (got <= 0)
            fail("epam ended without an answer");
        bytes += got;
        length -= (size_t)got;
    }
}

static size_t length_at(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

static void send_request(int to, char *line)
{
    static unsigned char frame[65536];
    const char *word = strsep(&line, "\t");
    size_t used = 3;
    bool authenticates = strcmp(word, "auth") == 0;

    frame[2] = authenticates ? COMMAND_AUTH : COMMAND_ACCT;
    used = put_field(frame, used, CALLER);
    for (int i = 0; i < (authenticates ? 3 : 2); i++) {
        const char *field = strsep(&line, "\t");

        used = put_field(frame, used, field != NULL ? field : "");
    }
    if (authenticates)
        used = put_field(frame, used, ""); /* ejabberd knows no client address here */
    frame[0] = (unsigned char)((used - 2) >> 8);
    frame[1] = (unsigned char)((used - 2) & 0xff);
    write_all(to, frame, used);
}

static void print_answer(int from)
{
    static unsigned char frame[65536];
    unsigned char head[2];
    size_t length, caller;

    read_all(from, head, 2);
    length = length_at(head);
    read_all(from, frame, length);
    frame[length] = '\0';
    caller = length >= 3 ? length_at(frame + 1) : 0;
    if (caller != strlen(CALLER) || memcmp(frame + 3, CALLER, caller) != 0)
        fail("the answer is for somebody else");
    if (frame[0] == 1)
        printf("true\n");
    else
        printf("false %s\n", length >= caller + 5 ? (char *)frame + 3 + caller + 2 : "");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int requests[2], answers[2];
    char *line = NULL;
    size_t size = 0;
    int status = 0;
    pid_t child;

    if (argc < 2 || pipe(requests) != 0 || pipe(answers) != 0)
        fail("usage: epam_frames COMMAND [ARGUMENT...]");
    child = fork();
    if (child == 0) {
        dup2(requests[0], STDIN_FILENO);
        dup2(answers[1], STDOUT_FILENO);
        close(requests[1]);
        close(answers[0]);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    close(requests[0]);
    close(answers[1]);
    while (child > 0 && getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        send_request(requests[1], line);
        print_answer(answers[0]);
    }
    free(line);
    close(requests[1]);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        fail("epam did not end well");
    return 0;
}
