/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of a directory that keeps to no schema. Input: a line of words that says what to call,
 * and from the second line on the answers (script.h). Words: one of the calls below; then "scram"
 * or "site" for another domain than example.org, "noname" (check), "dry" (repair, purge),
 * "timeout=N" (ms), "accepted=N" (seconds ago), "takes=N" (bits), "name=N" (bob), "cookie=C"
 * (changed). Without an invite people register in scram.example and site.example.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cheap_hashes.h"
#include "fuzz.h"
#include "invitegate/changes.h"
#include "invitegate/directory.h"
#include "invitegate/redeem.h"
#include "invitegate/removal.h"
#include "invitegate/repair.h"
#include "invitegate/roster.h"
#include "material.h"
#include "repeatable.h"
#include "script.h"

#define PASSWORD "correct horse"

/* One input, decoded. */
struct entry_case {
    inv_call call;
    struct script script;
    inv_jid *name; /* NULL: none */
    inv_secret *password;
    const inv_domain *domain;
    bool noname;
    bool dry_run;
    inv_allowed_types allowed_types;
    time_t accepted_at;
    long timeout_ms;
    char *cookie; /* NULL: none */
    inv_verdict verdict;
};

/* ------------------------------------------------------------------------------- what is owed */

static void require_redeemed(const struct entry_case *entry_case)
{
    const struct script *script = &entry_case->script;

    /* made by this very call, or there already and the password is the right one */
    FUZZ_REQUIRE(script->account_added || script->password_replaced ||
                 script->account_nonce_shown || script->proved || script->verifier_shown);
    if (entry_case->allowed_types == INV_ALLOW_REGISTRATION)
        FUZZ_REQUIRE(script->account_added || script->account_shown);
    FUZZ_REQUIRE(script->invite_shown);
}

static inv_result call_redeem(struct entry_case *entry_case)
{
    inv_result result = inv_redeem(
        &entry_case->call,
        &(inv_redeem_request){fuzz_material()->token, entry_case->name, entry_case->password,
                              entry_case->allowed_types, entry_case->accepted_at});

    if (result == INV_OK)
        require_redeemed(entry_case);
    return result;
}

static inv_result call_open(struct entry_case *entry_case)
{
    const struct script *script = &entry_case->script;
    inv_result result =
        inv_redeem(&entry_case->call,
                   &(inv_redeem_request){NULL, entry_case->name, entry_case->password,
                                         entry_case->allowed_types, entry_case->accepted_at});

    if (result == INV_OK) {
        FUZZ_REQUIRE(!entry_case->domain->invite_only);
        /* made by this very call, or there already and the password is the right one */
        FUZZ_REQUIRE(script->account_added || script->account_nonce_shown ||
                     (script->account_shown && (script->proved || script->verifier_shown)));
    }
    FUZZ_REQUIRE(result != INV_BAD_TOKEN); /* there is none */
    FUZZ_REQUIRE(!script->claim_taken && !script->password_replaced);
    FUZZ_REQUIRE(entry_case->verdict.invite_id[0] == '\0');
    return result;
}

static inv_result call_check(struct entry_case *entry_case)
{
    inv_acceptance acceptance = {.accepted_at = entry_case->accepted_at};
    inv_result result = inv_redeem_check(&entry_case->call, fuzz_material()->token,
                                         entry_case->noname ? NULL : entry_case->name,
                                         entry_case->allowed_types, &acceptance);

    FUZZ_REQUIRE(entry_case->script.writes == 0);
    if (result == INV_OK) {
        FUZZ_REQUIRE(entry_case->script.invite_shown);
        FUZZ_REQUIRE(acceptance.accepted_at >= REPEATABLE_TIME - INV_ACCEPTED_MAX_AGE);
        FUZZ_REQUIRE(memchr(acceptance.user, '\0', sizeof(acceptance.user)) != NULL);
        FUZZ_REQUIRE(inv_invite_type_name(acceptance.type) != NULL);
    }
    return result;
}

static inv_result call_contact(struct entry_case *entry_case)
{
    const struct script *script = &entry_case->script;
    inv_result result = inv_redeem_contact(&entry_case->call, fuzz_material()->token,
                                           entry_case->name, entry_case->accepted_at);

    if (result == INV_OK)
        FUZZ_REQUIRE(script->invite_shown &&
                     (script->claim_taken || script->use_shown || script->unlimited_shown));
    FUZZ_REQUIRE(!script->account_added && !script->password_replaced);
    return result;
}

static inv_result call_login_token(struct entry_case *entry_case)
{
    inv_result result = inv_redeem_login(&entry_case->call, fuzz_material()->token,
                                         entry_case->name, entry_case->password);

    if (result == INV_OK || result == INV_WRONG_PASSWORD)
        FUZZ_REQUIRE(entry_case->script.account_shown);
    FUZZ_REQUIRE(!entry_case->script.account_added);
    return result;
}

static inv_result call_login(struct entry_case *entry_case)
{
    inv_result result =
        inv_account_login(&entry_case->call, entry_case->name, entry_case->password);

    if (result == INV_OK)
        FUZZ_REQUIRE(entry_case->script.entry_shown &&
                     (entry_case->script.proved || entry_case->script.verifier_shown));
    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static inv_result call_status(struct entry_case *entry_case)
{
    inv_result result = inv_account_status(&entry_case->call, entry_case->name);

    if (result == INV_OK)
        FUZZ_REQUIRE(entry_case->script.entry_shown);
    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static bool visit_contact(void *context, const char *contact, const char *group)
{
    size_t *left = context;

    FUZZ_REQUIRE(contact != NULL && group != NULL);
    return --*left > 0;
}

static inv_result call_roster(struct entry_case *entry_case)
{
    size_t left = 3;
    inv_result result =
        inv_roster_each(&entry_case->call, inv_jid_text(entry_case->name), visit_contact, &left);

    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static bool visit_change(void *context, const char *owner, const char *contact, const char *group)
{
    const inv_domain *domain = context;

    FUZZ_REQUIRE(contact != NULL && group != NULL);
    FUZZ_REQUIRE(strcasecmp(strrchr(owner, '@') + 1, domain->name) == 0);
    return true;
}

static inv_result call_changed(struct entry_case *entry_case)
{
    char next[INV_CHANGES_COOKIE_SIZE] = "";
    bool restart = false;
    inv_domain *domain = (inv_domain *)(uintptr_t)entry_case->domain; /* only looked at */
    inv_result result =
        inv_changes_since(&entry_case->call, entry_case->cookie != NULL ? entry_case->cookie : "",
                          &(inv_changes_visitor){visit_change, domain}, next, &restart);

    FUZZ_REQUIRE(memchr(next, '\0', sizeof(next)) != NULL);
    FUZZ_REQUIRE((result == INV_OK) == (next[0] != '\0'));
    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static bool visit_invite(void *context, const inv_invite *invite)
{
    (void)context;
    FUZZ_REQUIRE(inv_invite_id_valid(invite->id) && invite->domain != NULL);
    FUZZ_REQUIRE(invite->contacts != NULL && invite->groups != NULL);
    FUZZ_REQUIRE(inv_invite_open_uses(invite) >= 0);
    FUZZ_REQUIRE(invite->uses == 0 || inv_invite_open_uses(invite) <= invite->uses);
    FUZZ_REQUIRE(inv_invite_state_name(inv_invite_state_at(invite, REPEATABLE_TIME)) != NULL);
    for (size_t i = 0; i < invite->claim_count; i++)
        FUZZ_REQUIRE(invite->claims[i].jid != NULL && invite->claims[i].nonce != NULL);
    for (size_t i = 0; i < invite->used_by_count; i++)
        FUZZ_REQUIRE(invite->used_by[i].jid != NULL && invite->used_by[i].nonce != NULL);
    return true;
}

static inv_result call_invites(struct entry_case *entry_case)
{
    inv_result result = inv_invite_each(&entry_case->call, NULL, visit_invite, NULL);

    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static bool visit_descendant(void *context, const inv_descendant *descendant)
{
    (void)context;
    FUZZ_REQUIRE(descendant->jid != NULL);
    return true;
}

static inv_result call_tree(struct entry_case *entry_case)
{
    inv_result result = inv_invited_each(&entry_case->call, visit_descendant, NULL);

    FUZZ_REQUIRE(entry_case->script.writes == 0);
    return result;
}

static void visit_note(void *context, const inv_repair_note *note)
{
    size_t *notes = context;

    FUZZ_REQUIRE(note->dn != NULL && note->text != NULL);
    (*notes)++;
}

static inv_result call_repair(struct entry_case *entry_case)
{
    size_t notes = 0;
    size_t left = 0;
    inv_repair_visitor visitor = {.context = &notes, .note = visit_note};
    inv_result result = inv_repair(&entry_case->call, entry_case->dry_run, &visitor, &left);

    FUZZ_REQUIRE(left <= notes);
    FUZZ_REQUIRE(!entry_case->dry_run || entry_case->script.writes == 0);
    FUZZ_REQUIRE(!entry_case->script.account_added && !entry_case->script.password_replaced);
    return result;
}

static inv_result call_purge(struct entry_case *entry_case)
{
    size_t notes = 0;
    size_t purged = 0;
    inv_repair_visitor visitor = {.context = &notes, .note = visit_note};
    inv_result result = inv_purge(&entry_case->call, 86400, entry_case->dry_run, &visitor, &purged);

    FUZZ_REQUIRE(!entry_case->dry_run || entry_case->script.writes == 0);
    return result;
}

static inv_result call_remove(struct entry_case *entry_case)
{
    inv_removal removal = {.invites = 0};

    return inv_remove(&entry_case->call, entry_case->name, &removal);
}

static inv_result call_revoke(struct entry_case *entry_case)
{
    return inv_invite_revoke(&entry_case->call, FUZZ_INVITE_ID);
}

static inv_result call_restore(struct entry_case *entry_case)
{
    return inv_invite_restore(&entry_case->call, FUZZ_INVITE_ID);
}

static const struct {
    const char *word;
    inv_result (*call)(struct entry_case *entry_case);
    bool has_verdict; /* the verdict's result is the result, OK or not */
} calls[] = {
    {"redeem", call_redeem, true},   {"check", call_check, true},
    {"contact", call_contact, true}, {"token-login", call_login_token, true},
    {"login", call_login, false},    {"status", call_status, false},
    {"roster", call_roster, false},  {"invites", call_invites, false},
    {"tree", call_tree, false},      {"repair", call_repair, false},
    {"purge", call_purge, false},    {"remove", call_remove, false},
    {"revoke", call_revoke, false},  {"restore", call_restore, false},
    {"open", call_open, true},       {"changed", call_changed, false},
};

/* ------------------------------------------------------------------------------------ decoding */

static bool value_of(const char *word, size_t length, const char *key, const char **value,
                     size_t *value_length)
{
    size_t key_length = strlen(key);

    if (length < key_length || memcmp(word, key, key_length) != 0)
        return false;
    *value = word + key_length;
    *value_length = length - key_length;
    return true;
}

static void prepare_name(struct entry_case *entry_case, const char *local, size_t length)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    inv_jid_free(&entry_case->name);
    if (inv_jid_prepare(entry_case->domain, local, length, &entry_case->name, &verdict) != INV_OK)
        FUZZ_REQUIRE(inv_jid_prepare(entry_case->domain, "bob", 3, &entry_case->name, &verdict) ==
                     INV_OK);
}

static void take_word(struct entry_case *entry_case, const char *word, size_t length)
{
    const char *value = NULL;
    size_t value_length = 0;

    if (length == 5 && memcmp(word, "scram", 5) == 0)
        entry_case->domain = fuzz_material()->scram;
    else if (length == 4 && memcmp(word, "site", 4) == 0)
        entry_case->domain = fuzz_material()->ssha512;
    else if (length == 6 && memcmp(word, "noname", 6) == 0)
        entry_case->noname = true;
    else if (length == 3 && memcmp(word, "dry", 3) == 0)
        entry_case->dry_run = true;
    else if (value_of(word, length, "timeout=", &value, &value_length))
        entry_case->timeout_ms = script_number(value, value_length, 60000);
    else if (value_of(word, length, "takes=", &value, &value_length))
        entry_case->allowed_types = (unsigned)script_number(value, value_length, 7);
    else if (value_of(word, length, "accepted=", &value, &value_length))
        entry_case->accepted_at = REPEATABLE_TIME - script_number(value, value_length, 10000);
    else if (value_of(word, length, "name=", &value, &value_length))
        prepare_name(entry_case, value, value_length);
    else if (entry_case->cookie == NULL && value_of(word, length, "cookie=", &value, &value_length))
        entry_case->cookie = script_text(value, value_length);
}

/* Returns which call, or the number of calls: none. */
static size_t decode(struct entry_case *entry_case, const char *line, size_t length)
{
    const char *end = line + length;
    size_t chosen = sizeof(calls) / sizeof(calls[0]);

    while (line < end) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        size_t word_length = (size_t)((space != NULL ? space : end) - line);

        for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
            if (strlen(calls[i].word) == word_length &&
                memcmp(calls[i].word, line, word_length) == 0)
                chosen = i;
        }
        take_word(entry_case, line, word_length);
        line += word_length + 1;
    }
    if (entry_case->name == NULL ||
        strcmp(inv_jid_domain(entry_case->name), entry_case->domain->name) != 0)
        prepare_name(entry_case, "bob", 3);
    return chosen;
}

static void run(struct entry_case *entry_case, size_t chosen, const char *answers, size_t length)
{
    const struct fuzz_material *material = fuzz_material();
    inv_log *log = inv_log_new(INV_LOG_DEBUG, fuzz_log_sink, NULL);
    inv_result result;

    FUZZ_REQUIRE(log != NULL);
    script_start(&entry_case->script, answers, length,
                 calls[chosen].call == call_open ? INV_INVITE_ID_OPEN : FUZZ_INVITE_ID,
                 inv_jid_text(entry_case->name));
    entry_case->call = (inv_call){
        .verdict = &entry_case->verdict,
        .config = material->config,
        .domain = entry_case->domain,
        .keys = material->keys,
        .log = log,
        .directory = script_directory(&entry_case->script),
        .deadline = inv_deadline_in(entry_case->timeout_ms),
    };
    FUZZ_REQUIRE(entry_case->call.directory != NULL);
    result = calls[chosen].call(entry_case);
    if (fuzz_verbose())
        (void)fprintf(stderr, "%s: %s, %zu answers asked for: %s\n", calls[chosen].word,
                      inv_result_name(result), entry_case->script.sent, entry_case->verdict.why);
    if (calls[chosen].has_verdict || result != INV_OK)
        fuzz_require_verdict(&entry_case->verdict, result);
    inv_directory_free(&entry_case->call.directory);
    inv_log_free(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *position = (const char *)data;
    const char *end = position + size;
    const char *line = NULL;
    size_t length = 0;
    size_t chosen;
    struct entry_case entry_case = {
        .domain = fuzz_material()->server,
        .allowed_types = INV_ALLOW_REGISTRATION | INV_ALLOW_RESET,
        .timeout_ms = 2000,
        .verdict = INV_VERDICT_INIT,
    };

    if (size == 0 || !script_line(&position, end, &line, &length))
        return 0;
    repeatable(true);
    cheap_hashes(true);
    entry_case.password = inv_secret_new(PASSWORD, strlen(PASSWORD));
    FUZZ_REQUIRE(entry_case.password != NULL);
    chosen = decode(&entry_case, line, length);
    if (chosen < sizeof(calls) / sizeof(calls[0]))
        run(&entry_case, chosen, position, (size_t)(end - position));
    inv_secret_free(&entry_case.password);
    inv_jid_free(&entry_case.name);
    free(entry_case.cookie);
    cheap_hashes(false);
    repeatable(false);
    return 0;
}
