/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left in the memory of invite-agent when it has answered: no token and no password. Its
 * memory is never used again (hoard.c); its log is looked at too, at level debug.
 */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agent_fixture.h"
#include "tests/support/core.h"
#include "tests/support/secrets.h"

static char log_path[256];

static const char *text_of(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

static void configure(void)
{
    char sections[256];
    const struct site_settings settings = {.log_lines = "to = stderr\nlevel = debug",
                                           .domain_lines = "scram_at_login = yes\n"
                                                           "client_password_change = yes\n",
                                           .sections = sections};

    (void)snprintf(sections, sizeof(sections), "[agent]\nsocket = %s\n", agent_socket(site));
    site_configure(site, &settings);
}

static void expect_hoarding(void)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%ld/maps", (long)agent);
    ck_assert_ptr_nonnull(strstr(text_of(path), "hoard.so"));
}

static void start(void)
{
    const char *top = getenv("abs_top_builddir");
    char hoarding[1024];
    const char *const prefix[] = {"/bin/sh", "-c", hoarding, NULL};

    fixture_start_aged();
    configure();
    (void)snprintf(log_path, sizeof(log_path), "%s/agent.log", slapd_directory(site->slapd));
    (void)snprintf(hoarding, sizeof(hoarding),
                   "exec env LD_PRELOAD='%s/tests/support/.libs/hoard.so' \"$0\" \"$@\" 2>'%s'",
                   top != NULL ? top : ".", log_path);
    agent = agent_start(site, prefix);
    client = agent_connect(site);
    expect_hoarding();
}

static void stop(void)
{
    agent_fixture_stop();
    fixture_stop();
}

/*
 * The agent wipes an answer once it is written, which a client cannot see: but when the next one
 * comes, that was done.
 */
static void expect_nothing_left(secrets_registers registers)
{
    struct agent_reply reply;
    struct core *core;

    agent_ask(client, &reply, "ping", NULL);
    agent_expect(reply, "OK");
    core = core_take(agent);

    secrets_expect_none(core, registers);
    core_free(&core);
    secrets_expect_untold(text_of(log_path));
}

static const char *token(const char *label)
{
    return secrets_token(label, site_invite(site, "alice@example.org", 1));
}

static const char *reset_token(const char *label, const char *name)
{
    return secrets_token(label, site_reset_invite(site, name));
}

static void ask(const char *wanted, const char *op, const char *of_token, const char *user,
                const char *password)
{
    struct agent_reply reply;

    if (strcmp(op, "check") == 0)
        agent_ask(client, &reply, op, of_token, ADDRESS, NULL);
    else if (strcmp(op, "contact") == 0)
        agent_ask(client, &reply, op, of_token, user, NULL);
    else if (strcmp(op, "login") == 0 || strcmp(op, "change") == 0)
        agent_ask(client, &reply, op, user, password, ADDRESS, NULL);
    else
        agent_ask(client, &reply, op, of_token, user, password, ADDRESS, "", NULL);
    agent_expect(reply, wanted);
    expect_nothing_left(SECRETS_PASSWORDS); /* the directory of this suite gets them */
}

START_TEST(nothing_is_left)
{
    const char *first = token("token that registers");
    const char *spare = token("token that is not used up");
    const char *mine = secrets_password("password of the account");

    ask("OK", "check", first, NULL, NULL);
    ask("OK", "register", first, "bob", mine);
    ask("OK", "register", first, "bob", mine);
    ask("BAD_TOKEN", "register", first, "carol", secrets_password("behind a used token"));
    ask("BAD_TOKEN", "contact", spare, "alice@example.org", NULL);
    ask("NAME_TAKEN", "register", spare, "bob", secrets_password("for a taken name"));
    ask("PASSWORD_REFUSED", "register", spare, "carol", spare);
    ask("OK", "reset", reset_token("reset token", "bob"), "bob", secrets_password("reset to"));
    ck_assert_ptr_nonnull(strstr(text_of(log_path), "result=OK"));
}
END_TEST

/* Of somebody who was there before and is given verifiers, and of somebody who comes with a token.
 */
START_TEST(nothing_is_left_of_a_login)
{
    const char *first = token("token that registers");
    const char *mine = secrets_password("password of the account");
    const char *others = secrets_password("password that was there");

    site_add_account(site, "dora");
    site_modify(site,
                "dn: uid=dora," SITE_PEOPLE "\nchangetype: modify\nreplace: userPassword\n"
                "userPassword: %s\n",
                others);
    ask("OK", "login", NULL, "dora", others);
    ck_assert_uint_eq(site_values(site, "uid=dora," SITE_PEOPLE, "authPassword"), 1);
    ask("OK", "login", NULL, "bob", secrets_combined(first, mine));
    ask("OK", "login", NULL, "bob", mine);
    ask("WRONG_PASSWORD", "login", NULL, "bob", secrets_password("wrong password"));
    ask("NO_ACCOUNT", "login", NULL, "carol", secrets_password("of no account"));
    ask("BAD_TOKEN", "login", NULL, "carol",
        secrets_combined(first, secrets_password("behind a used token")));
}
END_TEST

START_TEST(nothing_is_left_of_a_change)
{
    site_add_account(site, "dora");
    ask("OK", "change", NULL, "dora", secrets_password("changed to"));
    ask("PASSWORD_REFUSED", "change", NULL, "dora", token("token for a password"));
    ask("NO_ACCOUNT", "change", NULL, "carol", secrets_password("for no account"));
}
END_TEST

/* An invite that the agent makes: it tells the token, and keeps nothing of it. */
START_TEST(nothing_is_left_of_a_new_invite)
{
    struct agent_reply reply;
    inv_token *made = NULL;

    agent_ask(client, &reply, "create", "alice@example.org", "account", NULL);
    agent_expect(reply, "OK");
    ck_assert_int_eq(inv_token_parse(site->context->keys, "example.org",
                                     strstr(reply.text, "preauth=") + strlen("preauth="),
                                     INV_TOKEN_LENGTH, &made, &verdict),
                     INV_OK);
    (void)secrets_token("token that the agent made", made);
    expect_nothing_left(SECRETS_ANYTHING);
}
END_TEST

static TCase *tests_of(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_add_checked_fixture(tests, start, stop);
    tcase_set_timeout(tests, 240);
    suite_add_tcase(suite, tests);
    return tests;
}

int main(void)
{
    Suite *suite;
    TCase *tests;

    if (!core_possible()) {
        (void)puts("1..0 # SKIP no core can be taken (no right to trace, or sanitizers)");
        return EXIT_SUCCESS;
    }
    suite = suite_create("residue_agent");
    tests = tests_of(suite, "redemptions");
    tcase_add_test(tests, nothing_is_left);
    tcase_add_test(tests, nothing_is_left_of_a_new_invite);
    tests = tests_of(suite, "accounts");
    tcase_add_test(tests, nothing_is_left_of_a_login);
    tcase_add_test(tests, nothing_is_left_of_a_change);
    return suite_run(suite);
}
