/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A malloc that never uses memory again: what is freed without being wiped stays to be found, and
 * not only where nothing else happens to be written over it. For programs that do little; linked
 * into one, or preloaded.
 */

#define ALIGNMENT 16
#define POOL_SIZE (4UL << 20)

static char *pool;
static size_t pool_left;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* size bytes of the pool, and in front of them a word with their number. */
static void *cut(size_t alignment, size_t size)
{
    char *bytes = pool + alignment - (uintptr_t)pool % alignment;

    while ((size_t)(bytes - pool) < sizeof(size_t))
        bytes += alignment;
    memcpy(bytes - sizeof(size_t), &size, sizeof(size_t));
    pool_left -= (size_t)(bytes - pool) + size;
    pool = bytes + size;
    return bytes;
}

static void *take(size_t alignment, size_t size)
{
    size_t most = size + 2 * alignment + sizeof(size_t);
    void *bytes;

    if (size > SIZE_MAX / 2)
        return NULL;
    while (atomic_flag_test_and_set(&busy))
        continue;
    if (most > pool_left) {
        pool_left = most > POOL_SIZE ? most : POOL_SIZE;
        pool = mmap(NULL, pool_left, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pool == MAP_FAILED)
            abort();
    }
    bytes = cut(alignment, size);
    atomic_flag_clear(&busy);
    return bytes;
}

/* These stand in front of the C library's, for all libraries. */
#pragma GCC visibility push(default)
void *malloc(size_t size)
{
    return take(ALIGNMENT, size);
}

void free(void *bytes)
{
    (void)bytes;
}

void *calloc(size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size ? NULL : take(ALIGNMENT, count * size);
}

void *realloc(void *bytes, size_t size)
{
    void *other = take(ALIGNMENT, size);
    size_t before;

    if (bytes == NULL || other == NULL)
        return other;
    memcpy(&before, (char *)bytes - sizeof(before), sizeof(before));
    return memcpy(other, bytes, before < size ? before : size);
}

int posix_memalign(void **bytes, size_t alignment, size_t size)
{
    *bytes = take(alignment < ALIGNMENT ? ALIGNMENT : alignment, size);
    return *bytes != NULL ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return take(alignment < ALIGNMENT ? ALIGNMENT : alignment, size);
}

void *memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}
#pragma GCC visibility pop
