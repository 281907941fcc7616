/* SPDX-License-Identifier: BSD-2-Clause */
#include "bind_password.h"

#include <errno.h>
#include <unistd.h>

#include "invitegate/trusted_file.h"

inv_result bind_password_read(const char *path, inv_secret **password, inv_verdict *verdict)
{
    char text[1024];
    size_t length = 0;
    ssize_t got = 0;
    inv_result result = INV_OK;
    int descriptor = inv_trusted_file_open(
        path, true, "bind_password_file names it; its first line is the password", verdict);

    *password = NULL;
    if (descriptor == -1)
        return INV_CONFIG;
    do {
        got = read(descriptor, text + length, sizeof(text) - length);
        if (got > 0)
            length += (size_t)got;
    } while ((got > 0 && length < sizeof(text)) || (got == -1 && errno == EINTR));
    (void)close(descriptor);
    if (got == -1 || length == sizeof(text)) {
        result = inv_verdict_set(verdict, INV_CONFIG,
                                 "%s: cannot be read, or is too long for a bind password", path);
        goto cleanup;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            length = i;
    }
    if (length == 0)
        result =
            inv_verdict_set(verdict, INV_CONFIG,
                            "%s: its first line has to be the bind password, and is empty", path);
    else if ((*password = inv_secret_new(text, length)) == NULL)
        result = inv_verdict_no_memory(verdict);
cleanup:
    inv_wipe(text, sizeof(text));
    return result;
}
