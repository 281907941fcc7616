/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* Marks that turn or hide the characters around them: a name must not look like another. */
static bool deceives(wchar_t character)
{
    return (character >= 0x200b && character <= 0x200f) ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

/* Writes the first character of text into out, escaped if need be; returns its bytes in text. */
static size_t write_safe(const char *text, size_t length, char out[16], size_t *columns)
{
    mbstate_t state;
    wchar_t character = 0;
    size_t taken;
    int width;

    memset(&state, 0, sizeof(state));
    taken = mbrtowc(&character, text, length, &state);
    if (taken == 0 || taken == (size_t)-1 || taken == (size_t)-2) {
        *columns = (size_t)snprintf(out, 16, "\\x%02x", (unsigned)(unsigned char)*text);
        return 1;
    }
    width = wcwidth(character);
    if (width < 0 || !iswprint((wint_t)character) || deceives(character)) {
        *columns = (size_t)snprintf(out, 16, character < 0x80 ? "\\x%02x" : "\\u{%04x}",
                                    (unsigned)character);
        return taken;
    }
    memcpy(out, text, taken);
    out[taken] = '\0';
    *columns = (size_t)width;
    return taken;
}

size_t ctl_print_safe(FILE *stream, const char *text)
{
    size_t length = strlen(text);
    size_t total = 0;

    while (length > 0) {
        char out[16];
        size_t columns;
        size_t taken = write_safe(text, length, out, &columns);

        if (stream != NULL)
            (void)fputs(out, stream);
        total += columns;
        text += taken;
        length -= taken;
    }
    return total;
}

size_t ctl_width(const char *text)
{
    return ctl_print_safe(NULL, text);
}

struct ctl_table {
    const char *const *headers;
    size_t columns;
    size_t *widths;
    char **cells;
    size_t rows;
    size_t room; /* rows that fit cells */
};

ctl_table *ctl_table_new(const char *const *headers)
{
    ctl_table *table = calloc(1, sizeof(*table));

    if (table == NULL)
        return NULL;
    table->headers = headers;
    while (headers[table->columns] != NULL)
        table->columns++;
    table->widths = calloc(table->columns + 1, sizeof(*table->widths));
    if (table->widths == NULL) {
        ctl_table_free(&table);
        return NULL;
    }
    for (size_t i = 0; i < table->columns; i++)
        table->widths[i] = ctl_width(headers[i]);
    return table;
}

static bool make_room(ctl_table *table)
{
    size_t room = table->room == 0 ? 64 : 2 * table->room;
    char **cells;

    if (table->rows < table->room)
        return true;
    cells = reallocarray(table->cells, room * table->columns, sizeof(*cells));
    if (cells == NULL)
        return false;
    table->cells = cells;
    table->room = room;
    return true;
}

bool ctl_table_add(ctl_table *table, const char *const *cells)
{
    char **row;

    if (!make_room(table))
        return false;
    row = table->cells + table->rows * table->columns;
    memset(row, 0, table->columns * sizeof(*row));
    table->rows++;
    for (size_t i = 0; i < table->columns; i++) {
        const char *text = cells[i] != NULL && cells[i][0] != '\0' ? cells[i] : "-";
        size_t width = ctl_width(text);

        row[i] = strdup(text);
        if (row[i] == NULL)
            return false;
        if (width > table->widths[i])
            table->widths[i] = width;
    }
    return true;
}

size_t ctl_table_rows(const ctl_table *table)
{
    return table->rows;
}

static void print_row(FILE *stream, const ctl_table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->columns; i++) {
        size_t width = ctl_print_safe(stream, cells[i] != NULL ? cells[i] : "-");

        if (i + 1 == table->columns)
            break;
        for (; width < table->widths[i] + 2; width++)
            (void)fputc(' ', stream);
    }
    (void)fputc('\n', stream);
}

void ctl_table_print(FILE *stream, const ctl_table *table)
{
    print_row(stream, table, table->headers);
    ctl_table_print_rows(stream, table);
}

void ctl_table_print_rows(FILE *stream, const ctl_table *table)
{
    for (size_t i = 0; i < table->rows; i++)
        print_row(stream, table, (const char *const *)(table->cells + i * table->columns));
}

void ctl_table_free(ctl_table **table)
{
    if (*table == NULL)
        return;
    for (size_t i = 0; i < (*table)->rows * (*table)->columns; i++)
        free((*table)->cells[i]);
    free((*table)->cells);
    free((*table)->widths);
    free(*table);
    *table = NULL;
}
