/* SPDX-License-Identifier: BSD-2-Clause */
/* Every bad argument of every operation of invite-agent, and its result: as invite-agent(7) says in
 * the table of its section BAD ARGUMENTS, row by row. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agent_fixture.h"

#define ARGUMENTS_MAX 6
#define TABLE         "BAD ARGUMENTS"

/* Made anew for each row that names them. */
#define GENUINE "(account)" /* a token of an account invite */
#define PRESET  "(preset)"  /* of one for the name preset */
#define CONTACT "(contact)" /* of alice's contact invite */
#define RESET   "(reset)"   /* of one that resets alice */
#define LONG    "(long)"    /* 1025 bytes */

typedef struct row {
    const char *op;
    const char *what; /* as the page has it */
    const char *result;
    const char *arguments[ARGUMENTS_MAX]; /* up to NULL */
} row;

#define P SITE_PASSWORD
static const row rows[] = {
    {"check", "token that is empty or none", "BAD_TOKEN", {"", ADDRESS}},
    {"check", "address that is none", "OK", {GENUINE, "next door"}},
    {"register", "token that is none", "BAD_TOKEN", {"none", "anna", P, ADDRESS, ""}},
    {"register", "token of a type it does not take", "BAD_TOKEN", {RESET, "anna", P, ADDRESS, ""}},
    {"register",
     "token empty, with invite_only = yes",
     "NOT_ALLOWED",
     {"", "anna", P, ADDRESS, ""}},
    {"register", "user that is empty", "NAME_INVALID", {GENUINE, "", P, ADDRESS, ""}},
    {"register",
     "user of another domain",
     "NAME_INVALID",
     {GENUINE, "anna@example.com", P, ADDRESS, ""}},
    {"register",
     "user with a resource",
     "NAME_INVALID",
     {GENUINE, "anna@example.org/x", P, ADDRESS, ""}},
    {"register", "user that is reserved", "NAME_RESERVED", {GENUINE, "root", P, ADDRESS, ""}},
    {"register",
     "user not the name of the invite",
     "NAME_RESERVED",
     {PRESET, "anna", P, ADDRESS, ""}},
    {"register", "user that is taken", "NAME_TAKEN", {GENUINE, "alice", P, ADDRESS, ""}},
    {"register", "password that is empty", "PASSWORD_REFUSED", {GENUINE, "anna", "", ADDRESS, ""}},
    {"register",
     "password of more than 1024 bytes",
     "PASSWORD_REFUSED",
     {GENUINE, "anna", LONG, ADDRESS, ""}},
    {"register",
     "password that looks hashed",
     "PASSWORD_REFUSED",
     {GENUINE, "anna", "{SSHA}abcdefghijkl", ADDRESS, ""}},
    {"register",
     "password that is a token",
     "PASSWORD_REFUSED",
     {GENUINE, "anna", GENUINE, ADDRESS, ""}},
    {"register",
     "accepted_at that is no number",
     "BAD_REQUEST",
     {GENUINE, "anna", P, ADDRESS, "now"}},
    {"register",
     "accepted_at over an hour old, or to come",
     "OK",
     {GENUINE, "berta", P, ADDRESS, "99999999999"}},
    {"taken", "token that is none", "BAD_TOKEN", {"none", "anna", ADDRESS, ""}},
    {"taken", "token empty, with invite_only = yes", "NOT_ALLOWED", {"", "anna", ADDRESS, ""}},
    {"taken", "user that is empty", "NAME_INVALID", {GENUINE, "", ADDRESS, ""}},
    {"taken", "user that is reserved", "NAME_RESERVED", {GENUINE, "root", ADDRESS, ""}},
    {"taken", "accepted_at that is no number", "BAD_REQUEST", {GENUINE, "anna", ADDRESS, "-1"}},
    {"reset", "token that is none", "BAD_TOKEN", {"", "alice", P, ADDRESS, ""}},
    {"reset", "token of a type it does not take", "BAD_TOKEN", {GENUINE, "alice", P, ADDRESS, ""}},
    {"reset", "user that is empty", "NAME_INVALID", {RESET, "", P, ADDRESS, ""}},
    {"reset", "user not the name of the invite", "NAME_RESERVED", {RESET, "anna", P, ADDRESS, ""}},
    {"reset", "password that is empty", "PASSWORD_REFUSED", {RESET, "alice", "", ADDRESS, ""}},
    {"reset",
     "password that looks hashed",
     "PASSWORD_REFUSED",
     {RESET, "alice", "{CRYPT}x", ADDRESS, ""}},
    {"reset", "accepted_at that is no number", "BAD_REQUEST", {RESET, "alice", P, ADDRESS, "1.5"}},
    {"contact", "token of a type it does not take", "BAD_TOKEN", {GENUINE, "bert@example.com"}},
    {"contact", "jid that is no bare JID", "NAME_INVALID", {CONTACT, "bert@example.com/x"}},
    {"contact", "jid without a domain", "NAME_INVALID", {CONTACT, "alice"}},
    {"contact", "jid of this domain without account", "NOT_ALLOWED", {CONTACT, "n@example.org"}},
    {"contact", "jid that is the inviter", "NOT_ALLOWED", {CONTACT, "alice@example.org"}},
    {"exists", "user that is empty", "NAME_INVALID", {""}},
    {"exists", "user of another domain", "NAME_INVALID", {"alice@example.com"}},
    {"exists", "user with a resource", "NAME_INVALID", {"alice@example.org/x"}},
    {"roster", "user that is empty", "NAME_INVALID", {""}},
    {"roster", "user of another domain", "NAME_INVALID", {"alice@example.com"}},
    {"roster", "user without account", "OK", {"nobody-here"}},
    {"accounts", "users that are empty or no names", "OK", {"a b\n\n@"}},
    {"changed", "cookie that is none", "OK", {"not a cookie"}},
    {"login", "user that is empty or no name", "NO_ACCOUNT", {"", P, ADDRESS}},
    {"login", "user of another domain", "NO_ACCOUNT", {"alice@example.com", P, ADDRESS}},
    {"login", "password that is empty", "WRONG_PASSWORD", {"alice", "", ADDRESS}},
    {"login", "password that is a token", "BAD_TOKEN", {"anna", GENUINE, ADDRESS}},
    {"login", "address that is none", "OK", {"alice", P, "next door"}},
    {"verifiers", "user, with verifiers = no", "NOT_ALLOWED", {"alice", ADDRESS}},
    {"is-admin", "user that is empty", "NAME_INVALID", {""}},
    {"is-admin", "user without account", "NO_ACCOUNT", {"nobody-here"}},
    {"change", "user, with client_password_change = no", "NOT_ALLOWED", {"alice", P, ADDRESS}},
    {"change", "user that is empty or no name", "NO_ACCOUNT", {"", P, ADDRESS}},
    {"leave", "user, with client_removal = no", "NOT_ALLOWED", {"alice", ADDRESS}},
    {"leave", "user of another domain", "NO_ACCOUNT", {"alice@example.com", ADDRESS}},
    {"create", "jid that is no bare JID", "NAME_INVALID", {"alice", "account"}},
    {"create", "jid with a resource", "NAME_INVALID", {"alice@example.org/x", "account"}},
    {"create", "jid of another domain", "NOT_ALLOWED", {"alice@example.com", "account"}},
    {"create", "jid without account", "NOT_ALLOWED", {"n@example.org", "account"}},
    {"create", "type that is reset or unknown", "NOT_ALLOWED", {"alice@example.org", "reset"}},
    {"create",
     "option unknown or twice",
     "BAD_REQUEST",
     {"alice@example.org", "account", "uses=2"}},
    {"create",
     "user that is no name",
     "NAME_INVALID",
     {"alice@example.org", "account", "user=a b"}},
    {"create", "user that is taken", "NAME_TAKEN", {"alice@example.org", "account", "user=alice"}},
    {"create",
     "user that is reserved",
     "NAME_RESERVED",
     {"alice@example.org", "account", "user=root"}},
    {"create",
     "user with the type contact",
     "NOT_ALLOWED",
     {"alice@example.org", "contact", "user=anna"}},
    {"create",
     "expires no time, over, or too late",
     "NOT_ALLOWED",
     {"alice@example.org", "account", "expires=soon"}},
    {"create",
     "note of more than 1024 bytes",
     "NOT_ALLOWED",
     {"alice@example.org", "account", "note=" LONG}},
    {"create",
     "note with control characters",
     "NOT_ALLOWED",
     {"alice@example.org", "account", "note=two\nlines"}},
    {"create",
     "roster-subscription neither yes nor no",
     "NOT_ALLOWED",
     {"alice@example.org", "account", "roster-subscription=maybe"}},
    {"create",
     "roster-subscription=no, type not account",
     "NOT_ALLOWED",
     {"alice@example.org", "contact", "roster-subscription=no"}},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void start_site(void)
{
    fixture_start();
    site_next_second(); /* alice is older than her invites */
}

/* What stands for an argument. The caller frees it. */
static char *argument_of(const char *text)
{
    const char *long_part = strstr(text, LONG);
    char *made = NULL;

    if (strcmp(text, GENUINE) == 0)
        return strdup(agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL));
    if (strcmp(text, CONTACT) == 0)
        return strdup(agent_invite(site, INV_INVITE_CONTACT, "alice@example.org", NULL, NULL));
    if (strcmp(text, RESET) == 0)
        return strdup(agent_invite(site, INV_INVITE_RESET, NULL, "alice", NULL));
    if (strcmp(text, PRESET) == 0)
        return strdup(agent_invite(site, INV_INVITE_ACCOUNT, NULL, "preset", NULL));
    if (long_part == NULL)
        return strdup(text);
    ck_assert_int_gt(asprintf(&made, "%.*s%1025d", (int)(long_part - text), text, 0), 0);
    for (char *at = made; (at = strchr(at, ' ')) != NULL; at++)
        *at = 'x';
    return made;
}

static void expect_row(const row *wanted)
{
    const char *given[ARGUMENTS_MAX] = {NULL};
    char *made[ARGUMENTS_MAX] = {NULL};
    struct agent_reply reply;

    for (size_t i = 0; i < ARGUMENTS_MAX && wanted->arguments[i] != NULL; i++)
        given[i] = made[i] = argument_of(wanted->arguments[i]);
    agent_ask(client, &reply, wanted->op, given[0], given[1], given[2], given[3], given[4], NULL);
    ck_assert_msg(strcmp(reply.result, wanted->result) == 0, "%s, %s: %s", wanted->op, wanted->what,
                  reply.result);
    for (size_t i = 0; i < ARGUMENTS_MAX; i++)
        free(made[i]);
}

START_TEST(every_bad_argument_has_its_result)
{
    expect_row(&rows[_i]);
}
END_TEST

/* Whether the page's table has a row for it, and how many rows it has. */
static bool page_has(const row *wanted, size_t *count)
{
    const char *top = getenv("abs_top_srcdir");
    bool inside = false;
    bool found = false;
    char path[512];
    char line[512];
    char sought[512];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/man/invite-agent.7", top != NULL ? top : ".");
    (void)snprintf(sought, sizeof(sought), ".It Cm %s Ta %s Ta Li %s\n", wanted->op, wanted->what,
                   wanted->result);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    *count = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, ".Sh ", 4) == 0)
            inside = strcmp(line, ".Sh " TABLE "\n") == 0;
        if (!inside || strncmp(line, ".It Cm ", 7) != 0)
            continue;
        (*count)++;
        found = found || strcmp(line, sought) == 0;
    }
    (void)fclose(file);
    return found;
}

START_TEST(the_page_has_the_same_rows)
{
    size_t count = 0;

    for (size_t i = 0; i < ROWS; i++)
        ck_assert_msg(page_has(&rows[i], &count), "invite-agent(7) has no row: %s, %s: %s",
                      rows[i].op, rows[i].what, rows[i].result);
    ck_assert_uint_eq(count, ROWS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_arguments");
    TCase *arguments = tcase_create("arguments");
    TCase *page = tcase_create("page");

    tcase_set_timeout(arguments, 120);
    tcase_add_unchecked_fixture(arguments, start_site, fixture_stop);
    tcase_add_unchecked_fixture(arguments, agent_fixture_start, agent_fixture_stop);
    tcase_add_loop_test(arguments, every_bad_argument_has_its_result, 0, (int)ROWS);
    suite_add_tcase(suite, arguments);
    tcase_add_test(page, the_page_has_the_same_rows);
    suite_add_tcase(suite, page);
    return suite_run(suite);
}
