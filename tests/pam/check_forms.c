/* SPDX-License-Identifier: BSD-2-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/support/fixture.h"
#include "tests/support/pam_host.h"
#include "tests/support/password_forms.h"

/*
 * Every way in by PAM and invitectl, with every form that passwords are kept in: a password is
 * prepared (SASLprep) before it is judged, stored, compared and proved. check_agent_forms has the
 * ways by the agent.
 */

static char shown[1024]; /* what a way told whoever used it */

/* ---------------------------------------------------------------------------------- the ways in */

static bool log_in_with_token(const char *token, const char *local, const char *password)
{
    char combined[256];
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {combined}};
    int code;

    (void)snprintf(combined, sizeof(combined), "%s:%s", token, password);
    code = pam_host_authenticate(&host, password_forms_stacks(site), "xmpp", local);
    (void)snprintf(shown, sizeof(shown), "%s", host.shown);
    ck_assert_msg(code == PAM_SUCCESS || code == PAM_AUTHTOK_ERR, "%s: PAM code %d", local, code);
    return code == PAM_SUCCESS;
}

static bool change_password(const char *token, const char *local, const char *password)
{
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {token, password, password}};
    int code = pam_host_change(&host, password_forms_stacks(site), "register", local);

    (void)snprintf(shown, sizeof(shown), "%s", host.shown);
    ck_assert_msg(code == PAM_SUCCESS || code == PAM_AUTHTOK_ERR, "%s: PAM code %d", local, code);
    return code == PAM_SUCCESS;
}

static bool invitectl_redeem(const char *token, const char *local, const char *password)
{
    const char *built = getenv("abs_top_builddir");
    const char *folder = slapd_directory(site->slapd);
    char *path = NULL;
    char *command = NULL;
    FILE *file;
    size_t length;
    int status;

    ck_assert_int_gt(asprintf(&path, "%s/input", folder), 0);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(file, "%s\n%s\n", token, password);
    (void)fclose(file);
    ck_assert_int_gt(
        asprintf(&command, "'%s/tools/invitectl' -c '%s' redeem --user '%s' - <'%s' 2>&1",
                 built != NULL ? built : ".", slapd_conf_path(site->slapd), local, path),
        0);
    file = popen(command, "r");
    ck_assert_ptr_nonnull(file);
    length = fread(shown, 1, sizeof(shown) - 1, file);
    shown[length] = '\0';
    status = pclose(file);
    free(command);
    free(path);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 1, "%s: status %d: %s", local, status,
                  shown);
    return WEXITSTATUS(status) == 0;
}

typedef enum way_kind { WITH_INVITE, WITHOUT_INVITE, RESET } way_kind;

/* Whether the password was taken; else it was refused. Any other outcome fails the test. */
static const struct way {
    const char *name;
    way_kind kind;
    bool (*go)(const char *token, const char *local, const char *password);
} ways[] = {
    {"login", WITH_INVITE, log_in_with_token}, {"change", WITH_INVITE, change_password},
    {"open", WITHOUT_INVITE, change_password}, {"ctl", WITH_INVITE, invitectl_redeem},
    {"reset-change", RESET, change_password},  {"reset-ctl", RESET, invitectl_redeem},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* ------------------------------------------------------------------------------------ the table */

static void name_account(char local[64], const password_form *form, const struct way *way,
                         const typed_password *password)
{
    (void)snprintf(local, 64, "%s-%s-%s", form->name, way->name, password->name);
}

/* The accounts that are reset are older than the second that the invites are made in. */
static void start(void)
{
    site = password_forms_start();
    for (size_t i = 0; i < WAYS; i++) {
        if (ways[i].kind == RESET)
            password_forms_add_accounts(site, "", ways[i].name);
    }
    site_next_second();
}

static void configure(const password_form *form)
{
    struct site_settings settings = {.domain_lines = NULL};
    char lines[256];
    char stack[512];

    (void)snprintf(lines, sizeof(lines),
                   "password_verifiers = %s\nscram_iterations = 4096\ninvite_only = no",
                   form->verifiers);
    settings.domain_lines = lines;
    site_configure(site, &settings);
    (void)snprintf(stack, sizeof(stack), "password required pam_invite.so conf=%.300s\n",
                   slapd_conf_path(site->slapd));
    pam_host_write_stack(password_forms_stacks(site), "register", stack);
}

static void invite(const struct way *way, const char *local, char token[INV_TOKEN_LENGTH + 1])
{
    struct site_request request;
    inv_token *made;

    token[0] = '\0';
    if (way->kind == WITHOUT_INVITE)
        return;
    site_request(site, &request, way->kind == RESET ? INV_INVITE_RESET : INV_INVITE_ACCOUNT, NULL);
    if (way->kind == RESET)
        site_request_user(site, &request, local);
    made = site_create(site, &request);
    inv_token_write(made, token);
    inv_token_free(&made);
}

static void expect_refusal(const struct way *way, const char *token, const char *local,
                           const char *password, const char *words)
{
    ck_assert_msg(!way->go(token, local, password), "%s: was taken", local);
    ck_assert_msg(strstr(shown, words) != NULL, "%s: no word of \"%s\": %s", local, words, shown);
    if (way->kind != RESET)
        password_form_expect_none(site, local);
}

static void try_way(const password_form *form, const struct way *way,
                    const typed_password *password)
{
    char token[INV_TOKEN_LENGTH + 1];
    char local[64];

    name_account(local, form, way, password);
    invite(way, local, token);
    expect_refusal(way, token, local, PASSWORD_UNPREPARED, "cannot be used");
    if (password == &password_in_braces && strstr(form->verifiers, "server") != NULL) {
        expect_refusal(way, token, local, password->typed, "in braces");
        return;
    }
    ck_assert_msg(way->go(token, local, password->typed), "%s: %s", local, shown);
    password_form_expect(site, form, local, password);
    if (way->kind == RESET && way->go == change_password)
        return; /* PAM asks of a token that is used up before it asks for a password */
    ck_assert_msg(way->go(token, local, password->prepared), "%s again: %s", local, shown);
}

START_TEST(every_way_in)
{
    const password_form *form = &password_forms[_i];

    configure(form);
    for (size_t i = 0; i < WAYS; i++) {
        try_way(form, &ways[i], &password_changed);
        if (!password_form_is_mixed(form) && (i == 0 || !password_form_is_slow(form)))
            try_way(form, &ways[i], &password_in_braces);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forms");
    TCase *tests = tcase_create("forms");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_loop_test(tests, every_way_in, 0, PASSWORD_FORMS);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
