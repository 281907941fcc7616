/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/utf8.h"

#define UTF8_BOM "\xef\xbb\xbf"
#define BLANKS   " \t"

typedef struct parse {
    const char *path;
    unsigned line;
    reader_file *file;
    inv_verdict *verdict;
} parse;

static inv_result refuse(const parse *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inv_result refuse(const parse *at, const char *format, ...)
{
    char why[sizeof(at->verdict->why)];
    va_list arguments;

    va_start(arguments, format);
    if (vsnprintf(why, sizeof(why), format, arguments) < 0)
        why[0] = '\0';
    va_end(arguments);
    return inv_verdict_set(at->verdict, INV_CONFIG, "%s:%u: %s", at->path, at->line, why);
}

/* Without the blanks around it; cut in place. */
static char *trimmed(char *text)
{
    size_t length;

    text += strspn(text, BLANKS);
    length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;
    text[length] = '\0';
    return text;
}

/* What is wrong with the bytes of a line, or NULL. */
static const char *fault_of_bytes(const char *line, size_t length)
{
    while (length > 0) {
        size_t size = inv_utf8_character(line, length);

        if (*line == '\0')
            return "a NUL byte; the file must be plain UTF-8 text";
        if (size == 0)
            return "bytes that are not UTF-8; save the file as UTF-8";
        if (*line != '\t' && inv_utf8_is_control(inv_utf8_code_point(line, size)))
            return "a control character; remove it";
        line += size;
        length -= size;
    }
    return NULL;
}

static inv_result check_name(const parse *at, const char *name)
{
    if (!inv_ascii_only(name))
        return refuse(at, "the line has a name outside ASCII; write a domain with its A-labels "
                          "(xn--...)");
    if (strchr(name, '\t') != NULL)
        return refuse(at, "the line has a tab in a name; use a space");
    if (strlen(name) > READER_NAME_MAX)
        return refuse(at, "'%.80s' has a name that is too long", name);
    return INV_OK;
}

/* text: from '[' on, without blanks at its end. */
static inv_result parse_header(const parse *at, char *text)
{
    reader_file *file = at->file;
    size_t length = strlen(text);
    reader_section *longer;
    inv_result result;
    char *name;

    if (file->section_count == READER_SECTIONS_MAX)
        return refuse(at, "the file has too many sections");
    if (text[length - 1] != ']')
        return refuse(at,
                      "'%.80s' does not end with ']'; a section is [name] and a comment needs a "
                      "line of its own",
                      text);
    text[length - 1] = '\0';
    result = check_name(at, text + 1);
    if (result != INV_OK)
        return result;
    name = trimmed(text + 1);
    if (*name == '\0')
        return refuse(at, "'[]' has no section name");
    if (reader_find_section(file, name) != NULL)
        return refuse(at, "'[%.80s]' repeats a section; put its keys together", name);
    longer = reallocarray(file->sections, file->section_count + 1, sizeof(*longer));
    if (longer == NULL)
        return inv_verdict_no_memory(at->verdict);
    file->sections = longer;
    longer[file->section_count++] = (reader_section){.name = name, .line = at->line};
    return INV_OK;
}

static inv_result add_key(const parse *at, reader_section *section, char *name, char *value)
{
    reader_key *longer;

    if (reader_find_key(section, name) != NULL)
        return refuse(at, "'%.80s' repeats a key of this section; keep one of them", name);
    longer = reallocarray(section->keys, section->key_count + 1, sizeof(*longer));
    if (longer == NULL)
        return inv_verdict_no_memory(at->verdict);
    section->keys = longer;
    longer[section->key_count++] = (reader_key){name, value, at->line};
    return INV_OK;
}

/* text: without blanks around it. */
static inv_result parse_key(const parse *at, char *text)
{
    reader_section *section = &at->file->sections[at->file->section_count - 1];
    char *equals = strchr(text, '=');
    inv_result result;
    char *name;

    if (section->key_count == READER_KEYS_MAX)
        return refuse(at, "the section has too many keys");
    if (equals == NULL) {
        text[strcspn(text, BLANKS)] = '\0';
        return refuse(at,
                      "'%.80s' has no '='; a line is key = value, [section], or a comment whose "
                      "# stands in the first column",
                      text);
    }
    *equals = '\0';
    name = trimmed(text);
    if (*name == '\0')
        return refuse(at, "'' has no key in front of '='");
    result = check_name(at, name);
    return result == INV_OK ? add_key(at, section, name, trimmed(equals + 1)) : result;
}

/* line: with a NUL at its end. */
static inv_result parse_line(const parse *at, char *line)
{
    char *text;

    if (*line == '#' || *line == ';')
        return INV_OK;
    text = trimmed(line);
    if (*text == '\0')
        return INV_OK;
    if (*line == '[')
        return parse_header(at, text);
    if (at->file->section_count == 0)
        return refuse(at, "the line has something before the first section; begin with [directory] "
                          "or [domain NAME] (a comment's # stands in the first column)");
    if (strchr("#;[", *text) != NULL)
        return refuse(at, "the line is indented; the %c of a %s must stand in the first column",
                      *text, *text == '[' ? "section" : "comment");
    return parse_key(at, text);
}

static inv_result parse_lines(parse *at, size_t length)
{
    char *line = at->file->bytes;
    char *end = line + length;

    if (strncmp(line, UTF8_BOM, strlen(UTF8_BOM)) == 0)
        line += strlen(UTF8_BOM);
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline != NULL ? newline : end;
        char *next = stop + 1;
        const char *fault;
        inv_result result;

        at->line++;
        if (stop > line && stop[-1] == '\r')
            stop--;
        fault = fault_of_bytes(line, (size_t)(stop - line));
        if (fault != NULL)
            return refuse(at, "the line has %s", fault);
        *stop = '\0';
        result = parse_line(at, line);
        if (result != INV_OK)
            return result;
        line = next;
    }
    return INV_OK;
}

inv_result reader_parse(const char *path, const char *bytes, size_t length, reader_file **file,
                        inv_verdict *verdict)
{
    reader_file *made = calloc(1, sizeof(*made));
    parse at = {path, 0, made, verdict};
    inv_result result;

    *file = NULL;
    if (made != NULL)
        made->bytes = malloc(length + 1);
    if (made == NULL || made->bytes == NULL) {
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    if (length > 0)
        memcpy(made->bytes, bytes, length);
    made->bytes[length] = '\0';
    result = parse_lines(&at, length);
    if (result == INV_OK) {
        *file = made;
        made = NULL;
    }

cleanup:
    reader_free(&made);
    return result;
}

/* Up to room bytes; false with errno. */
static bool read_all(int descriptor, char *bytes, size_t room, size_t *ret_length)
{
    *ret_length = 0;
    while (*ret_length < room) {
        ssize_t got = read(descriptor, bytes + *ret_length, room - *ret_length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        *ret_length += (size_t)got;
    }
    return true;
}

inv_result reader_load(const char *path, int descriptor, reader_file **file, inv_verdict *verdict)
{
    const size_t room = READER_BYTES_MAX + 1; /* one more shows that the file is larger */
    char *bytes = malloc(room);
    size_t length = 0;
    inv_result result;

    *file = NULL;
    if (bytes == NULL)
        return inv_verdict_no_memory(verdict);
    if (!read_all(descriptor, bytes, room, &length))
        result =
            inv_verdict_set(verdict, INV_CONFIG, "%s cannot be read: %s", path, strerror(errno));
    else if (length == room)
        result = inv_verdict_set(verdict, INV_CONFIG,
                                 "%s is larger than %zu bytes; is it a configuration file?", path,
                                 READER_BYTES_MAX);
    else
        result = reader_parse(path, bytes, length, file, verdict);
    free(bytes);
    return result;
}

void reader_free(reader_file **file)
{
    reader_file *old = *file;

    *file = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->section_count; i++)
        free(old->sections[i].keys);
    free(old->sections);
    free(old->bytes);
    free(old);
}

const reader_section *reader_find_section(const reader_file *file, const char *name)
{
    for (size_t i = 0; i < file->section_count; i++) {
        if (inv_ascii_equal(file->sections[i].name, name))
            return &file->sections[i];
    }
    return NULL;
}

const reader_key *reader_find_key(const reader_section *section, const char *name)
{
    for (size_t i = 0; i < section->key_count; i++) {
        if (inv_ascii_equal(section->keys[i].name, name))
            return &section->keys[i];
    }
    return NULL;
}

unsigned reader_line_of(const reader_file *file, const char *section, const char *key)
{
    const reader_section *found = reader_find_section(file, section);
    const reader_key *named = found != NULL && key != NULL ? reader_find_key(found, key) : NULL;

    if (named != NULL)
        return named->line;
    return found != NULL ? found->line : 0;
}
