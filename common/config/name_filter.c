/* SPDX-License-Identifier: BSD-2-Clause */
#include "name_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "invitegate/ascii.h"

/* Where the one %u or %j of a template is; NULL: there is none, or a second one. */
static const char *find_name(const char *text, size_t length)
{
    const char *found = NULL;

    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] != '%')
            continue;
        i++;
        if (text[i] != 'u' && text[i] != 'j')
            continue;
        if (found != NULL)
            return NULL;
        found = text + i - 1;
    }
    return found;
}

/* A value with '*' or an escape is compared in other ways than byte by byte. */
static bool read_value(const char *value, size_t length, name_key *key)
{
    const char *name = find_name(value, length);

    if (name == NULL || memchr(value, '*', length) != NULL || memchr(value, '\\', length) != NULL)
        return false;
    key->before = value;
    key->before_length = (size_t)(name - value);
    key->after = name + 2;
    key->after_length = length - key->before_length - 2;
    key->whole = name[1] == 'j';
    return true;
}

static bool next_key(const char **rest, name_key *key)
{
    for (const char *p = strchr(*rest, '('); p != NULL; p = strchr(p, '(')) {
        size_t length = strcspn(++p, "=()");
        const char *value = p + length + 1;

        if (p[length] != '=' || length >= sizeof(key->attribute))
            continue;
        memcpy(key->attribute, p, length);
        key->attribute[length] = '\0';
        if (!inv_config_is_descriptor(key->attribute) ||
            inv_ascii_equal(key->attribute, "xmppJid") ||
            !read_value(value, strcspn(value, "()"), key))
            continue;
        *rest = value;
        return true;
    }
    return false;
}

/* Compared with the name alone: "(uid=%u)". */
static bool is_plain(const name_key *key)
{
    return !key->whole && key->before_length == 0 && key->after_length == 0;
}

void name_keys_read(const char *name_filter, name_keys *keys)
{
    for (int plain = 1; plain >= 0; plain--) {
        const char *rest = name_filter;
        name_key key;

        *keys = (name_keys){.count = 0};
        while (keys->count < NAME_KEYS_MAX && next_key(&rest, &key)) {
            if (is_plain(&key) == (plain != 0))
                keys->list[keys->count++] = key;
        }
        if (keys->count > 0)
            return;
    }
}

/* Part of a template with %d and %% replaced; NULL: memory is short. */
static char *expand(const char *text, size_t length, const char *domain)
{
    char *expanded = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&expanded, &size);

    if (stream == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%' && i + 1 < length && text[++i] == 'd')
            (void)fputs(domain, stream);
        else
            (void)fputc(text[i], stream);
    }
    if (fclose(stream) != 0) {
        free(expanded);
        expanded = NULL;
    }
    return expanded;
}

/* What is between before and after, which are compared without case; NULL: it does not fit. */
static const char *between(const char *value, const char *before, const char *after, size_t *length)
{
    size_t total = strlen(value);
    size_t front = strlen(before);
    size_t back = strlen(after);

    if (total <= front + back || !inv_ascii_equal_in(value, before, front) ||
        !inv_ascii_equal(value + total - back, after))
        return NULL;
    *length = total - front - back;
    return value + front;
}

bool name_key_local(const name_key *key, const char *domain, const char *value, char **local)
{
    char *before = expand(key->before, key->before_length, domain);
    char *rest = expand(key->after, key->after_length, domain);
    char *after = NULL;
    const char *part = NULL;
    size_t length = 0;
    bool good = before != NULL && rest != NULL;

    *local = NULL;
    if (good &&
        asprintf(&after, "%s%s%s", key->whole ? "@" : "", key->whole ? domain : "", rest) == -1) {
        after = NULL;
        good = false;
    }
    if (good)
        part = between(value, before, after, &length);
    if (part != NULL) {
        *local = strndup(part, length);
        good = *local != NULL;
    }
    free(before);
    free(rest);
    free(after);
    return good;
}
