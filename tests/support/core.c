/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/core.h"

#include <check.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define AROUND      48 /* bytes shown on either side of a piece */
#define THREADS_MAX 256

/* What lies at an offset of bytes; address 0: registers of a thread. */
typedef struct segment {
    size_t offset;
    size_t size;
    unsigned long address;
} segment;

struct core {
    unsigned char *bytes;
    size_t size;
    size_t room;
    segment *segments;
    size_t count;
};

/* The threads of a process that are stopped. */
typedef struct stopped {
    pid_t threads[THREADS_MAX];
    size_t count;
} stopped;

static char where[1024];

/* -------------------------------------------------------------------------------- stop and go */

static bool is_stopped(const stopped *process, pid_t thread)
{
    for (size_t i = 0; i < process->count; i++) {
        if (process->threads[i] == thread)
            return true;
    }
    return false;
}

static bool stop_thread(stopped *process, pid_t thread)
{
    int status = 0;

    if (process->count == THREADS_MAX || ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0)
        return false;
    process->threads[process->count++] = thread;
    return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 &&
           waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status);
}

/* *news: threads that were not stopped before. A thread that ended meanwhile is none. */
static bool stop_new(pid_t process, stopped *all, bool *news)
{
    char path[64];
    bool good = true;
    DIR *folder;

    *news = false;
    (void)snprintf(path, sizeof(path), "/proc/%ld/task", (long)process);
    folder = opendir(path);
    if (folder == NULL)
        return false;
    for (const struct dirent *entry = readdir(folder); entry != NULL && good;
         entry = readdir(folder)) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);

        if (thread <= 0 || is_stopped(all, thread))
            continue;
        *news = true;
        good = stop_thread(all, thread);
    }
    (void)closedir(folder);
    return good;
}

static void go_on(stopped *process)
{
    while (process->count > 0)
        (void)ptrace(PTRACE_DETACH, process->threads[--process->count], NULL, NULL);
}

static bool stop(pid_t process, stopped *all)
{
    bool news = true;

    all->count = 0;
    while (news) {
        if (stop_new(process, all, &news))
            continue;
        go_on(all);
        return false;
    }
    return all->count > 0;
}

/* --------------------------------------------------------------------------------- what is read */

/* Room for size bytes more, which belong to address. NULL when memory is short. */
static unsigned char *add_segment(struct core *core, unsigned long address, size_t size)
{
    segment *segments = realloc(core->segments, (core->count + 1) * sizeof(*segments));

    if (segments == NULL)
        return NULL;
    core->segments = segments;
    if (core->size + size > core->room) {
        size_t room = 2 * (core->size + size);
        unsigned char *bytes = realloc(core->bytes, room);

        if (bytes == NULL)
            return NULL;
        core->bytes = bytes;
        core->room = room;
    }
    segments[core->count++] = (segment){core->size, size, address};
    core->size += size;
    return core->bytes + core->size - size;
}

/* The last segment keeps its first size bytes. */
static void cut_segment(struct core *core, size_t size)
{
    segment *last = &core->segments[core->count - 1];

    core->size -= last->size - size;
    last->size = size;
    if (size == 0)
        core->count--;
}

static bool read_registers(struct core *core, pid_t thread)
{
    static const unsigned long sets[] = {NT_PRSTATUS, NT_PRFPREG, NT_X86_XSTATE};
    const size_t most = 16384;

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct iovec part = {.iov_base = add_segment(core, 0, most), .iov_len = most};

        if (part.iov_base == NULL)
            return false;
        /* a processor need not have the last one */
        if (ptrace(PTRACE_GETREGSET, thread, (void *)sets[i], &part) != 0)
            part.iov_len = 0;
        cut_segment(core, part.iov_len);
        if (i == 0 && part.iov_len == 0)
            return false;
    }
    return true;
}

static bool read_mapping(struct core *core, int memory, unsigned long start, unsigned long end)
{
    unsigned char *bytes = add_segment(core, start, end - start);
    ssize_t got;

    if (bytes == NULL)
        return false;
    /* [vvar] and its like cannot be read */
    got = pread(memory, bytes, end - start, (off_t)start);
    cut_segment(core, got > 0 ? (size_t)got : 0);
    return got < 0 || (size_t)got == end - start;
}

/*
 * All mappings that have pages of the process's own, in memory or swapped out, and those that it
 * shares: of files all other pages are as in the file.
 */
static bool read_memory(struct core *core, pid_t process)
{
    char path[64];
    char line[1024];
    unsigned long start = 0;
    unsigned long end = 0;
    unsigned long own = 0;
    char permissions[5] = "";
    bool good = true;
    FILE *mappings;
    int memory;

    (void)snprintf(path, sizeof(path), "/proc/%ld/mem", (long)process);
    memory = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof(path), "/proc/%ld/smaps", (long)process);
    mappings = fopen(path, "re");
    while (mappings != NULL && memory >= 0 && good && fgets(line, sizeof(line), mappings) != NULL) {
        unsigned long number = 0;
        unsigned long behind = 0;

        /* "Anonymous" begins with a hexadecimal digit too */
        if (sscanf(line, "%lx-%lx %4s", &number, &behind, permissions) == 3) {
            start = number;
            end = behind;
            own = permissions[3] == 's' ? 1 : 0;
        } else if (sscanf(line, "Anonymous: %lu", &number) == 1 ||
                   sscanf(line, "Swap: %lu", &number) == 1)
            own += number;
        else if (strncmp(line, "VmFlags:", 8) == 0 && own > 0)
            good = read_mapping(core, memory, start, end);
    }
    good = good && mappings != NULL && memory >= 0;
    if (mappings != NULL)
        (void)fclose(mappings);
    if (memory >= 0)
        (void)close(memory);
    return good;
}

static struct core *take(pid_t process)
{
    struct core *core = calloc(1, sizeof(*core));
    stopped threads;
    bool good;

    if (core == NULL || !stop(process, &threads)) {
        core_free(&core);
        return NULL;
    }
    good = true;
    for (size_t i = 0; i < threads.count && good; i++)
        good = read_registers(core, threads.threads[i]);
    good = good && read_memory(core, process);
    go_on(&threads);
    if (!good)
        core_free(&core);
    return core;
}

bool core_possible(void)
{
    const char *sanitizers = getenv("INV_SANITIZERS");
    struct core *core = NULL;
    bool possible;
    pid_t child;

    /* the shadow of a sanitizer is terabytes, and freed memory is kept on purpose */
    if (sanitizers != NULL && strcmp(sanitizers, "no") != 0)
        return false;
    child = fork();
    if (child == 0) {
        for (;;)
            (void)pause();
    }
    core = child > 0 ? take(child) : NULL;
    possible = core != NULL;
    core_free(&core);
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    return possible;
}

struct core *core_take(pid_t process)
{
    struct core *core = take(process);

    ck_assert_msg(core != NULL, "the memory of process %ld cannot be read: %s", (long)process,
                  strerror(errno));
    return core;
}

void core_free(struct core **core)
{
    if (*core == NULL)
        return;
    free((*core)->bytes);
    free((*core)->segments);
    free(*core);
    *core = NULL;
}

/* ------------------------------------------------------------------------------------ searching */

/* The address that an offset had in the process; 0: a register. */
static unsigned long address_of(const struct core *core, size_t offset)
{
    for (size_t i = 0; i < core->count; i++) {
        const segment *one = &core->segments[i];

        if (offset >= one->offset && offset - one->offset < one->size && one->address != 0)
            return one->address + (offset - one->offset);
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
