/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "invitegate/utf8.h"

#define LINE_SIZE 1024 /* with the NUL */

/*
 * Most bytes of an escaped value in the verdict line: together they leave room for why, so that no
 * long value pushes rhost, which programs such as fail2ban act on, off the end.
 */
#define USER_MAX    256
#define DOMAIN_MAX  256
#define SERVICE_MAX 64
#define RHOST_MAX   128

struct inv_log {
    inv_log_level threshold;
    inv_log_sink sink;
    void *context;
};

inv_log *inv_log_new(inv_log_level threshold, inv_log_sink sink, void *context)
{
    inv_log *log = malloc(sizeof(*log));

    if (log == NULL)
        return NULL;
    log->threshold = threshold;
    log->sink = sink;
    log->context = context;
    return log;
}

void inv_log_free(inv_log **log)
{
    free(*log);
    *log = NULL;
}

int inv_log_priority(inv_log_level level)
{
    switch (level) {
    case INV_LOG_ERROR:
        return LOG_ERR;
    case INV_LOG_WARNING:
        return LOG_WARNING;
    case INV_LOG_NOTICE:
        return LOG_NOTICE;
    case INV_LOG_INFO:
        return LOG_INFO;
    case INV_LOG_DEBUG:
        return LOG_DEBUG;
    }
    return LOG_ERR;
}

void inv_log_to_syslog(void *context, inv_log_level level, const char *line)
{
    (void)context;
    syslog(LOG_AUTHPRIV | inv_log_priority(level), "%s", line);
}

void inv_log_to_stderr(void *context, inv_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)fprintf(stderr, "invitegate: %s\n", line);
}

static size_t write_hex(char *line, const char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        *line++ = '\\';
        *line++ = 'x';
        *line++ = digits[byte >> 4];
        *line++ = digits[byte & 0x0f];
    }
    return 4 * count;
}

/*
 * Writes text to line, at most room bytes and no NUL, and returns how many; what does not fit whole
 * is left out with all that follows. quoted: quotes and backslashes get a backslash.
 */
static size_t escape(char *line, size_t room, const char *text, bool quoted)
{
    size_t length = strlen(text);
    size_t used = 0;

    for (size_t position = 0; position < length;) {
        char piece[8];
        size_t written;
        size_t size = inv_utf8_character(text + position, length - position);

        if (size == 0) {
            size = 1;
            written = write_hex(piece, text + position, 1);
        } else if (inv_utf8_is_control(inv_utf8_code_point(text + position, size))) {
            written = write_hex(piece, text + position, size);
        } else {
            written = 0;
            if (quoted && (text[position] == '"' || text[position] == '\\'))
                piece[written++] = '\\';
            memcpy(piece + written, text + position, size);
            written += size;
        }
        if (written > room - used)
            break;
        memcpy(line + used, piece, written);
        used += written;
        position += size;
    }
    return used;
}

/* Cuts an incomplete character off the end of a text that a buffer has cut. */
static void drop_partial_character(char *text)
{
    size_t length = strlen(text);

    for (size_t back = 1; back <= 3 && back <= length; back++) {
        unsigned char byte = (unsigned char)text[length - back];

        if (byte < 0x80)
            return;
        if (byte >= 0xc0) {
            if (inv_utf8_character(text + length - back, back) == 0)
                text[length - back] = '\0';
            return;
        }
    }
}

void inv_log_write(const inv_log *log, inv_log_level level, const char *format, ...)
{
    char text[LINE_SIZE];
    char line[LINE_SIZE];
    va_list arguments;
    int length;

    if (log == NULL || level > log->threshold)
        return;
    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof(text))
        drop_partial_character(text);
    line[escape(line, sizeof(line) - 1, text, false)] = '\0';
    log->sink(log->context, level, line);
}

/* Appends name="value" and returns the new end; most limits the value. line has room for it. */
static char *append_value(char *end, const char *name, const char *value, size_t most)
{
    size_t name_length = strlen(name);

    if (value == NULL || value[0] == '\0')
        value = "-";
    memcpy(end, name, name_length);
    end += name_length;
    *end++ = '"';
    end += escape(end, most, value, true);
    *end++ = '"';
    return end;
}

void inv_log_verdict(const inv_log *log, const inv_verdict *verdict, const inv_origin *origin)
{
    char line[LINE_SIZE];
    char *end;
    int length;

    if (log == NULL)
        return;
    length = snprintf(line, sizeof(line), "result=%s invite=%s", inv_result_name(verdict->result),
                      verdict->invite_id[0] != '\0' ? verdict->invite_id : "-");
    if (length < 0)
        return;
    end = line + length;
    end = append_value(end, " user=", verdict->user, USER_MAX);
    end = append_value(end, " domain=", origin->domain, DOMAIN_MAX);
    end = append_value(end, " service=", origin->service, SERVICE_MAX);
    end = append_value(end, " rhost=", origin->rhost, RHOST_MAX);
    end = append_value(end, " why=", verdict->why,
                       sizeof(line) - (size_t)(end - line) - sizeof(" why=\"\""));
    *end = '\0';
    inv_log_write(log, verdict->result < 0 ? INV_LOG_ERROR : INV_LOG_NOTICE, "%s", line);
}
