/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/jid.h"

struct expansion {
    char *text;
    size_t length;
};

static bool put(struct expansion *expansion, const char *piece, size_t length)
{
    char *grown = realloc(expansion->text, expansion->length + length + 1);

    if (grown == NULL)
        return false;
    memcpy(grown + expansion->length, piece, length);
    expansion->text = grown;
    expansion->length += length;
    grown[expansion->length] = '\0';
    return true;
}

/* A value through escape. False when memory is short. */
static bool put_value(struct expansion *expansion, const char *value,
                      char *(*escape)(const char *value))
{
    char *escaped;
    bool done;

    if (escape == NULL)
        return put(expansion, value, strlen(value));
    escaped = escape(value);
    if (escaped == NULL)
        return false;
    done = put(expansion, escaped, strlen(escaped));
    free(escaped);
    return done;
}

/* The template's own text goes in whole pieces. */
static bool put_expanded(struct expansion *expansion, const inv_jid *name,
                         const char *template_text, char *(*escape)(const char *value))
{
    const char *position = template_text;

    while (*position != '\0') {
        size_t plain = strcspn(position, "%");
        const char *value = NULL;

        if (plain == 0 && position[1] == 'u')
            value = inv_jid_local(name);
        else if (plain == 0 && position[1] == 'd')
            value = inv_jid_domain(name);
        else if (plain == 0 && position[1] == 'j')
            value = inv_jid_text(name);
        if (value != NULL ? !put_value(expansion, value, escape)
                          : !put(expansion, position, plain > 0 ? plain : 1))
            return false;
        if (plain > 0)
            position += plain;
        else
            position += value != NULL || position[1] == '%' ? 2 : 1;
    }
    return true;
}

char *inv_jid_expand(const inv_jid *name, const char *template_text,
                     char *(*escape)(const char *value))
{
    struct expansion expansion = {.text = NULL};

    if (put(&expansion, "", 0) && put_expanded(&expansion, name, template_text, escape))
        return expansion.text;
    free(expansion.text);
    return NULL;
}
