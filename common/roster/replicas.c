/* SPDX-License-Identifier: BSD-2-Clause */
#include "replicas.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

#define ANCESTORS_MAX 16
#define ID_MAX        4095

static replica *find(replicas *known, unsigned id)
{
    for (size_t i = 0; i < known->count; i++) {
        if (known->list[i].id == id)
            return &known->list[i];
    }
    return NULL;
}

/* "20301231235959.123456Z#000000#00a#000000": moment, change, provider in hex, part of change */
static bool parse_csn(const char *text, replica *one)
{
    char moment[INV_TIMESTAMP_SIZE];
    size_t length = strcspn(text, "#");
    const char *id = text[length] == '#' ? strchr(text + length + 1, '#') : NULL;
    char *end = NULL;
    unsigned long number;
    time_t seen = 0;

    if (id == NULL || length >= sizeof(moment))
        return false;
    memcpy(moment, text, length);
    moment[length] = '\0';
    number = strtoul(id + 1, &end, 16);
    if (end == id + 1 || *end != '#' || number > ID_MAX ||
        !inv_timestamp_parse_generalized(moment, &seen) || seen < 0)
        return false;
    *one = (replica){.id = (unsigned)number, .seen = seen};
    return true;
}

/* Adds the contextCSN values of one entry; false when one cannot be read, or there are too many. */
static bool take_values(const inv_entry *entry, replicas *known)
{
    for (size_t i = 0; i < inv_entry_count(entry, "contextCSN"); i++) {
        replica one = {0};

        if (known->count == REPLICAS_MAX ||
            !parse_csn(inv_entry_value(entry, "contextCSN", i, NULL), &one))
            return false;
        if (find(known, one.id) == NULL)
            known->list[known->count++] = one;
    }
    return true;
}

inv_result replicas_read(inv_call *call, const char *dn, replicas *known)
{
    static const char *const attributes[] = {"contextCSN", NULL};
    inv_operation *reads[ANCESTORS_MAX] = {NULL};
    size_t count = 0;
    bool whole = true;
    inv_result result;

    *known = (replicas){0};
    for (; dn != NULL && count < ANCESTORS_MAX; dn = inv_dn_parent(dn))
        reads[count++] = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    result = inv_call_run(call, reads, count);
    /* above the suffix no entry exists, which is no error here */
    for (size_t i = 0; result == INV_OK && i < count; i++) {
        if (inv_operation_answered(reads[i], INV_LDAP_SUCCESS) && reads[i]->entry_count == 1)
            whole = take_values(reads[i]->entries[0], known) && whole;
    }
    if (!whole)
        *known = (replicas){0};
    for (size_t i = 0; i < count; i++)
        inv_operation_free(&reads[i]);
    return result;
}

bool replicas_follow(const replicas *old, const replicas *now, int64_t *from)
{
    replicas rest = *old;

    if (old->count != now->count)
        return false;
    for (size_t i = 0; i < now->count; i++) {
        const replica *before = find(&rest, now->list[i].id);

        if (before == NULL || before->seen > now->list[i].seen)
            return false;
        if (before->seen < now->list[i].seen && before->seen < *from)
            *from = before->seen;
    }
    return true;
}

/* ----------------------------------------------------------------------------------- as text */

void replicas_write(const replicas *known, char *text)
{
    text[0] = '\0';
    for (size_t i = 0; i < known->count; i++)
        text += snprintf(text, REPLICAS_TEXT_SIZE, ".%u-%" PRId64, known->list[i].id,
                         known->list[i].seen);
}

bool replicas_take_number(const char **text, int64_t *number)
{
    size_t length = strspn(*text, "0123456789");

    if (length == 0 || length > 12)
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++)
        *number = *number * 10 + ((*text)[i] - '0');
    *text += length;
    return true;
}

bool replicas_parse(const char *text, replicas *known)
{
    *known = (replicas){0};
    while (*text == '.') {
        int64_t id = 0;
        int64_t seen = 0;

        text++;
        if (known->count == REPLICAS_MAX || !replicas_take_number(&text, &id) || *text++ != '-' ||
            !replicas_take_number(&text, &seen) || id > ID_MAX || find(known, (unsigned)id) != NULL)
            return false;
        known->list[known->count++] = (replica){.id = (unsigned)id, .seen = seen};
    }
    return *text == '\0';
}
