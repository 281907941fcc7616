/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "lua.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INCLUDES 16 /* files in one another */
#define TABLES   32 /* tables in one another */

typedef struct parser {
    ctl_host *host;
    ctl_lua_config *config;
    ctl_lua_lexer lexer;
    ctl_lua_token token; /* the next one */
    const char *file;
    char *current; /* the host that settings are of */
    unsigned depth;
    bool lost;
} parser;

static ctl_sight read_file(ctl_host *host, ctl_lua_config *config, const char *path,
                           unsigned depth);

/* ------------------------------------------------------------------------------------- tokens */

static void advance(parser *work)
{
    free(work->token.text);
    if (!ctl_lua_next(&work->lexer, &work->token))
        work->lost = true;
}

static bool is_sign(const parser *work, char sign)
{
    return work->token.kind == CTL_LUA_SIGN && work->token.text[0] == sign;
}

static bool is_word(const parser *work, const char *word)
{
    return work->token.kind == CTL_LUA_WORD && strcmp(work->token.text, word) == 0;
}

/* The text of the present token, which becomes the caller's. */
static char *take_text(parser *work)
{
    char *text = work->token.text;

    work->token.text = NULL;
    advance(work);
    return text;
}

/* ------------------------------------------------------------------------------------- values */

static void value_clear(ctl_lua_value *value)
{
    for (size_t i = 0; i < value->count; i++) {
        free(value->items[i].key);
        value_clear(&value->items[i].value);
    }
    if (value->text != NULL)
        explicit_bzero(value->text, strlen(value->text)); /* it may be a password */
    free(value->text);
    free(value->items);
    *value = (ctl_lua_value){.text = NULL};
}

static void parse_value(parser *work, unsigned tables, ctl_lua_value *value);

static ctl_lua_item *add_item(parser *work, ctl_lua_value *table)
{
    ctl_lua_item *items = reallocarray(table->items, table->count + 1, sizeof(*items));

    if (items == NULL) {
        work->lost = true;
        return NULL;
    }
    table->items = items;
    items[table->count] = (ctl_lua_item){.key = NULL};
    return &items[table->count++];
}

/* "[key] =" or "key =" in front of an item's value; a value that was taken for a key goes to value.
 */
static void parse_key(parser *work, ctl_lua_item *item, bool *has_value)
{
    *has_value = false;
    if (is_sign(work, '[')) {
        advance(work);
        item->key = take_text(work);
        if (!is_sign(work, ']'))
            work->lost = true;
        advance(work);
        if (!is_sign(work, '='))
            work->lost = true;
        advance(work);
        return;
    }
    if (work->token.kind != CTL_LUA_WORD || is_word(work, "true") || is_word(work, "false"))
        return;
    item->key = take_text(work);
    if (is_sign(work, '=')) {
        advance(work);
        return;
    }
    /* a variable: what it holds is not known */
    free(item->key);
    item->key = NULL;
    item->value.kind = CTL_LUA_OTHER;
    *has_value = true;
}

static void parse_table(parser *work, unsigned tables, ctl_lua_value *value)
{
    value->kind = CTL_LUA_TABLE;
    advance(work);
    while (!is_sign(work, '}') && !work->lost) {
        ctl_lua_item *item = work->token.kind != CTL_LUA_END ? add_item(work, value) : NULL;
        bool has_value;

        if (item == NULL) {
            work->lost = true;
            return;
        }
        parse_key(work, item, &has_value);
        if (!has_value && !work->lost)
            parse_value(work, tables + 1, &item->value);
        if (is_sign(work, ',') || is_sign(work, ';'))
            advance(work);
        else if (!is_sign(work, '}'))
            work->lost = true;
    }
    if (!work->lost)
        advance(work);
}

/* Whether the value goes on: an operator, a call, a field. */
static bool goes_on(const parser *work, unsigned line)
{
    if (work->token.kind == CTL_LUA_SIGN)
        return strchr(";,}])", work->token.text[0]) == NULL;
    return is_word(work, "and") || is_word(work, "or") ||
           (work->token.kind == CTL_LUA_TEXT && work->token.line == line);
}

/* Goes to the end of an expression, which is not computed. */
static void skip_expression(parser *work)
{
    unsigned last = work->token.line;
    unsigned open = 0;
    bool wants_more = false;

    while (!work->lost && work->token.kind != CTL_LUA_END) {
        const bool sign = work->token.kind == CTL_LUA_SIGN;

        if (open == 0 && ((sign && strchr(",;})", work->token.text[0]) != NULL) ||
                          (!sign && !wants_more && work->token.line > last)))
            return;
        if (sign && strchr("({[", work->token.text[0]) != NULL)
            open++;
        if (sign && strchr(")}]", work->token.text[0]) != NULL && open > 0)
            open--;
        wants_more = is_word(work, "and") || is_word(work, "or") ||
                     (sign && strchr(")}]", work->token.text[0]) == NULL);
        last = work->token.line;
        advance(work);
    }
}

static void parse_value(parser *work, unsigned tables, ctl_lua_value *value)
{
    *value = (ctl_lua_value){.line = work->token.line};
    if (tables > TABLES) {
        work->lost = true;
        return;
    }
    if (is_sign(work, '{')) {
        parse_table(work, tables, value);
    } else if (work->token.kind == CTL_LUA_TEXT || work->token.kind == CTL_LUA_DIGITS) {
        value->kind = work->token.kind == CTL_LUA_TEXT ? CTL_LUA_STRING : CTL_LUA_NUMBER;
        value->text = take_text(work);
    } else if (is_word(work, "true") || is_word(work, "false")) {
        value->kind = CTL_LUA_BOOLEAN;
        value->text = take_text(work);
    } else if (work->token.kind == CTL_LUA_WORD && !is_word(work, "function")) {
        advance(work);
    } else {
        work->lost = true;
    }
    if (!work->lost && goes_on(work, value->line)) {
        value_clear(value);
        value->line = work->token.line;
        skip_expression(work);
    }
}

/* --------------------------------------------------------------------------------- statements */

static void add_setting(parser *work, char *name, const ctl_place *place, ctl_lua_value *value)
{
    ctl_lua_config *config = work->config;
    ctl_lua_setting *settings =
        reallocarray(config->settings, config->count + 1, sizeof(*settings));
    char *host = strdup(work->current);

    if (settings != NULL)
        config->settings = settings;
    if (settings == NULL || host == NULL || name == NULL) {
        work->lost = true;
        free(host);
        free(name);
        value_clear(value);
        return;
    }
    settings += config->count++;
    settings->host = host;
    settings->name = name;
    settings->value = *value;
    settings->place = *place;
}

static void choose_host(parser *work, const char *name)
{
    char *copy = strdup(name);

    if (copy == NULL) {
        work->lost = true;
        return;
    }
    free(work->current);
    work->current = copy;
}

static void add_host(parser *work, const char *name, bool component, unsigned line)
{
    ctl_lua_config *config = work->config;
    ctl_lua_host *hosts;

    choose_host(work, name);
    if (ctl_lua_host_named(config, name) != NULL)
        return;
    hosts = reallocarray(config->hosts, config->host_count + 1, sizeof(*hosts));
    if (hosts == NULL) {
        work->lost = true;
        return;
    }
    config->hosts = hosts;
    hosts[config->host_count++] = (ctl_lua_host){strdup(name), component, {work->file, line}};
    if (hosts[config->host_count - 1].name == NULL) {
        config->host_count--;
        work->lost = true;
    }
}

/* VirtualHost "a" { name = value; ... } */
static void parse_host_table(parser *work)
{
    ctl_lua_value table;

    if (!is_sign(work, '{'))
        return;
    parse_value(work, 0, &table);
    for (size_t i = 0; i < table.count; i++) {
        ctl_lua_item *item = &table.items[i];
        const ctl_place place = {work->file, item->value.line};

        if (item->key == NULL)
            continue;
        add_setting(work, item->key, &place, &item->value);
        item->key = NULL;
        item->value = (ctl_lua_value){.text = NULL};
    }
    value_clear(&table);
    choose_host(work, "*");
}

static void include(parser *work, const char *pattern)
{
    const char *slash = strrchr(pattern, '/');
    const char *own = strrchr(work->file, '/');
    const char *glob = slash != NULL ? slash + 1 : pattern;
    char folder[512];
    size_t end;
    ctl_names names = {.names = NULL};

    /* relative to the file that includes; ctl_names_read puts the root in front again */
    if (pattern[0] == '/')
        ctl_host_write(folder, sizeof(folder), "%.*s", (int)(glob - pattern), pattern);
    else
        ctl_host_write(folder, sizeof(folder), "%.*s/%.*s",
                       (int)(own - work->file - (long)strlen(work->host->root)),
                       work->file + strlen(work->host->root), (int)(glob - pattern), pattern);
    end = strlen(folder);
    if (end > 1 && folder[end - 1] == '/')
        folder[end - 1] = '\0';
    if (ctl_names_read(work->host, "prosody", folder, "", &names) == CTL_SIGHT_HIDDEN)
        work->config->incomplete = true;
    else if (strpbrk(glob, "*?") == NULL && !ctl_names_have(&names, glob))
        ctl_host_finding(work->host, "prosody", &(ctl_place){work->file, work->token.line},
                         "take the Include out, or make the file",
                         "includes %s, which is not there: Prosody does not start", pattern);
    for (size_t i = 0; i < names.count; i++) {
        char path[1024];

        if (fnmatch(glob, names.names[i], 0) != 0)
            continue;
        ctl_host_write(path, sizeof(path), "%s%s/%s", work->host->root, folder, names.names[i]);
        if (read_file(work->host, work->config, path, work->depth + 1) != CTL_SIGHT_READ)
            work->config->incomplete = true;
    }
    ctl_names_clear(&names);
}

/* Word "text", or Word("text"): a host, a component, a file. */
static void parse_call(parser *work, const char *word, unsigned line)
{
    const bool parenthesis = is_sign(work, '(');
    const bool component = strcasecmp(word, "Component") == 0;
    char *text;

    if (parenthesis)
        advance(work);
    text = work->token.kind == CTL_LUA_TEXT ? take_text(work) : NULL;
    if (parenthesis && is_sign(work, ')'))
        advance(work);
    if (text == NULL) {
        work->lost = true;
        return;
    }
    if (strcasecmp(word, "VirtualHost") == 0 || strcasecmp(word, "Host") == 0) {
        add_host(work, text, false, line);
        parse_host_table(work);
    } else if (component) {
        add_host(work, text, true, line);
        if (work->token.kind == CTL_LUA_TEXT)
            advance(work);
        parse_host_table(work);
    } else if (strcasecmp(word, "Include") == 0) {
        include(work, text);
    } else {
        work->lost = true;
    }
    free(text);
}

static void parse_statement(parser *work)
{
    const ctl_place place = {work->file, work->token.line};
    ctl_lua_value value;
    char *word;

    if (is_sign(work, ';')) {
        advance(work);
        return;
    }
    if (work->token.kind != CTL_LUA_WORD) {
        work->lost = true;
        return;
    }
    word = take_text(work);
    if (!work->lost && is_sign(work, '=')) {
        advance(work);
        parse_value(work, 0, &value);
        add_setting(work, word, &place, &value);
        return;
    }
    if (!work->lost)
        parse_call(work, word, place.line);
    free(word);
}

/* The file with its line feeds again. */
static char *join(const ctl_text *text)
{
    char *whole = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&whole, &size);

    for (size_t i = 0; i < text->count && stream != NULL; i++)
        (void)fprintf(stream, "%s\n", text->lines[i]);
    if (stream != NULL && fclose(stream) == 0)
        return whole;
    free(whole);
    return NULL;
}

static void parse(parser *work)
{
    unsigned line = 1;

    advance(work);
    while (!work->lost && work->token.kind != CTL_LUA_END) {
        line = work->token.line;
        parse_statement(work);
    }
    if (work->lost) {
        work->config->incomplete = true;
        ctl_host_unseen(work->host, "prosody", &(ctl_place){work->file, line},
                        "prosodyctl check config looks at all of it",
                        "is more than a list of settings: what follows in this file was not looked "
                        "at");
    }
    free(work->token.text);
    free(work->current);
}

static ctl_sight read_file(ctl_host *host, ctl_lua_config *config, const char *path, unsigned depth)
{
    parser work = {.host = host, .config = config, .depth = depth, .lexer = {.line = 1}};
    ctl_text text;
    char *whole = NULL;
    ctl_sight sight;

    if (depth > INCLUDES)
        return CTL_SIGHT_HIDDEN;
    sight = ctl_text_read_at(host, "prosody", path, &text);
    if (sight == CTL_SIGHT_READ) {
        whole = join(&text);
        work.lexer.at = whole;
        work.current = strdup("*");
        if (ctl_names_add(&config->files, path))
            work.file = config->files.names[config->files.count - 1];
    }
    if (whole != NULL && work.current != NULL && work.file != NULL) {
        parse(&work);
    } else {
        free(work.current);
        if (sight == CTL_SIGHT_READ)
            sight = CTL_SIGHT_HIDDEN;
    }
    if (whole != NULL)
        explicit_bzero(whole, strlen(whole));
    free(whole);
    ctl_text_clear(&text);
    return sight;
}

ctl_sight ctl_lua_read(ctl_host *host, const char *path, ctl_lua_config *config)
{
    char *below = ctl_host_path(host, path);
    ctl_sight sight = CTL_SIGHT_HIDDEN;

    *config = (ctl_lua_config){.count = 0};
    if (below != NULL)
        sight = read_file(host, config, below, 0);
    if (sight == CTL_SIGHT_HIDDEN)
        config->incomplete = true;
    free(below);
    return sight;
}

void ctl_lua_clear(ctl_lua_config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        free(config->settings[i].host);
        free(config->settings[i].name);
        value_clear(&config->settings[i].value);
    }
    for (size_t i = 0; i < config->host_count; i++)
        free(config->hosts[i].name);
    free(config->settings);
    free(config->hosts);
    ctl_names_clear(&config->files);
    *config = (ctl_lua_config){.count = 0};
}
