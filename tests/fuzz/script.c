/* SPDX-License-Identifier: BSD-2-Clause */
#include "script.h"

#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "invitegate/directory.h"
#include "invitegate/invite.h"
#include "repeatable.h"

/* -------------------------------------------------------------------------------------- text */

bool script_line(const char **position, const char *end, const char **line, size_t *length)
{
    const char *newline;

    if (*position >= end)
        return false;
    newline = memchr(*position, '\n', (size_t)(end - *position));
    *line = *position;
    *length = (size_t)((newline != NULL ? newline : end) - *position);
    *position += *length + (newline != NULL ? 1 : 0);
    return true;
}

bool script_word(const char *line, size_t length, const char *word, const char **rest,
                 size_t *rest_length)
{
    size_t word_length = strlen(word);

    if (length < word_length || memcmp(line, word, word_length) != 0 ||
        (length > word_length && line[word_length] != ' '))
        return false;
    *rest = line + word_length + (length > word_length ? 1 : 0);
    *rest_length = length - (size_t)(*rest - line);
    return true;
}

long script_number(const char *text, size_t length, long limit)
{
    long number = 0;

    for (size_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        number = number * 10 + (text[i] - '0');
        if (number >= limit)
            return limit;
    }
    return number;
}

char *script_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    FUZZ_REQUIRE(copy != NULL);
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* The next block, without taking it: up to an empty line. */
static bool peek(const struct script *script, const char **block, const char **block_end,
                 const char **next)
{
    const char *position = script->position;
    const char *line = NULL;
    size_t length = 0;

    do {
        *block = position;
        if (!script_line(&position, script->end, &line, &length))
            return false;
    } while (length == 0);
    *next = position;
    *block_end = position;
    while (script_line(&position, script->end, &line, &length)) {
        *next = position;
        if (length == 0)
            break;
        *block_end = position;
    }
    return true;
}

/* Takes the next block if its first line is this word. */
static bool take_event(struct script *script, const char *word)
{
    const char *block = NULL;
    const char *block_end = NULL;
    const char *next = NULL;
    const char *line = NULL;
    const char *rest = NULL;
    size_t length = 0;

    if (!peek(script, &block, &block_end, &next) ||
        !script_line(&block, block_end, &line, &length) ||
        !script_word(line, length, word, &rest, &length))
        return false;
    script->position = next;
    return true;
}

/* ------------------------------------------------------------------------------------ record */

static const inv_change *change_of(const inv_operation *operation, const char *attribute,
                                   inv_change_kind kind)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        if (change->kind == kind && change->value_count > 0 &&
            strcasecmp(change->attribute, attribute) == 0)
            return change;
    }
    return NULL;
}

static void keep(char kept[64], const char *text)
{
    (void)snprintf(kept, 64, "%s", text);
}

static bool is_account_add(const inv_operation *operation)
{
    return operation->kind == INV_OPERATION_ADD &&
           change_of(operation, "inviteNonce", INV_CHANGE_ADD) != NULL;
}

static bool is_clock(const inv_operation *operation)
{
    return operation->kind == INV_OPERATION_MODIFY && operation->change_count == 1 &&
           strcmp(operation->changes[0].attribute, "inviteClock") == 0;
}

/* Nothing is counted, and the account says so. */
static bool is_without_invite(const struct script *script)
{
    return strcmp(script->invite_id, INV_INVITE_ID_OPEN) == 0;
}

static void record_sent(struct script *script, const inv_operation *operation)
{
    const inv_change *nonce = change_of(operation, "inviteNonce", INV_CHANGE_ADD);

    script->sent++;
    if (operation->kind != INV_OPERATION_SEARCH && !is_clock(operation))
        script->writes++;
    if (nonce != NULL)
        keep(script->account_nonce, inv_secret_bytes(nonce->values[0]));
    /* an account without a claim of its own would be a use that nobody counts */
    if (is_account_add(operation) && !script->unlimited_shown && !is_without_invite(script))
        FUZZ_REQUIRE(script->claim_taken &&
                     strcmp(script->claim_nonce, script->account_nonce) == 0);
}

static bool text_is(const inv_entry *entry, const char *attribute, const char *text)
{
    const char *value = inv_entry_text(entry, attribute);

    return value != NULL && strcasecmp(value, text) == 0;
}

/* The holders of a name as they were shown last; an earlier answer counts no more. */
static void record_accounts(struct script *script, const inv_operation *search)
{
    bool shown = false;

    for (size_t i = 0; i < search->entry_count && !shown; i++)
        shown = text_is(search->entries[i], "inviteId", script->invite_id) &&
                text_is(search->entries[i], "xmppJid", script->jid);
    if (shown || strstr(search->filter, script->jid) != NULL)
        script->account_shown = shown;
}

static void record_answer(struct script *script, const inv_operation *operation)
{
    const inv_change *claim = change_of(operation, "inviteClaim", INV_CHANGE_ADD);

    script->answered = true;
    if (operation->kind == INV_OPERATION_SEARCH && operation->scope == INV_SCOPE_SUBTREE)
        record_accounts(script, operation);
    if (operation->code != INV_LDAP_SUCCESS || operation->kind == INV_OPERATION_SEARCH)
        return;
    if (claim != NULL) {
        const char *space = strrchr(inv_secret_bytes(claim->values[0]), ' ');

        FUZZ_REQUIRE(space != NULL);
        script->claim_taken = true;
        keep(script->claim_nonce, space + 1);
    }
    if (is_account_add(operation))
        script->account_added = true;
    if (operation->kind == INV_OPERATION_MODIFY &&
        (change_of(operation, "userPassword", INV_CHANGE_REPLACE) != NULL ||
         change_of(operation, "authPassword", INV_CHANGE_REPLACE) != NULL))
        script->password_replaced = true;
}

static void record_entry(struct script *script, const inv_entry *entry)
{
    const char *uses = inv_entry_text(entry, "inviteUses");
    size_t jid_length = strlen(script->jid);

    script->entry_shown = true;
    if (uses != NULL && strtol(uses, NULL, 10) == 0)
        script->unlimited_shown = true;
    if (inv_entry_count(entry, "authPassword") > 0)
        script->verifier_shown = true;
    if (inv_entry_count(entry, "inviteType") > 0)
        script->invite_shown = true;
    if (script->account_nonce[0] != '\0' && text_is(entry, "inviteNonce", script->account_nonce))
        script->account_nonce_shown = true;
    for (size_t i = 0; i < inv_entry_count(entry, "inviteUsedBy"); i++) {
        const char *use = inv_entry_value(entry, "inviteUsedBy", i, NULL);

        if (strncasecmp(use, script->jid, jid_length) == 0 && use[jid_length] == ' ')
            script->use_shown = true;
    }
}

/* ------------------------------------------------------------------------------------ answer */

/* What a block says beside its first line. */
struct answer {
    char *matched;
    inv_entry *entry; /* the one being filled */
    bool last;
};

static void close_entry(struct script *script, inv_operation *operation, struct answer *answer)
{
    if (answer->entry == NULL)
        return;
    record_entry(script, answer->entry);
    FUZZ_REQUIRE(inv_operation_append_entry(operation, answer->entry));
    answer->entry = NULL;
}

static void add_value(inv_entry *entry, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    const char *value = NULL;
    char *attribute = NULL;
    char *exact = NULL;
    size_t value_length = 0;

    if (entry == NULL || colon == NULL)
        return;
    value = colon + 1;
    if (value < line + length && *value == ' ')
        value++;
    value_length = (size_t)(line + length - value);
    attribute = script_text(line, (size_t)(colon - line));
    exact = script_text(value, value_length);
    FUZZ_REQUIRE(inv_entry_append(entry, attribute, exact, value_length));
    free(attribute);
    free(exact);
}

static void take_line(struct script *script, inv_operation *operation, struct answer *answer,
                      const char *line, size_t length)
{
    const char *rest = NULL;
    size_t rest_length = 0;

    if (script_word(line, length, "after", &rest, &rest_length)) {
        repeatable_advance(script_number(rest, rest_length, 100000));
    } else if (script_word(line, length, "matched", &rest, &rest_length)) {
        free(answer->matched);
        answer->matched = script_text(rest, rest_length);
    } else if (script_word(line, length, "policy", &rest, &rest_length)) {
        operation->policy_error = (int)script_number(rest, rest_length, 100);
    } else if (script_word(line, length, "dn", &rest, &rest_length)) {
        char *dn = script_text(rest, rest_length);

        close_entry(script, operation, answer);
        /* only a search is answered with entries */
        if (operation->kind == INV_OPERATION_SEARCH)
            FUZZ_REQUIRE((answer->entry = inv_entry_new(dn)) != NULL);
        free(dn);
    } else {
        add_value(answer->entry, line, length);
    }
}

static inv_operation *choose(inv_operation *const *operations, size_t count, bool last)
{
    inv_operation *chosen = NULL;

    for (size_t i = 0; i < count && (chosen == NULL || last); i++) {
        if (operations[i]->state == INV_OPERATION_UNANSWERED)
            chosen = operations[i];
    }
    FUZZ_REQUIRE(chosen != NULL);
    return chosen;
}

static bool has_last(const char *block, const char *block_end)
{
    const char *line = NULL;
    size_t length = 0;

    while (script_line(&block, block_end, &line, &length)) {
        if (length == 4 && memcmp(line, "last", 4) == 0)
            return true;
    }
    return false;
}

static inv_result script_receive(void *self, inv_operation *const *operations, size_t count,
                                 const inv_deadline *deadline, inv_verdict *verdict)
{
    struct script *script = self;
    struct answer answer = {.matched = NULL};
    inv_operation *operation = NULL;
    const char *block = NULL;
    const char *block_end = NULL;
    const char *line = NULL;
    size_t length = 0;
    char *diagnostic = NULL;
    int code;

    if (take_event(script, "silent")) {
        repeatable_advance(inv_deadline_left(deadline));
        return inv_verdict_set(verdict, INV_TIMEOUT, "silent");
    }
    if (take_event(script, "lost") || !peek(script, &block, &block_end, &script->position) ||
        !script_line(&block, block_end, &line, &length))
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "lost");
    operation = choose(operations, count, has_last(block, block_end));
    code = (int)script_number(line, length, 999);
    while (length > 0 && *line >= '0' && *line <= '9') {
        line++;
        length--;
    }
    diagnostic = script_text(line, length);
    while (script_line(&block, block_end, &line, &length))
        take_line(script, operation, &answer, line, length);
    close_entry(script, operation, &answer);
    inv_operation_answer(operation, code, answer.matched, diagnostic);
    record_answer(script, operation);
    free(answer.matched);
    free(diagnostic);
    return INV_OK;
}

static inv_result script_open(void *self, const inv_deadline *deadline, inv_verdict *verdict)
{
    (void)deadline;
    if (take_event(self, "unreachable"))
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "unreachable");
    return INV_OK;
}

static inv_result script_send(void *self, inv_operation *operation, const inv_deadline *deadline,
                              inv_verdict *verdict)
{
    struct script *script = self;

    FUZZ_REQUIRE(!inv_deadline_passed(deadline));
    FUZZ_REQUIRE(operation->state == INV_OPERATION_UNANSWERED && !operation->no_memory);
    FUZZ_REQUIRE(operation->entry_count == 0);
    record_sent(script, operation);
    if (take_event(script, "unsendable"))
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "unsendable");
    return INV_OK;
}

static inv_result script_verify(void *self, const char *dn, const inv_secret *password,
                                const inv_deadline *deadline, inv_verdict *verdict)
{
    struct script *script = self;
    const char *block = NULL;
    const char *block_end = NULL;
    const char *line = NULL;
    size_t length = 0;

    FUZZ_REQUIRE(!inv_deadline_passed(deadline));
    FUZZ_REQUIRE(dn != NULL && inv_secret_length(password) > 0);
    if (!peek(script, &block, &block_end, &script->position) ||
        !script_line(&block, block_end, &line, &length) || length == 0 || *line < '0' ||
        *line > '9')
        return inv_verdict_set(verdict, INV_DIRECTORY_DOWN, "no answer to the bind");
    if (script_number(line, length, 999) != INV_LDAP_SUCCESS)
        return inv_verdict_set(verdict, INV_WRONG_PASSWORD, "the directory says no");
    script->proved = true;
    return INV_OK;
}

static void script_close(void *self)
{
    (void)self;
}

const inv_directory_driver script_driver = {
    .open = script_open,
    .send = script_send,
    .receive = script_receive,
    .verify = script_verify,
    .close = script_close,
    .free = script_close,
};

void script_start(struct script *script, const char *bytes, size_t length, const char *invite_id,
                  const char *jid)
{
    *script = (struct script){.position = bytes, .end = bytes + length};
    (void)snprintf(script->invite_id, sizeof(script->invite_id), "%s", invite_id);
    (void)snprintf(script->jid, sizeof(script->jid), "%s", jid);
}

inv_directory *script_directory(struct script *script)
{
    return inv_directory_new_driver(&script_driver, script);
}
