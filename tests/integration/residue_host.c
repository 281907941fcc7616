/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/host_requests.h"
#include "tests/support/pam_host.h"

/*
 * A program that asks PAM all day and takes care of what it is told: what is found in its memory
 * afterwards was left by libpam, its modules or their libraries.
 *
 * residue_host FOLDER: the fields of a request are operation, service, user, and the answers to
 * prompts. The operation is "authenticate", "account", "change", or "log" for what went to syslog.
 * The answer is a number of PAM's, or the log.
 */

#define ANSWERS_MAX 6

static int transact(const char *folder, const char *const *fields)
{
    pam_host host = {.kind = PAM_HOST_PERSON};

    for (size_t i = 0; i < ANSWERS_MAX; i++)
        host.answers[i] = fields[3 + i];
    if (strcmp(fields[0], "account") == 0)
        return pam_host_account(&host, folder, fields[1], fields[2]);
    if (strcmp(fields[0], "change") == 0)
        return pam_host_change(&host, folder, fields[1], fields[2]);
    return pam_host_authenticate(&host, folder, fields[1], fields[2]);
}

static const char *answer(void *folder, const char *const *fields)
{
    static char code[16];

    if (strcmp(fields[0], "log") == 0)
        return pam_host_log();
    (void)snprintf(code, sizeof(code), "%d", transact(folder, fields));
    return code;
}

int main(int argc, char **argv)
{
    return argc == 2 ? host_serve(answer, argv[1]) : 2;
}
