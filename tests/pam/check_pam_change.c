/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_invite.so where people change a password, against a directory of its own. */
#include "config.h"

#include <check.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "invitegate/timestamp.h"
#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

#define PASSWORD "Seventeen-green-kettles!"
#define OTHER    "Twelve-yellow-lanterns?"

static int change_at(pam_host *host, const char *service, const char *user)
{
    int code;

    host->kind = PAM_HOST_PERSON;
    code = pam_host_change(host, pam_site_folder(), service, user);
    ck_assert_uint_eq(host->echoed, 0);
    return code;
}

static int change(const char *user, const char *token, const char *password)
{
    pam_host host = {.answers = {token, password, password}};

    return change_at(&host, "register", user);
}

static int login(const char *user, const char *password)
{
    pam_host host = {.kind = PAM_HOST_SASLAUTHD, .answers = {password}};

    return pam_host_authenticate(&host, pam_site_folder(), "xmpp", user);
}

START_TEST(registering_is_changing_a_password)
{
    pam_host host = {.answers = {NULL, PASSWORD, PASSWORD}};
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    host.answers[0] = token;
    pam_host_forget_log();
    ck_assert_int_eq(change_at(&host, "register", "carol"), PAM_SUCCESS);
    ck_assert_uint_eq(host.prompts, 3);
    ck_assert(pam_site_logged("result=OK") && pam_site_logged("user=\"carol@example.org\""));
    ck_assert(!pam_site_logged(token) && !pam_site_logged(PASSWORD));
    ck_assert_int_eq(login("carol", PASSWORD), PAM_SUCCESS);
    /* again: the same ends as it did, with another name or password it is refused */
    ck_assert_int_eq(change("carol", token, PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(change("carol", token, OTHER), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("dora", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(login("carol", PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(the_token_is_asked_for_by_name)
{
    pam_host host = {.answers = {"not a token"}};

    ck_assert_int_eq(change_at(&host, "register", "erik"), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_uint_eq(host.prompts, 1);
    ck_assert_str_eq(host.asked, "Invite token: ");
    ck_assert_ptr_nonnull(strstr(host.shown, "not valid"));
}
END_TEST

START_TEST(a_pasted_uri_is_a_token)
{
    char token[INV_TOKEN_LENGTH + 1];
    char uri[128];

    pam_site_invite(NULL, token);
    (void)snprintf(uri, sizeof(uri), " xmpp:example.org?register;preauth=%s\t", token);
    ck_assert_int_eq(change("fiona", uri, PASSWORD), PAM_SUCCESS);
}
END_TEST

/* What a client's server binds with is SASLprep of the password; a tab cannot be prepared. */
START_TEST(passwords_are_prepared)
{
    static const char typed[] = "nbsp\xc2\xa0inside, \xef\xac\x81ne";
    static const char prepared[] = "nbsp inside, fine";
    inv_jid *fitz = NULL;
    inv_invite_request reset = {.uses = 1, .type = INV_INVITE_RESET};
    pam_host host = {.answers = {NULL, "a\ttab, and kettles", "a\ttab, and kettles"}};
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    host.answers[0] = token;
    ck_assert_int_eq(change_at(&host, "register", "fitz"), PAM_AUTHTOK_ERR);
    ck_assert_msg(strstr(host.shown, "cannot be used") != NULL, "%s", host.shown);
    ck_assert_int_eq(change("fitz", token, typed), PAM_SUCCESS);
    ck_assert_int_eq(login("fitz", prepared), PAM_SUCCESS);
    ck_assert_int_eq(login("fitz", typed), PAM_SUCCESS);
    ck_assert_int_eq(login("fitz", PASSWORD), PAM_AUTH_ERR);
    fitz = site_name(site, "fitz");
    reset.user = fitz;
    pam_site_invite(&reset, token);
    ck_assert_int_eq(change("fitz", token, "a\ttab, and kettles"), PAM_AUTHTOK_ERR);
    ck_assert_int_eq(change("fitz", token, "\xef\xbc\xa1 kettles, seventeen"), PAM_SUCCESS);
    ck_assert_int_eq(login("fitz", "A kettles, seventeen"), PAM_SUCCESS);
    inv_jid_free(&fitz);
}
END_TEST

/* As it is copied from a mail or a text processor; and names that are no mail addresses. */
START_TEST(a_quoted_token_and_a_dotted_name)
{
    char token[INV_TOKEN_LENGTH + 1];
    char quoted[128];

    pam_site_invite(NULL, token);
    (void)snprintf(quoted, sizeof(quoted), "\xe2\x80\x9c%s\xe2\x80\x8b\xe2\x80\x9d", token);
    ck_assert_int_eq(change("x.", quoted, PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("a..b", quoted, PASSWORD), PAM_PERM_DENIED);
    pam_host_forget_log();
    ck_assert_int_eq(change("zoe@example.org@example.org", quoted, PASSWORD), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("given twice?"));
    ck_assert_int_eq(change("a.b", quoted, PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(tokens_that_are_no_good)
{
    inv_invite_request expired = {.uses = 1, .expires = time(NULL) - 10};
    inv_jid *alice = site_name(site, "alice");
    inv_invite_request contact = {.uses = 1, .type = INV_INVITE_CONTACT, .inviter = alice};
    char token[INV_TOKEN_LENGTH + 1];

    ck_assert_int_eq(change("gina", "", PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(change("gina", "old password", PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    pam_site_invite(&expired, token);
    ck_assert_int_eq(change("gina", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    pam_site_invite(&contact, token);
    ck_assert_int_eq(change("gina", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    pam_site_invite(NULL, token);
    token[31] = token[31] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(change("gina", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    pam_site_invite(NULL, token);
    pam_site_revoke(token);
    ck_assert_int_eq(change("gina", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert(pam_site_logged("revoked"));
    ck_assert_int_eq(login("gina", PASSWORD), PAM_USER_UNKNOWN);
    inv_jid_free(&alice);
}
END_TEST

START_TEST(names_that_cannot_be_had)
{
    inv_jid *preset = site_name(site, "preset");
    inv_invite_request request = {.uses = 1, .user = preset};
    char token[INV_TOKEN_LENGTH + 1];
    char other[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    pam_site_invite(&request, other);
    ck_assert_int_eq(change("alice", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_TAKEN"));
    ck_assert_int_eq(change("-bad name-", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_INVALID"));
    /* one that an account from before invitegate may have, to be reset */
    pam_host_forget_log();
    ck_assert_int_eq(change(".dotted", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_INVALID") &&
              pam_site_logged("name_pattern does not let it register"));
    ck_assert_int_eq(change("hans@example.com", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("postmaster", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_RESERVED"));
    /* a name that an invite is kept for */
    ck_assert_int_eq(change("preset", token, PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("somebody", other, PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change("preset", other, PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(change("hans", token, PASSWORD), PAM_SUCCESS);
    inv_jid_free(&preset);
}
END_TEST

START_TEST(a_reset_invite_sets_a_new_password)
{
    inv_jid *name;
    inv_invite_request request = {.uses = 1, .type = INV_INVITE_RESET};
    char token[INV_TOKEN_LENGTH + 1];
    char plain[INV_TOKEN_LENGTH + 1];

    pam_site_account("ines", PASSWORD, NULL);
    pam_site_invite(NULL, plain);
    ck_assert_int_eq(change("ines", plain, OTHER), PAM_PERM_DENIED);
    name = site_name(site, "ines");
    request.user = name;
    pam_site_invite(&request, token);
    ck_assert_int_eq(change("inez", token, OTHER), PAM_PERM_DENIED);
    ck_assert_int_eq(change("ines", token, OTHER), PAM_SUCCESS);
    ck_assert_int_eq(login("ines", OTHER), PAM_SUCCESS);
    ck_assert_int_eq(login("ines", PASSWORD), PAM_AUTH_ERR);
    ck_assert_int_eq(change("ines", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_int_eq(login("ines", OTHER), PAM_SUCCESS);
    /* where people log in, resetting is not offered */
    ck_assert_int_eq(login("ines", pam_site_combined(token, PASSWORD)), PAM_AUTH_ERR);
    inv_jid_free(&name);
}
END_TEST

START_TEST(weak_passwords_are_refused_in_their_judges_words)
{
    pam_host host = {.answers = {NULL, "password", "password"}};
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    host.answers[0] = token;
    ck_assert_int_ne(change_at(&host, "xmpp-register", "judith"), PAM_SUCCESS);
    ck_assert_ptr_nonnull(strstr(host.shown, "BAD PASSWORD"));
    ck_assert_int_eq(login("judith", "password"), PAM_USER_UNKNOWN);
    /* the example once more, with a good one: asked for once by pam_pwquality */
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    ck_assert_int_eq(change_at(&host, "xmpp-register", "judith"), PAM_SUCCESS);
    ck_assert_uint_eq(host.prompts, 3);
    ck_assert_int_eq(login("judith", PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(the_directorys_policy_speaks_too)
{
    pam_host host = {.kind = PAM_HOST_PERSON};
    char token[INV_TOKEN_LENGTH + 1];
    pam_handle_t *pamh;

    pam_site_invite(NULL, token);
    host = (pam_host){.answers = {token, "Ab3-xyz", "Ab3-xyz"}};
    pam_host_forget_log();
    ck_assert_int_eq(change_at(&host, "register", "karl"), PAM_AUTHTOK_ERR);
    ck_assert_str_ne(host.shown, "");
    ck_assert(pam_site_logged("result=PASSWORD_REFUSED") && !pam_site_logged("Ab3-xyz"));
    host = (pam_host){.answers = {token, "Ab3-xyz", "Ab3-xyz"}};
    ck_assert_int_eq(change_at(&host, "no-warn", "karl"), PAM_AUTHTOK_ERR);
    ck_assert_str_eq(host.shown, "");
    host = (pam_host){.answers = {token, "Ab3-xyz", "Ab3-xyz"}};
    pamh = pam_host_start(&host, pam_site_folder(), "register", "karl");
    ck_assert_int_eq(pam_chauthtok(pamh, PAM_SILENT), PAM_AUTHTOK_ERR);
    ck_assert_str_eq(host.shown, "");
    /* the same handle may go on */
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    ck_assert_int_eq(pam_chauthtok(pamh, 0), PAM_SUCCESS);
    pam_end(pamh, PAM_SUCCESS);
    ck_assert_int_eq(login("karl", PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(new_passwords_that_are_not_given)
{
    pam_host host;
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    host = (pam_host){.answers = {token, PASSWORD, OTHER}};
    ck_assert_int_eq(change_at(&host, "register", "lena"), PAM_TRY_AGAIN);
    host = (pam_host){.answers = {token, "", ""}};
    ck_assert_int_eq(change_at(&host, "register", "lena"), PAM_AUTHTOK_ERR);
    host = (pam_host){.answers = {token}};
    ck_assert_int_eq(change_at(&host, "register", "lena"), PAM_AUTHTOK_ERR);
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    ck_assert_int_eq(change_at(&host, "use-authtok", "lena"), PAM_AUTHTOK_ERR);
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    ck_assert_int_eq(change_at(&host, "use-first-pass", "lena"), PAM_AUTHTOK_RECOVERY_ERR);
    ck_assert_uint_eq(host.prompts, 0);
    host = (pam_host){.answers = {NULL}};
    ck_assert_int_eq(change_at(&host, "register", "lena"), PAM_CONV_ERR);
    ck_assert_int_eq(change("lena", token, token), PAM_AUTHTOK_ERR);
    ck_assert_int_eq(change("lena", token, PASSWORD), PAM_SUCCESS);
}
END_TEST

/* A module in front that is content with the first pass and not with the second. */
START_TEST(the_second_pass_alone_judges_everything)
{
    pam_host host = {.answers = {"not a token", PASSWORD, PASSWORD}};
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    ck_assert_int_eq(change_at(&host, "second-pass", "mia"), PAM_AUTHTOK_RECOVERY_ERR);
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    ck_assert_int_eq(change_at(&host, "second-pass-down", "mia"), PAM_AUTHINFO_UNAVAIL);
    host.prompts = 0;
    ck_assert_int_eq(change_at(&host, "second-pass", "alice"), PAM_PERM_DENIED);
    host.prompts = 0;
    ck_assert_int_eq(change_at(&host, "second-pass", "mia"), PAM_SUCCESS);
    ck_assert_int_eq(login("mia", PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(the_first_pass_wants_a_directory)
{
    char token[INV_TOKEN_LENGTH + 1];
    pam_host host = {.answers = {token}};

    pam_site_invite(NULL, token);
    ck_assert_int_eq(change_at(&host, "down", "nora"), PAM_TRY_AGAIN);
    ck_assert_uint_eq(host.prompts, 1);
    /* a forged token is refused without it */
    token[31] = token[31] == 'A' ? 'B' : 'A';
    host.prompts = 0;
    ck_assert_int_eq(change_at(&host, "down", "nora"), PAM_AUTHTOK_RECOVERY_ERR);
}
END_TEST

static time_t end_of_invite;

/* Chooses a password for as long as the invite is still good, and one second more. */
static void choose_slowly(pam_host *host, unsigned prompt)
{
    struct timespec moment = {.tv_nsec = 50 * 1000 * 1000};

    (void)host;
    while (prompt == 1 && time(NULL) <= end_of_invite)
        nanosleep(&moment, NULL);
}

START_TEST(an_invite_may_end_between_the_passes)
{
    inv_invite_request request = {.uses = 1, .expires = time(NULL) + 1};
    char token[INV_TOKEN_LENGTH + 1];
    pam_host host = {.answers = {token, PASSWORD, PASSWORD}, .before_answer = choose_slowly};

    end_of_invite = request.expires;
    pam_site_invite(&request, token);
    ck_assert_int_eq(change_at(&host, "register", "olga"), PAM_SUCCESS);
    ck_assert_int_eq(change("pia", token, PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    /* without the first pass the moment of the second counts */
    request.expires = time(NULL) + 1;
    end_of_invite = request.expires;
    pam_site_invite(&request, token);
    host = (pam_host){.answers = {token, PASSWORD, PASSWORD}, .before_answer = choose_slowly};
    ck_assert_int_eq(change_at(&host, "second-pass", "pia"), PAM_AUTHTOK_RECOVERY_ERR);
}
END_TEST

START_TEST(nothing_of_ours_is_too_old)
{
    pam_host host = {.answers = {NULL}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "aged", "alice");

    ck_assert_int_eq(pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK), PAM_SUCCESS);
    ck_assert_uint_eq(host.prompts, 0);
    pam_end(pamh, PAM_SUCCESS);
}
END_TEST

static void start(void)
{
    char lines[1024];

    pam_site_start();
    pam_host_write_example(pam_site_folder(), "xmpp", pam_site_conf());
    pam_host_write_example(pam_site_folder(), "xmpp-register", pam_site_conf());
    pam_site_stack("register", "password required pam_invite.so conf=CONF\n");
    pam_site_stack("no-warn", "password required pam_invite.so no_warn conf=CONF\n");
    pam_site_stack("use-authtok", "password required pam_invite.so use_authtok conf=CONF\n");
    pam_site_stack("use-first-pass", "password required pam_invite.so use_first_pass conf=CONF\n");
    pam_site_stack("aged",
                   "password required pam_invite.so conf=CONF\npassword required pam_permit.so\n");
    /* pam_exec(8) succeeds in the first pass without running anything */
    pam_site_stack("second-pass",
                   "password [success=done default=ignore] pam_exec.so quiet /bin/false\n"
                   "password required pam_invite.so conf=CONF\n");
    (void)snprintf(lines, sizeof(lines),
                   "password [success=done default=ignore] pam_exec.so quiet /bin/false\n"
                   "password required pam_invite.so conf=%s\n",
                   pam_site_conf_with("down.conf", "uri", "ldapi://%2Fnonexistent"));
    pam_site_stack("second-pass-down", lines);
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so conf=%s\n",
                   pam_site_conf_with("down.conf", "uri", "ldapi://%2Fnonexistent"));
    pam_site_stack("down", lines);
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so conf=%s\n",
                   pam_site_conf_with("open.conf", "invite_only", "no"));
    pam_site_stack("open", lines);
    (void)snprintf(lines, sizeof(lines),
                   "auth required pam_invite.so register login conf=%s\n"
                   "account required pam_permit.so\n",
                   pam_site_conf_with("open.conf", "invite_only", "no"));
    pam_site_stack("open-login", lines);
}

static int change_openly(const char *user, const char *token, const char *password)
{
    pam_host host = {.answers = {token, password, password}};

    return change_at(&host, "open", user);
}

START_TEST(registering_without_an_invite)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_host_forget_log();
    ck_assert_int_eq(change_openly("nora", "", PASSWORD), PAM_SUCCESS);
    ck_assert(pam_site_logged("result=OK invite=- user=\"nora@example.org\""));
    ck_assert_int_eq(login("nora", PASSWORD), PAM_SUCCESS);
    /* again: the same ends as it did, another password does not */
    ck_assert_int_eq(change_openly("nora", "", PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(change_openly("nora", "", OTHER), PAM_PERM_DENIED);
    ck_assert_int_eq(login("nora", PASSWORD), PAM_SUCCESS);
    /* what is refused with a token is refused without */
    ck_assert_int_eq(change_openly("alice", "", PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change_openly("root", "", PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change_openly("no spaces", "", PASSWORD), PAM_PERM_DENIED);
    ck_assert_int_eq(change_openly("otto", "", "short"), PAM_AUTHTOK_ERR);
    /* a mistyped token is no missing one, and a good one works as ever */
    ck_assert_int_eq(change_openly("otto", "not a token", PASSWORD), PAM_AUTHTOK_RECOVERY_ERR);
    pam_site_invite(NULL, token);
    ck_assert_int_eq(change_openly("otto", token, PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(nobody_registers_without_an_invite_at_a_login)
{
    static const char empty_token[] = ":" PASSWORD;
    const char *const passwords[] = {PASSWORD, empty_token, ""};

    for (size_t i = 0; i < 3; i++) {
        pam_host host = {.kind = PAM_HOST_SASLAUTHD, .answers = {passwords[i]}};

        ck_assert_int_ne(pam_host_authenticate(&host, pam_site_folder(), "open-login", "paul"),
                         PAM_SUCCESS);
    }
    ck_assert_int_eq(login("paul", PASSWORD), PAM_USER_UNKNOWN);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, registering_is_changing_a_password);
    tcase_add_test(tests, the_token_is_asked_for_by_name);
    tcase_add_test(tests, a_pasted_uri_is_a_token);
    tcase_add_test(tests, passwords_are_prepared);
    tcase_add_test(tests, a_quoted_token_and_a_dotted_name);
    tcase_add_test(tests, tokens_that_are_no_good);
    tcase_add_test(tests, names_that_cannot_be_had);
    tcase_add_test(tests, a_reset_invite_sets_a_new_password);
    tcase_add_test(tests, weak_passwords_are_refused_in_their_judges_words);
    tcase_add_test(tests, the_directorys_policy_speaks_too);
    tcase_add_test(tests, new_passwords_that_are_not_given);
    tcase_add_test(tests, the_second_pass_alone_judges_everything);
    tcase_add_test(tests, the_first_pass_wants_a_directory);
    tcase_add_test(tests, an_invite_may_end_between_the_passes);
    tcase_add_test(tests, nothing_of_ours_is_too_old);
    tcase_add_test(tests, registering_without_an_invite);
    tcase_add_test(tests, nobody_registers_without_an_invite_at_a_login);
}

int main(void)
{
    Suite *suite = suite_create("pam_change");
    TCase *tests = tcase_create("password");

    add_tests(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
