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
 * A descriptor that the caller has closed would become the connection to the directory: a token
 * would be printed into it, and a password read from it. Open the wrong way, using it is an error.
 */
static bool fill_closed_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF)
            continue;
        /* the lowest that is free is this one */
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
    /* Directories speak UTF-8; nothing else of the locale is ever looked at. */
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
        status = invocation.command->run(&invocation);
    }
    status = finish_output(status);
cleanup:
    ctl_invocation_clear(&invocation);
    return status;
}
