/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "commands.h"

/*
 * Fills closed standard descriptors. Otherwise the connection to the directory would get the number
 * of one: a token would be printed into it, and a password read from it. They are opened the wrong
 * way, so that using them is an error.
 */
static bool fill_closed_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF)
            continue;
        /* open(2) takes the lowest free number, which is this one */
        if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor)
            return false;
    }
    return true;
}

/* A token that was printed to a full disk is lost: that must not look like success. */
static int finish_output(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        ctl_warn("cannot write the output");
        if (status == CTL_EXIT_OK)
            status = CTL_EXIT_TEMPORARY;
    }
    return status;
}

int main(int argc, char **argv)
{
    ctl_invocation invocation;
    int status = CTL_EXIT_USAGE;

    if (!fill_closed_descriptors())
        return CTL_EXIT_TEMPORARY;
    /* directories use UTF-8; nothing else depends on the locale */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    if (!ctl_parse(argc, argv, ctl_commands, &invocation))
        goto cleanup;
    if (invocation.help) {
        ctl_help(stdout, ctl_commands, invocation.command);
        status = CTL_EXIT_OK;
    } else if (invocation.version) {
        (void)puts(PACKAGE_STRING);
        status = CTL_EXIT_OK;
    } else {
        status = ctl_run(&invocation);
    }
    status = finish_output(status);
cleanup:
    ctl_invocation_clear(&invocation);
    return status;
}
