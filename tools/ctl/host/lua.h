/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_LUA_H
#define INVITEGATE_TOOLS_HOST_LUA_H

#include "text.h"

/*
 * Prosody's configuration, as far as it is a list of settings: name = value, VirtualHost,
 * Component, Include. It may be any program in Lua; nothing of it is run here, and where it is more
 * than settings, what follows in that file is not understood.
 */
typedef enum ctl_lua_kind {
    CTL_LUA_OTHER, /* what only running it would tell */
    CTL_LUA_STRING,
    CTL_LUA_NUMBER,
    CTL_LUA_BOOLEAN,
    CTL_LUA_TABLE,
} ctl_lua_kind;

typedef struct ctl_lua_value {
    ctl_lua_kind kind;
    char *text; /* of a string, a number, "true", "false" */
    unsigned line;
    struct ctl_lua_item *items; /* of a table */
    size_t count;
} ctl_lua_value;

typedef struct ctl_lua_item {
    char *key; /* NULL: without */
    ctl_lua_value value;
} ctl_lua_item;

/* A setting; the last of a name counts. */
typedef struct ctl_lua_setting {
    char *host; /* "*": of all hosts */
    char *name;
    ctl_lua_value value;
    ctl_place place; /* file: owned by the configuration */
} ctl_lua_setting;

typedef struct ctl_lua_host {
    char *name;
    bool component;
    ctl_place place;
} ctl_lua_host;

typedef struct ctl_lua_config {
    ctl_lua_setting *settings;
    size_t count;
    ctl_lua_host *hosts;
    size_t host_count;
    ctl_names files;
    bool incomplete; /* a row says what was not read or not understood */
} ctl_lua_config;

/*
 * Reads path, below the root, and what it includes. ctl_lua_clear is always allowed afterwards. A
 * row of check "prosody" says what was not understood.
 */
ctl_sight ctl_lua_read(ctl_host *host, const char *path, ctl_lua_config *config);

/* Frees what was read. */
void ctl_lua_clear(ctl_lua_config *config);

/* The setting of a host itself ("*": of all), or NULL. */
const ctl_lua_setting *ctl_lua_own(const ctl_lua_config *config, const char *host,
                                   const char *name);

/* The same, and where the host has none that of all. */
const ctl_lua_setting *ctl_lua_find(const ctl_lua_config *config, const char *host,
                                    const char *name);

/* Its text, or otherwise where there is no such setting; NULL: it is no string. */
const char *ctl_lua_text(const ctl_lua_setting *setting, const char *otherwise);

/* Whether a setting's table has that string in it. A single string counts as a table of one. */
bool ctl_lua_lists(const ctl_lua_setting *setting, const char *text);

/* The host or component of that name, or NULL. */
const ctl_lua_host *ctl_lua_host_named(const ctl_lua_config *config, const char *name);

/* ----------------------------------------------------------------------------- its words */

typedef enum ctl_lua_token_kind {
    CTL_LUA_END,
    CTL_LUA_WORD,
    CTL_LUA_TEXT,
    CTL_LUA_DIGITS,
    CTL_LUA_SIGN, /* one character; ".." is two */
} ctl_lua_token_kind;

typedef struct ctl_lua_token {
    ctl_lua_token_kind kind;
    char *text;
    unsigned line;
} ctl_lua_token;

typedef struct ctl_lua_lexer {
    const char *at;
    unsigned line;
} ctl_lua_lexer;

/* The next word; its text is the caller's to free. False: no Lua, or out of memory. */
bool ctl_lua_next(ctl_lua_lexer *lexer, ctl_lua_token *token);

#endif
