/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/test_keys.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

inv_keys *test_keys(const char *lines)
{
    char folder[] = "/tmp/invitegate-keys-XXXXXX";
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_keys *keys = NULL;
    int folder_descriptor;
    int descriptor;
    char path[sizeof(folder) + 8];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    folder_descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(folder_descriptor, 0);
    descriptor = openat(folder_descriptor, "keys", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, lines, strlen(lines)), (ssize_t)strlen(lines));
    ck_assert_int_eq(close(descriptor), 0);
    memcpy(path, folder, sizeof(folder) - 1);
    memcpy(path + sizeof(folder) - 1, "/keys", 6);
    (void)inv_keys_read(path, &keys, &verdict);
    (void)unlinkat(folder_descriptor, "keys", 0);
    (void)close(folder_descriptor);
    (void)rmdir(folder);
    ck_assert_msg(keys != NULL, "%s", verdict.why);
    return keys;
}
