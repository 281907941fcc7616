/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/agent_fixture.h"
#include "tests/support/pam_host.h"
#include "tests/support/password_forms.h"

/*
 * Every way in by invite-agent, with every form that passwords are kept in (check_forms has those
 * by PAM and invitectl): register with and without a token and reset, by the agent itself and
 * through pam_service, where the words of a refusal come by the conversation of PAM.
 */

#define SERVICE "agent-forms"

typedef enum way_kind { WITH_INVITE, WITHOUT_INVITE, RESET } way_kind;

static const struct way {
    const char *name;
    way_kind kind;
} ways[] = {{"register", WITH_INVITE}, {"open", WITHOUT_INVITE}, {"reset", RESET}};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* The two judges: "own" is the agent, "pam" its stack. */
static const char *judge = "own";

static void name_account(char local[64], const password_form *form, const struct way *way,
                         const typed_password *password)
{
    (void)snprintf(local, 64, "%s-%s-%s-%s", judge, form->name, way->name, password->name);
}

/* The accounts that are reset are older than the second that the invites are made in. */
static void start(void)
{
    char stack[512];
    char prefix[8];

    site = password_forms_start();
    (void)snprintf(stack, sizeof(stack),
                   "account required pam_invite.so conf=%.200s\n"
                   "password required pam_invite.so conf=%.200s\n",
                   slapd_conf_path(site->slapd), slapd_conf_path(site->slapd));
    pam_host_write_stack(password_forms_stacks(site), SERVICE, stack);
    (void)snprintf(prefix, sizeof(prefix), "%s-", judge);
    password_forms_add_accounts(site, prefix, "reset");
    site_next_second();
}

static void start_with_pam(void)
{
    judge = "pam";
    start();
}

static void start_agent(const password_form *form)
{
    const bool by_pam = strcmp(judge, "pam") == 0;
    const char *top = getenv("abs_top_srcdir");
    char wrapped[512];
    const char *const prefix[] = {wrapped, password_forms_stacks(site), NULL};
    char lines[256];

    (void)snprintf(wrapped, sizeof(wrapped), "%s/scripts/pam-wrapped", top != NULL ? top : ".");
    (void)snprintf(lines, sizeof(lines),
                   "password_verifiers = %s\nscram_iterations = 4096\ninvite_only = no\n%s",
                   form->verifiers, by_pam ? "pam_service = " SERVICE : "");
    agent_configure(site, NULL, lines,
                    "workers = 1\nlimit_checks = 1000/h\nlimit_registrations = 1000/h");
    agent = agent_start(site, by_pam ? prefix : NULL);
    client = agent_connect(site);
}

static void ask(struct agent_reply *reply, const struct way *way, const char *token,
                const char *local, const char *password)
{
    agent_ask(client, reply, way->kind == RESET ? "reset" : "register", token, local, password,
              ADDRESS, "", NULL);
}

static void expect_refusal(const struct way *way, const char *token, const char *local,
                           const char *password, const char *words)
{
    struct agent_reply reply;

    ask(&reply, way, token, local, password);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, words) != NULL, "%s: no word of \"%s\": %s", local, words,
                  reply.text);
    if (way->kind != RESET)
        password_form_expect_none(site, local);
}

static void try_way(const password_form *form, const struct way *way,
                    const typed_password *password)
{
    const char *token = "";
    struct agent_reply reply;
    char local[64];

    name_account(local, form, way, password);
    if (way->kind != WITHOUT_INVITE)
        token = agent_invite(site, way->kind == RESET ? INV_INVITE_RESET : INV_INVITE_ACCOUNT, NULL,
                             way->kind == RESET ? local : NULL, NULL);
    expect_refusal(way, token, local, PASSWORD_UNPREPARED, "cannot be used");
    if (password == &password_in_braces && strstr(form->verifiers, "server") != NULL) {
        expect_refusal(way, token, local, password->typed, "in braces");
        return;
    }
    ask(&reply, way, token, local, password->typed);
    agent_expect(reply, "OK");
    password_form_expect(site, form, local, password);
    ask(&reply, way, token, local, password->prepared);
    agent_expect(reply, "OK");
}

START_TEST(every_way_in)
{
    const password_form *form = &password_forms[_i];

    start_agent(form);
    for (size_t i = 0; i < WAYS; i++) {
        try_way(form, &ways[i], &password_changed);
        if (!password_form_is_mixed(form) && (i == 0 || !password_form_is_slow(form)))
            try_way(form, &ways[i], &password_in_braces);
    }
    agent_disconnect(&client);
    ck_assert_int_eq(agent_end(&agent, SIGTERM), 0);
}
END_TEST

static void add_case(Suite *suite, const char *name, void (*setup)(void), int forms)
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 1000); /* scripts/pam-wrapped waits for its turn */
    tcase_add_unchecked_fixture(tests, setup, fixture_stop);
    tcase_add_loop_test(tests, every_way_in, 0, forms);
    suite_add_tcase(suite, tests);
}

int main(void)
{
    Suite *suite = suite_create("agent_forms");

    add_case(suite, "own", start, PASSWORD_FORMS);
    if (pam_host_wrapper_missing() == NULL)
        add_case(suite, "pam_service", start_with_pam, PASSWORD_FORMS_PURE);
    else
        (void)printf("# without pam_service: %s\n", pam_host_wrapper_missing());
    return suite_run(suite);
}
