/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/core.h"

#include <check.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define AROUND 48 /* bytes shown on either side of a piece */

struct core {
    unsigned char *bytes;
    size_t size;
};

static char where[1024];

/* Runs a shell command with its output kept away; its exit status. */
static int run(const char *command)
{
    int status = system(command);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int dump(pid_t process, const char *path)
{
    char command[1024];

    /* 0x37: the private pages of files too, which is where libraries keep their variables */
    (void)snprintf(command, sizeof(command),
                   "echo 0x37 >/proc/%ld/coredump_filter && DEBUGINFOD_URLS= gdb -nx -batch -p %ld "
                   "-ex 'set auto-load off' -ex 'generate-core-file %s' </dev/null >'%s.log' 2>&1 "
                   "&& test -s '%s'",
                   (long)process, (long)process, path, path, path);
    return run(command);
}

bool core_possible(void)
{
    const char *sanitizers = getenv("INV_SANITIZERS");
    char folder[] = "/tmp/invitegate-core-XXXXXX";
    char command[128];
    bool possible;
    pid_t child;

    /* the shadow of a sanitizer is terabytes, and freed memory is kept on purpose */
    if (sanitizers != NULL && strcmp(sanitizers, "no") != 0)
        return false;
    if (mkdtemp(folder) == NULL)
        return false;
    child = fork();
    if (child == 0) {
        for (;;)
            (void)pause();
    }
    (void)snprintf(command, sizeof(command), "%s/core", folder);
    possible = child > 0 && dump(child, command) == 0;
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    (void)run(command);
    return possible;
}

struct core *core_take(pid_t process, const char *folder)
{
    struct core *core = calloc(1, sizeof(*core));
    struct stat status;
    char path[256];
    int descriptor;

    ck_assert_ptr_nonnull(core);
    ck_assert_int_lt(snprintf(path, sizeof(path), "%s/core", folder), (int)sizeof(path));
    ck_assert_msg(dump(process, path) == 0, "gdb writes no core: see %s.log", path);
    descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(fstat(descriptor, &status), 0);
    core->size = (size_t)status.st_size;
    core->bytes = mmap(NULL, core->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ck_assert_ptr_ne(core->bytes, MAP_FAILED);
    (void)close(descriptor);
    (void)unlink(path);
    ck_assert_int_eq(memcmp(core->bytes, ELFMAG, SELFMAG), 0);
    return core;
}

void core_free(struct core **core)
{
    if (*core == NULL)
        return;
    (void)munmap((*core)->bytes, (*core)->size);
    free(*core);
    *core = NULL;
}

/* The address that an offset of the file had in the process; 0: a register. */
static unsigned long address_of(const struct core *core, size_t offset)
{
    Elf64_Ehdr head;

    memcpy(&head, core->bytes, sizeof(head));
    for (size_t i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr segment;

        memcpy(&segment, core->bytes + head.e_phoff + i * sizeof(segment), sizeof(segment));
        if (segment.p_type == PT_LOAD && offset >= segment.p_offset &&
            offset - segment.p_offset < segment.p_filesz)
            return segment.p_vaddr + (offset - segment.p_offset);
    }
    return 0;
}

static void describe(const struct core *core, size_t offset)
{
    size_t start = offset > AROUND ? offset - AROUND : 0;
    size_t end =
        offset + CORE_PIECE + AROUND < core->size ? offset + CORE_PIECE + AROUND : core->size;
    size_t used = (size_t)snprintf(where, sizeof(where), "at %#lx: ", address_of(core, offset));

    for (size_t i = start; i < end && used + 5 < sizeof(where); i++) {
        unsigned char byte = core->bytes[i];

        used +=
            (size_t)snprintf(where + used, sizeof(where) - used,
                             byte > 0x20 && byte < 0x7f && byte != '\\' ? "%c" : "\\%02x", byte);
    }
}

size_t core_pieces(const struct core *core, const void *secret, size_t length, bool registers)
{
    const unsigned char *bytes = secret;
    size_t found = 0;

    for (size_t i = 0; i + CORE_PIECE <= length; i += CORE_STEP) {
        const unsigned char *from = core->bytes;
        const unsigned char *end = core->bytes + core->size;

        while ((from = memmem(from, (size_t)(end - from), bytes + i, CORE_PIECE)) != NULL) {
            if (registers || address_of(core, (size_t)(from - core->bytes)) != 0) {
                describe(core, (size_t)(from - core->bytes));
                found++;
            }
            from++;
        }
    }
    return found;
}

const char *core_where(void)
{
    return where;
}
