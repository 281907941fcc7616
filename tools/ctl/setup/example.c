/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"

bool ctl_texts_take(ctl_texts *list, char *text)
{
    char **texts = text != NULL ? reallocarray(list->texts, list->count + 2, sizeof(*texts)) : NULL;

    if (texts == NULL) {
        free(text);
        return false;
    }
    list->texts = texts;
    texts[list->count++] = text;
    texts[list->count] = NULL;
    return true;
}

bool ctl_texts_add(ctl_texts *list, const char *text)
{
    return ctl_texts_take(list, strdup(text));
}

bool ctl_texts_add_once(ctl_texts *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (inv_ascii_equal(list->texts[i], text))
            return true;
    }
    return ctl_texts_add(list, text);
}

void ctl_texts_clear(ctl_texts *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->texts[i]);
    free(list->texts);
    *list = (ctl_texts){.texts = NULL};
}

static const char *const *lines_of(const char *name)
{
    static const char *const none[] = {NULL};

    for (size_t i = 0; ctl_examples[i].name != NULL; i++) {
        if (strcmp(ctl_examples[i].name, name) == 0)
            return ctl_examples[i].lines;
    }
    return none;
}

/* Puts more behind the last text of the list. */
static bool lengthen(ctl_texts *list, const char *between, const char *more)
{
    char **last = &list->texts[list->count - 1];
    char *longer = NULL;

    if (asprintf(&longer, "%s%s%s", *last, between, more) < 0)
        return false;
    free(*last);
    *last = longer;
    return true;
}

bool ctl_example_statements(const char *name, const char *word, ctl_texts *statements)
{
    const size_t length = strlen(word);
    bool inside = false;

    for (const char *const *line = lines_of(name); *line != NULL; line++) {
        const char *text = *line + strspn(*line, " \t");

        if (*text == '#' || *text == '\0')
            continue;
        if (text == *line) {
            inside = strncmp(text, word, length) == 0;
            if (inside && !ctl_texts_add(statements, text + length))
                return false;
        } else if (inside && !lengthen(statements, " ", text)) {
            return false;
        }
    }
    return true;
}

char *ctl_example_text(const char *name)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);

    if (stream == NULL)
        return NULL;
    for (const char *const *line = lines_of(name); *line != NULL; line++)
        (void)fprintf(stream, "%s\n", *line);
    if (fclose(stream) == 0 && length > 0)
        return text;
    free(text);
    return NULL;
}

bool ctl_example_values(const char *name, const char *attribute, ctl_texts *values)
{
    const size_t length = strlen(attribute);
    bool inside = false;

    for (const char *const *line = lines_of(name); *line != NULL; line++) {
        if ((*line)[0] != ' ') {
            inside = inv_ascii_equal_in(*line, attribute, length) &&
                     strncmp(*line + length, ": ", 2) == 0;
            if (inside && !ctl_texts_add(values, *line + length + 2))
                return false;
        } else if (inside && !lengthen(values, "", *line + 1)) {
            return false;
        }
    }
    return true;
}

bool ctl_example_entry(const char *name, const char *dn, ctl_texts *lines)
{
    bool inside = false;

    for (const char *const *line = lines_of(name); *line != NULL; line++) {
        if ((*line)[0] == '\0')
            inside = false;
        else if (strncmp(*line, "dn: ", 4) == 0)
            inside = strcmp(*line + 4, dn) == 0;
        else if (inside && (*line)[0] != '#' && !ctl_texts_add(lines, *line))
            return false;
    }
    return true;
}

bool ctl_example_record(const char *name, const char *dn, const char *attribute, ctl_texts *values)
{
    const size_t length = strlen(attribute);
    bool inside = false;
    bool value = false;

    for (const char *const *line = lines_of(name); *line != NULL; line++) {
        if (strncmp(*line, "dn: ", 4) == 0)
            inside = strcmp(*line + 4, dn) == 0;
        if ((*line)[0] == ' ') {
            if (value && !lengthen(values, "", *line + 1))
                return false;
            continue;
        }
        value = inside && inv_ascii_equal_in(*line, attribute, length) &&
                strncmp(*line + length, ": ", 2) == 0;
        if (value && !ctl_texts_add(values, *line + length + 2))
            return false;
    }
    return true;
}

bool ctl_example_dns(const char *name, ctl_texts *dns)
{
    for (const char *const *line = lines_of(name); *line != NULL; line++) {
        if (strncmp(*line, "dn: ", 4) == 0 && !ctl_texts_add_once(dns, *line + 4))
            return false;
    }
    return true;
}

char *ctl_text_replace(const char *text, const char *from, const char *to)
{
    char *result = NULL;
    size_t length = 0;
    FILE *stream = text != NULL ? open_memstream(&result, &length) : NULL;

    if (stream == NULL)
        return NULL;
    for (const char *found = strstr(text, from); found != NULL; found = strstr(text, from)) {
        (void)fwrite(text, 1, (size_t)(found - text), stream);
        (void)fputs(to, stream);
        text = found + strlen(from);
    }
    (void)fputs(text, stream);
    if (fclose(stream) == 0)
        return result;
    free(result);
    return NULL;
}

bool ctl_text_exchange(char **text, const char *from, const char *to)
{
    char *changed = ctl_text_replace(*text, from, to);

    free(*text);
    *text = changed;
    return changed != NULL;
}
