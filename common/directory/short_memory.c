/* SPDX-License-Identifier: BSD-2-Clause */
#include "short_memory.h"

#include <stdlib.h>
#include <string.h>

static short_memory_fact *find(const short_memory *memory, const char *key)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (strcmp(memory->facts[i].key, key) == 0)
            return &memory->facts[i];
    }
    return NULL;
}

static void forget(short_memory *memory, short_memory_fact *fact)
{
    free(fact->key);
    *fact = memory->facts[--memory->count];
}

static short_memory_fact *new_fact(short_memory *memory, const char *key)
{
    short_memory_fact *grown =
        reallocarray(memory->facts, memory->count + 1, sizeof(*memory->facts));
    short_memory_fact *fact;

    if (grown == NULL)
        return NULL;
    memory->facts = grown;
    fact = &grown[memory->count];
    *fact = (short_memory_fact){.key = strdup(key)};
    if (fact->key == NULL)
        return NULL;
    memory->count++;
    return fact;
}

void short_memory_keep(short_memory *memory, const char *key, int value, long milliseconds)
{
    short_memory_fact *fact = find(memory, key);

    if (fact == NULL)
        fact = new_fact(memory, key);
    if (fact == NULL)
        return;
    fact->value = value;
    fact->until = inv_deadline_in(milliseconds);
}

bool short_memory_recall(const short_memory *memory, const char *key, int *value)
{
    const short_memory_fact *fact = find(memory, key);

    if (fact == NULL || inv_deadline_passed(&fact->until))
        return false;
    *value = fact->value;
    return true;
}

void short_memory_clear(short_memory *memory)
{
    while (memory->count > 0)
        forget(memory, &memory->facts[memory->count - 1]);
    free(memory->facts);
    memory->facts = NULL;
}
