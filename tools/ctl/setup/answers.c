/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "answers.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/trusted_file.h"

static const struct {
    const char *name;
    size_t place; /* in ctl_answers */
} keys[] = {
    {"domain", offsetof(ctl_answers, domain)},
    {"suffix", offsetof(ctl_answers, suffix)},
    {"people", offsetof(ctl_answers, people)},
    {"uri", offsetof(ctl_answers, uri)},
    {"ca-file", offsetof(ctl_answers, ca_file)},
    {"bind-dn", offsetof(ctl_answers, bind_dn)},
    {"bind-password-file", offsetof(ctl_answers, bind_password_file)},
    {"server", offsetof(ctl_answers, server)},
    {"saslauthd", offsetof(ctl_answers, saslauthd)},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static char **place_of(ctl_answers *answers, size_t key)
{
    return (char **)(void *)((char *)answers + keys[key].place);
}

void ctl_answers_clear(ctl_answers *answers)
{
    free(answers->root);
    for (size_t i = 0; i < KEYS; i++)
        free(*place_of(answers, i));
    *answers = (ctl_answers){.root = NULL};
}

/* ------------------------------------------------------------------------------------- the file */

static inv_result wrong(const char *path, unsigned line, const char *why, inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_CONFIG, "%s:%u: %s", path, line, why);
}

/* Cuts blanks off both ends. */
static void trim(const char **text, size_t *length)
{
    while (*length > 0 && strchr(" \t\r", (*text)[*length - 1]) != NULL)
        (*length)--;
    while (*length > 0 && strchr(" \t\r", **text) != NULL) {
        (*text)++;
        (*length)--;
    }
}

typedef struct line {
    const char *path;
    unsigned number;
    const char *text;
    size_t length;
} line;

/* Nothing behind the text is read, where strndup might look for an end. */
static char *copy(const char *text, size_t length)
{
    char *made = malloc(length + 1);

    if (made == NULL)
        return NULL;
    memcpy(made, text, length);
    made[length] = '\0';
    return made;
}

static inv_result take_line(const line *at, bool given[KEYS], ctl_answers *answers,
                            inv_verdict *verdict)
{
    const char *sign = memchr(at->text, '=', at->length);
    const char *name = at->text;
    const char *value;
    size_t name_length;
    size_t value_length;

    if (sign == NULL)
        return wrong(at->path, at->number, "expected is \"key = value\"", verdict);
    value = sign + 1;
    name_length = (size_t)(sign - at->text);
    value_length = at->length - name_length - 1;
    trim(&name, &name_length);
    trim(&value, &value_length);
    for (size_t i = 0; i < KEYS; i++) {
        if (strlen(keys[i].name) != name_length || memcmp(keys[i].name, name, name_length) != 0)
            continue;
        if (given[i])
            return wrong(at->path, at->number, "this key is there already", verdict);
        if (value_length == 0)
            return wrong(at->path, at->number, "there is no value", verdict);
        given[i] = true;
        if (*place_of(answers, i) == NULL)
            *place_of(answers, i) = copy(value, value_length);
        return *place_of(answers, i) != NULL ? INV_OK : inv_verdict_no_memory(verdict);
    }
    return wrong(
        at->path, at->number,
        "there is no such key; the keys are domain, suffix, people, uri, ca-file, bind-dn, "
        "bind-password-file, server and saslauthd",
        verdict);
}

inv_result ctl_answers_read(const char *path, const char *bytes, size_t length,
                            ctl_answers *answers, inv_verdict *verdict)
{
    bool given[KEYS] = {false};
    line at = {.path = path, .text = bytes};
    inv_result result = INV_OK;

    if (memchr(bytes, '\0', length) != NULL)
        return inv_verdict_set(verdict, INV_CONFIG, "%s is no text: there is a NUL in it", path);
    while (length > 0 && result == INV_OK) {
        const char *end = memchr(bytes, '\n', length);
        size_t whole = end != NULL ? (size_t)(end - bytes) : length;

        at.text = bytes;
        at.length = whole;
        at.number++;
        trim(&at.text, &at.length);
        if (at.length > 0 && at.text[0] != '#')
            result = take_line(&at, given, answers, verdict);
        whole += end != NULL ? 1 : 0;
        bytes += whole;
        length -= whole;
    }
    return result;
}

static inv_result read_file(const char *path, ctl_answers *answers, inv_verdict *verdict)
{
    int descriptor = inv_trusted_file_open(path, false, NULL, verdict);
    char *bytes = NULL;
    inv_result result = INV_OK;
    size_t length = 0;

    if (descriptor < 0)
        return INV_CONFIG;
    bytes = malloc(CTL_ANSWERS_MAX + 1);
    if (bytes == NULL)
        result = inv_verdict_no_memory(verdict);
    while (result == INV_OK && length <= CTL_ANSWERS_MAX) {
        ssize_t got = read(descriptor, bytes + length, CTL_ANSWERS_MAX + 1 - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            result = inv_verdict_set(verdict, INV_CONFIG, "%s: %s", path, strerror(errno));
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    if (result == INV_OK && length > CTL_ANSWERS_MAX)
        result = inv_verdict_set(verdict, INV_CONFIG, "%s is longer than %d bytes", path,
                                 CTL_ANSWERS_MAX);
    if (result == INV_OK)
        result = ctl_answers_read(path, bytes, length, answers, verdict);
    free(bytes);
    (void)close(descriptor);
    return result;
}

/* ------------------------------------------------------------------------------------ the options
 */

/* What the command line says of a key, or NULL. */
static const char *text_of(const ctl_invocation *invocation, const char *key)
{
    if (strcmp(key, "domain") == 0)
        return invocation->domain;
    if (strcmp(key, "saslauthd") == 0)
        return ctl_option_given(invocation, key) ? "yes" : NULL;
    return ctl_option_text(invocation, key);
}

static int take_options(const ctl_invocation *invocation, ctl_answers *answers)
{
    const char *root = ctl_option_text(invocation, "root");
    size_t length = root != NULL ? strlen(root) : 0;
    bool memory;

    if (root != NULL && root[0] != '/')
        return ctl_usage(invocation, "--root needs an absolute path");
    while (length > 0 && root[length - 1] == '/')
        length--;
    answers->root = strndup(root != NULL ? root : "", length);
    memory = answers->root != NULL;
    for (size_t i = 0; i < KEYS && memory; i++) {
        const char *text = text_of(invocation, keys[i].name);

        if (text != NULL && text[0] == '\0')
            return ctl_usage(invocation, "--%s is empty", keys[i].name);
        if (text != NULL)
            *place_of(answers, i) = strdup(text);
        memory = text == NULL || *place_of(answers, i) != NULL;
    }
    if (memory)
        return CTL_EXIT_OK;
    ctl_warn("out of memory");
    return CTL_EXIT_TEMPORARY;
}

int ctl_answers_parse(const ctl_invocation *invocation, ctl_answers *answers)
{
    const char *path = ctl_option_text(invocation, "answers");
    inv_verdict verdict = INV_VERDICT_INIT;
    int status = take_options(invocation, answers);

    answers->dry_run = ctl_option_given(invocation, "dry-run");
    answers->undo = ctl_option_given(invocation, "undo");
    answers->no_proof = ctl_option_given(invocation, "no-proof");
    if (status == CTL_EXIT_OK && path != NULL && read_file(path, answers, &verdict) != INV_OK)
        status = ctl_fail(&verdict);
    if (status == CTL_EXIT_OK &&
        (answers->bind_dn == NULL) != (answers->bind_password_file == NULL))
        status = ctl_usage(invocation, "--bind-dn and --bind-password-file go together");
    return status;
}

inv_result ctl_answers_ask_domain(ctl_answers *answers, const char *offered, inv_verdict *verdict)
{
    char *typed = NULL;
    size_t room = 0;
    ssize_t length;

    if (answers->domain != NULL)
        return INV_OK;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "which domain? Its name is the part behind the @ of the addresses: "
                               "invitectl --domain example.org setup");
    (void)fprintf(stderr, "The XMPP domain, the part behind the @ of the addresses%s%s%s: ",
                  offered != NULL ? " [" : "", offered != NULL ? offered : "",
                  offered != NULL ? "]" : "");
    length = getline(&typed, &room, stdin);
    while (length > 0 && strchr(" \t\r\n", typed[length - 1]) != NULL)
        typed[--length] = '\0';
    if (length > 0)
        answers->domain = strdup(typed + strspn(typed, " \t"));
    else if (offered != NULL)
        answers->domain = strdup(offered);
    free(typed);
    if (answers->domain != NULL)
        return INV_OK;
    return inv_verdict_set(verdict, INV_CONFIG, "without a domain nothing can be set up");
}
