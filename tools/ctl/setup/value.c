/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"

#define BLANKS " \t\r\n"

const char *ctl_value_text(const char *value)
{
    size_t digits;

    if (value[0] != '{')
        return value;
    digits = strspn(value + 1, "-0123456789");
    return digits > 0 && value[1 + digits] == '}' ? value + digits + 2 : value;
}

/* The next byte of a text whose white space is folded; the blanks at its end are none. */
static char next_folded(const char **text)
{
    size_t blanks = strspn(*text, BLANKS);

    char byte;

    *text += blanks;
    byte = **text;
    if (byte == '\0')
        return byte;
    if (blanks > 0)
        return ' ';
    (*text)++;
    return byte;
}

bool ctl_value_equal(const char *a, const char *b)
{
    char left;

    a = ctl_value_text(a);
    b = ctl_value_text(b);
    a += strspn(a, BLANKS);
    b += strspn(b, BLANKS);
    do {
        left = next_folded(&a);
        if (left != next_folded(&b))
            return false;
    } while (left != '\0');
    return true;
}

const char *ctl_value_find(const ctl_texts *values, const char *value)
{
    for (size_t i = 0; i < values->count; i++) {
        if (ctl_value_equal(values->texts[i], value))
            return values->texts[i];
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- definitions */

bool ctl_value_oid(const char *value, char oid[CTL_OID_SIZE])
{
    const char *text = ctl_value_text(value);
    size_t length;

    text += strspn(text, BLANKS);
    if (*text != '(')
        return false;
    text++;
    text += strspn(text, BLANKS);
    length = strspn(text, "0123456789.");
    if (length == 0 || length >= CTL_OID_SIZE)
        return false;
    memcpy(oid, text, length);
    oid[length] = '\0';
    return true;
}

/*
 * The next word of a definition: what is between quotation marks, a parenthesis, or what stands
 * between blanks. Returns its length, 0 at the end; *rest is then behind it.
 */
static size_t next_word(const char **rest, const char **word)
{
    const char *text = *rest + strspn(*rest, BLANKS);
    size_t length;

    while (text[0] == '\'' && text[1] == '\'') /* an empty text is no word */
        text += 2 + strspn(text + 2, BLANKS);
    if (*text == '\'') {
        text++;
        length = strcspn(text, "'");
        *rest = text + length + (text[length] == '\'' ? 1 : 0);
    } else {
        length = *text != '\0' && strchr("()$", *text) != NULL ? 1 : strcspn(text, BLANKS "()$'");
        *rest = text + length;
    }
    *word = text;
    return length;
}

static bool is_word(const char *word, size_t length, const char *wanted)
{
    return strlen(wanted) == length && inv_ascii_equal_in(word, wanted, length);
}

/*
 * Moves *rest behind the keyword (SUP, NAME), and tells whether its values are in parentheses.
 * False: there is no such keyword.
 */
static bool find_keyword(const char **rest, const char *keyword, bool *ret_several)
{
    const char *word;
    size_t length;

    while ((length = next_word(rest, &word)) > 0) {
        const bool quoted = word[-1] == '\'';

        if (!quoted && is_word(word, length, keyword)) {
            const char *behind = *rest;

            *ret_several = next_word(&behind, &word) == 1 && *word == '(';
            if (*ret_several)
                *rest = behind;
            return true;
        }
    }
    return false;
}

bool ctl_value_superiors(const char *value, ctl_texts *names)
{
    const char *rest = ctl_value_text(value);
    const char *word;
    size_t length;
    bool several;

    if (*rest != '(')
        return true;
    rest++;
    if (!find_keyword(&rest, "SUP", &several))
        return true;
    while ((length = next_word(&rest, &word)) > 0 && *word != ')') {
        if (*word != '$' && !ctl_texts_take(names, strndup(word, length)))
            return false;
        if (!several)
            break;
    }
    return true;
}

bool ctl_value_is_named(const char *value, const char *name)
{
    const char *rest = ctl_value_text(value);
    const char *word;
    size_t length;
    bool several;

    if (*rest != '(')
        return false;
    rest++;
    if (!find_keyword(&rest, "NAME", &several))
        return false;
    while ((length = next_word(&rest, &word)) > 0 && *word != ')') {
        if (is_word(word, length, name))
            return true;
        if (!several)
            break;
    }
    return false;
}

bool ctl_value_loads(const char *value, const char *module)
{
    const char *text = ctl_value_text(value);
    size_t length;

    text += strspn(text, BLANKS "\"");
    length = strcspn(text, BLANKS "\"");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '/') {
            text += i + 1;
            length -= i + 1;
            i = (size_t)-1;
        }
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.')
            length = i;
    }
    return strlen(module) == length && strncmp(text, module, length) == 0;
}

/* -------------------------------------------------------------------------------------- indexes */

/* Whether one of the words between commas or blanks is this one. */
static bool has_word(const char *text, size_t length, const char *wanted)
{
    const char *end = text + length;

    while (text < end) {
        size_t word = strcspn(text, ", \t\r\n");

        if (word > (size_t)(end - text))
            word = (size_t)(end - text);
        if (is_word(text, word, wanted))
            return true;
        text += word;
        text += text < end ? 1 : 0;
    }
    return false;
}

/* The part of an index in front of its first blank, and the part behind it. */
static size_t names_length(const char *value)
{
    return strcspn(value, BLANKS);
}

static const char *types_of(const char *value)
{
    const char *text = ctl_value_text(value);

    text += names_length(text);
    return text + strspn(text, BLANKS);
}

bool ctl_index_names(const char *value, const char *attribute)
{
    const char *text = ctl_value_text(value);

    return has_word(text, names_length(text), attribute);
}

/* The types that count for the value. */
static const char *counting_types(const char *value, const char *defaults)
{
    const char *types = types_of(value);

    return *types != '\0' ? types : defaults != NULL ? types_of(defaults) : "";
}

bool ctl_index_has(const char *value, const char *type, const char *defaults)
{
    const char *types = counting_types(value, defaults);

    return has_word(types, strlen(types), type);
}

char *ctl_index_widen(const char *value, const char *type, const char *defaults)
{
    const char *text = ctl_value_text(value);
    const char *types = counting_types(value, defaults);
    char *wider = NULL;

    if (asprintf(&wider, "%.*s %s%s%s", (int)names_length(text), text, types,
                 *types != '\0' ? "," : "", type) < 0)
        return NULL;
    return wider;
}
