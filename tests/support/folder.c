/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/folder.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

char folder_path[256];

void folder_make(void)
{
    const char *temporary = getenv("TMPDIR");

    (void)snprintf(folder_path, sizeof(folder_path), "%.200s/invitegate-test-XXXXXX",
                   temporary != NULL ? temporary : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder_path));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    (void)remove(path);
    return 0;
}

void folder_remove(void)
{
    (void)nftw(folder_path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
