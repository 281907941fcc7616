/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS  "0123456789"

/* The number of '=' between the brackets that open a long text at text, or -1. */
static int long_level(const char *text)
{
    size_t level;

    if (text[0] != '[')
        return -1;
    level = strspn(text + 1, "=");
    return text[1 + level] == '[' ? (int)level : -1;
}

/* Goes behind a long text, whose beginning and length are told. False: it has no end. */
static bool read_long(ctl_lua_lexer *lexer, int level, const char **start, size_t *length)
{
    const char *end = lexer->at + 2 + level;

    *start = end;
    for (;; end++) {
        if (*end == '\0')
            return false;
        if (*end == ']' && strspn(end + 1, "=") == (size_t)level && end[1 + level] == ']')
            break;
        lexer->line += *end == '\n' ? 1 : 0;
    }
    *length = (size_t)(end - *start);
    lexer->at = end + 2 + level;
    return true;
}

/* Goes to the next word, behind blanks and comments. */
static bool skip(ctl_lua_lexer *lexer)
{
    for (;;) {
        const char *start;
        size_t length;

        while (*lexer->at != '\0' && strchr(" \t\r\n\v\f", *lexer->at) != NULL)
            lexer->line += *lexer->at++ == '\n' ? 1 : 0;
        if (strncmp(lexer->at, "--", 2) != 0)
            return true;
        lexer->at += 2;
        if (long_level(lexer->at) < 0)
            lexer->at += strcspn(lexer->at, "\n");
        else if (!read_long(lexer, long_level(lexer->at), &start, &length))
            return false;
    }
}

/* The character of an escape, whose letter is at at; the number of bytes that it takes there. */
static size_t unescape(const char *at, char *byte)
{
    static const char letters[] = "abfnrtv";
    static const char bytes[] = "\a\b\f\n\r\t\v";
    const char *letter = *at != '\0' ? strchr(letters, *at) : NULL;
    const size_t digits = strspn(at, DIGITS) < 3 ? strspn(at, DIGITS) : 3;
    char number[4] = "";

    if (digits > 0) {
        memcpy(number, at, digits);
        *byte = (char)strtol(number, NULL, 10);
        return digits;
    }
    *byte = *at;
    if (letter != NULL)
        *byte = bytes[letter - letters];
    return 1;
}

static bool read_quoted(ctl_lua_lexer *lexer, ctl_lua_token *token)
{
    const char quote = *lexer->at++;
    size_t length = 0;

    token->kind = CTL_LUA_TEXT;
    token->text = calloc(strcspn(lexer->at, "\n") + 1, 1);
    if (token->text == NULL)
        return false;
    while (*lexer->at != quote) {
        char byte = *lexer->at;

        if (byte == '\0' || byte == '\n')
            return false;
        lexer->at++;
        if (byte == '\\') {
            if (*lexer->at == '\n' || *lexer->at == '\0' || *lexer->at == 'z')
                return false; /* goes on in the next line */
            lexer->at += unescape(lexer->at, &byte);
        }
        token->text[length++] = byte;
    }
    lexer->at++;
    return true;
}

static bool read_span(ctl_lua_lexer *lexer, size_t length, ctl_lua_token *token)
{
    token->text = strndup(lexer->at, length);
    lexer->at += length;
    return token->text != NULL;
}

bool ctl_lua_next(ctl_lua_lexer *lexer, ctl_lua_token *token)
{
    const char *start;
    size_t length;
    int level;

    *token = (ctl_lua_token){.kind = CTL_LUA_END};
    if (!skip(lexer))
        return false;
    token->line = lexer->line;
    if (*lexer->at == '\0')
        return true;
    if (*lexer->at == '"' || *lexer->at == '\'')
        return read_quoted(lexer, token);
    level = long_level(lexer->at);
    if (level >= 0) {
        token->kind = CTL_LUA_TEXT;
        if (!read_long(lexer, level, &start, &length))
            return false;
        token->text = strndup(start, length);
        return token->text != NULL;
    }
    if (strspn(lexer->at, LETTERS) > 0) {
        token->kind = CTL_LUA_WORD;
        return read_span(lexer, strspn(lexer->at, LETTERS DIGITS), token);
    }
    if (strspn(lexer->at, DIGITS) > 0) {
        token->kind = CTL_LUA_DIGITS;
        return read_span(lexer, strspn(lexer->at, DIGITS LETTERS "."), token);
    }
    token->kind = CTL_LUA_SIGN;
    return read_span(lexer, 1, token);
}
