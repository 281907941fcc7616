/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/pam_host.h"

/*
 * A program that asks PAM all day and takes care of what it is told: what is found in its memory
 * afterwards was left by libpam, its modules or their libraries.
 *
 * residue_host FOLDER: a request is 2 bytes of length and fields, each with its NUL: operation,
 * service, user, and the answers to prompts. The operation is "authenticate", "account", "change",
 * or "log" for what went to syslog. The answer is 2 bytes of length and the text: a number of
 * PAM's, or the log.
 */

#define REQUEST_MAX 8192
#define ANSWERS_MAX 6

static char request[REQUEST_MAX];

/* False at the end of the input. */
static bool read_bytes(void *bytes, size_t length)
{
    char *at = bytes;

    while (length > 0) {
        ssize_t count = read(STDIN_FILENO, at, length);

        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        if (count > 0) {
            at += count;
            length -= (size_t)count;
        }
    }
    return true;
}

static bool write_bytes(const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, at, length);

        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            at += count;
            length -= (size_t)count;
        }
    }
    return true;
}

static bool answer(const char *text)
{
    size_t length = strlen(text) < 65535 ? strlen(text) : 65535;
    unsigned char head[2] = {(unsigned char)(length >> 8), (unsigned char)(length & 0xff)};

    return write_bytes(head, sizeof(head)) && write_bytes(text, length);
}

static int transact(const char *folder, const char *const *fields, size_t count)
{
    pam_host host = {.kind = PAM_HOST_PERSON};

    for (size_t i = 3; i < count && i - 3 < ANSWERS_MAX; i++)
        host.answers[i - 3] = fields[i];
    if (strcmp(fields[0], "account") == 0)
        return pam_host_account(&host, folder, fields[1], fields[2]);
    if (strcmp(fields[0], "change") == 0)
        return pam_host_change(&host, folder, fields[1], fields[2]);
    return pam_host_authenticate(&host, folder, fields[1], fields[2]);
}

static bool serve(const char *folder, size_t length)
{
    const char *fields[3 + ANSWERS_MAX] = {"", "", ""};
    size_t count = 0;
    char code[16];

    for (const char *at = request; at < request + length && count < 3 + ANSWERS_MAX;
         at += strlen(at) + 1)
        fields[count++] = at;
    if (strcmp(fields[0], "log") == 0)
        return answer(pam_host_log());
    (void)snprintf(code, sizeof(code), "%d", transact(folder, fields, count));
    explicit_bzero(request, sizeof(request));
    return answer(code);
}

int main(int argc, char **argv)
{
    unsigned char head[2];

    if (argc != 2)
        return 2;
    while (read_bytes(head, sizeof(head))) {
        size_t length = (size_t)head[0] << 8 | head[1];

        if (length == 0 || length >= sizeof(request) || !read_bytes(request, length) ||
            !serve(argv[1], length))
            return 1;
    }
    return 0;
}
