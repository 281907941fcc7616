/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/ascii.h"
#include "invitegate/utf8.h"
#include "keys.h"

#define UTF8_BOM      "\xef\xbb\xbf"
#define SECTIONS_MAX  1000U
#define SECTION_LINES 100U /* keys a section; more than any has */

inv_result inv_config_text_read(int descriptor, const char *path, inv_config_text *text,
                                inv_verdict *verdict)
{
    const size_t room = INV_CONFIG_TEXT_MAX + 1; /* one more, to see that there is more */

    text->length = 0;
    text->bytes = malloc(room + 1);
    if (text->bytes == NULL)
        return inv_verdict_no_memory(verdict);
    while (text->length < room) {
        ssize_t got = read(descriptor, text->bytes + text->length, room - text->length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return inv_verdict_set(verdict, INV_CONFIG, "%s cannot be read: %s", path,
                                   strerror(errno));
        if (got == 0)
            break;
        text->length += (size_t)got;
    }
    text->bytes[text->length] = '\0';
    if (text->length > INV_CONFIG_TEXT_MAX)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "%s is larger than %zu bytes; is it a configuration file?", path,
                               INV_CONFIG_TEXT_MAX);
    return INV_OK;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static inv_config_piece trimmed(inv_config_piece piece)
{
    while (piece.length > 0 && is_blank(*piece.start)) {
        piece.start++;
        piece.length--;
    }
    while (piece.length > 0 && is_blank(piece.start[piece.length - 1]))
        piece.length--;
    return piece;
}

/* Moves on to the next line; false at the end. Start with an empty piece at the text's start. */
static bool next_line(const inv_config_text *text, size_t *offset, inv_config_piece *line)
{
    const char *newline;

    if (*offset >= text->length)
        return false;
    line->start = text->bytes + *offset;
    line->length = text->length - *offset;
    newline = memchr(line->start, '\n', line->length);
    if (newline != NULL)
        line->length = (size_t)(newline - line->start);
    *offset += line->length + 1;
    return true;
}

static size_t first_line_offset(const inv_config_text *text)
{
    size_t length = strlen(UTF8_BOM);

    return text->length >= length && memcmp(text->bytes, UTF8_BOM, length) == 0 ? length : 0;
}

inv_config_piece inv_config_text_line(const inv_config_text *text, unsigned number)
{
    inv_config_piece line = {NULL, 0};
    size_t offset = first_line_offset(text);

    for (unsigned at = 1; next_line(text, &offset, &line); at++) {
        if (at == number)
            return trimmed(line);
    }
    return (inv_config_piece){NULL, 0};
}

inv_config_piece inv_config_line_name(inv_config_piece line)
{
    const char *end;

    if (line.start == NULL || line.length == 0)
        return (inv_config_piece){"", 0};
    if (*line.start == '[')
        return line;
    end = memchr(line.start, '=', line.length);
    if (end == NULL)
        end = memchr(line.start, ' ', line.length);
    if (end != NULL)
        line.length = (size_t)(end - line.start);
    return trimmed(line);
}

static bool is_header_of(inv_config_piece line, const char *section)
{
    size_t length = strlen(section);

    if (line.length < 2 || line.start[0] != '[' || line.start[line.length - 1] != ']')
        return false;
    line.start++;
    line.length -= 2;
    line = trimmed(line);
    return line.length == length && inv_ascii_equal_in(line.start, section, length);
}

unsigned inv_config_text_section_line(const inv_config_text *text, const char *section)
{
    inv_config_piece line = {NULL, 0};
    size_t offset = first_line_offset(text);

    for (unsigned at = 1; next_line(text, &offset, &line); at++) {
        if (is_header_of(trimmed(line), section))
            return at;
    }
    return 0;
}

/* --------------------------------------------------------------------------------- the check */

/* What is wrong with the bytes of a line, or NULL. A CR may only stand at the end. */
static const char *judge_bytes(inv_config_piece line)
{
    if (line.length > 0 && line.start[line.length - 1] == '\r')
        line.length--;
    if (memchr(line.start, '\0', line.length) != NULL)
        return "a NUL byte; the file must be plain UTF-8 text";
    while (line.length > 0) {
        size_t size = inv_utf8_character(line.start, line.length);

        if (size == 0)
            return "bytes that are not UTF-8; save the file as UTF-8";
        if (*line.start != '\t' && inv_utf8_is_control(inv_utf8_code_point(line.start, size)))
            return "a control character; remove it";
        line.start += size;
        line.length -= size;
    }
    return NULL;
}

/* libini gives up without a word on these, see its col_validate_property. */
static const char *judge_name(inv_config_piece name)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char byte = (unsigned char)name.start[i];

        if (byte >= 0x80)
            return "a name outside ASCII; write a domain with its A-labels (xn--...)";
        if (byte < 0x20)
            return "a tab in a name; use a space";
        if (byte == '!')
            return "a name with '!'";
    }
    return NULL;
}

typedef struct line_scan {
    unsigned line;
    unsigned sections;
    unsigned keys; /* since the last header */
} line_scan;

static const char *judge_line(line_scan *scan, inv_config_piece line)
{
    const char *fault = judge_bytes(line);

    if (fault != NULL)
        return fault;
    if (line.length > 0 && (*line.start == '#' || *line.start == ';'))
        return NULL;
    line = trimmed(line);
    if (line.length == 0)
        return NULL;
    if (*line.start == '[') {
        scan->keys = 0;
        if (++scan->sections > SECTIONS_MAX)
            return "too many sections";
    } else if (scan->sections == 0) {
        return "something before the first section; begin with [directory] or [domain NAME] "
               "(a comment's # stands in the first column)";
    } else if (++scan->keys > SECTION_LINES) {
        return "too many keys in one section";
    }
    return judge_name(inv_config_line_name(line));
}

inv_result inv_config_text_check(const inv_config_text *text, const char *path,
                                 inv_verdict *verdict)
{
    inv_config_piece line = {NULL, 0};
    size_t offset = first_line_offset(text);
    line_scan scan = {0, 0, 0};

    while (next_line(text, &offset, &line)) {
        const char *fault;

        scan.line++;
        fault = judge_line(&scan, line);
        if (fault != NULL)
            return inv_verdict_set(verdict, INV_CONFIG, "%s:%u: the line has %s", path, scan.line,
                                   fault);
    }
    return INV_OK;
}
