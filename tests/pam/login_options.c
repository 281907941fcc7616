/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/pam/logging_in.h"
#include "tests/support/pam_site.h"

static void expect_handed_on(const char *path, const char *wanted)
{
    char seen[128] = "";
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(seen, 1, sizeof(seen) - 1, file), 0);
    (void)fclose(file);
    ck_assert_str_eq(seen, wanted);
    ck_assert_int_eq(unlink(path), 0);
}

/*
 * The token is taken off whatever the password behind it is worth: it is no other module's. Tried
 * with a use that is finished, and with one for whose end the password is verified here first.
 */
START_TEST(a_wrong_password_is_handed_on_without_its_token)
{
    static const struct {
        const char *service;
        const char *control;
        const char *options;
        int code;
    } stacks[] = {
        /* the next module judges it */
        {"wrong-next", "[ignore=ignore default=die]", "register", PAM_SUCCESS},
        /* it was judged here; the next module is another account's */
        {"wrong-both", "[auth_err=ignore default=die]", "register login", PAM_SUCCESS},
        {"wrong-end", "required", "register login", PAM_AUTH_ERR},
    };
    const char *user = _i == 0 ? "handed" : "handing";
    char token[INV_TOKEN_LENGTH + 1];
    char path[256], lines[1024];

    pam_site_invite(NULL, token);
    ck_assert_int_eq(login(user, with(token, PASSWORD)), PAM_SUCCESS);
    if (_i == 1)
        pam_site_unfinish(token, "handing@example.org");
    (void)snprintf(path, sizeof(path), "%s/handed", pam_site_folder());
    for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        (void)snprintf(lines, sizeof(lines),
                       "auth %s pam_invite.so %s conf=CONF\n"
                       "auth required pam_exec.so expose_authtok quiet /usr/bin/tee %s\n",
                       stacks[i].control, stacks[i].options, path);
        pam_site_stack(stacks[i].service, lines);
        ck_assert_int_eq(
            authenticate(PAM_HOST_SASLAUTHD, stacks[i].service, user, with(token, "another one")),
            stacks[i].code);
        expect_handed_on(path, "another one");
        ck_assert(pam_site_is_unfinished(token) == (_i == 1));
    }
}
END_TEST

START_TEST(register_leaves_passwords_to_the_next_module)
{
    char token[INV_TOKEN_LENGTH + 1];
    char path[256], lines[1024], seen[128];
    FILE *file;

    pam_site_invite(NULL, token);
    (void)snprintf(path, sizeof(path), "%s/seen", pam_site_folder());
    (void)snprintf(lines, sizeof(lines),
                   "auth optional pam_invite.so register conf=CONF\n"
                   "auth required pam_exec.so expose_authtok quiet /usr/bin/tee %s\n",
                   path);
    pam_site_stack("next", lines);
    /* made here, then verified by the next module, with and without the token in front */
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(authenticate(PAM_HOST_SASLAUTHD, "next", "nextuser",
                                      i < 2 ? with(token, PASSWORD) : PASSWORD),
                         PAM_SUCCESS);
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        memset(seen, 0, sizeof(seen));
        ck_assert_uint_gt(fread(seen, 1, sizeof(seen) - 1, file), 0);
        fclose(file);
        ck_assert_str_eq(seen, PASSWORD);
    }
    /* a module that binds with what it is given needs it as it is stored */
    pam_site_invite(NULL, token);
    ck_assert_int_eq(authenticate(PAM_HOST_SASLAUTHD, "next", "nextnbsp",
                                  with(token, "nbsp\xc2\xa0inside, \xef\xac\x81ne")),
                     PAM_SUCCESS);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    memset(seen, 0, sizeof(seen));
    ck_assert_uint_gt(fread(seen, 1, sizeof(seen) - 1, file), 0);
    fclose(file);
    ck_assert_str_eq(seen, "nbsp inside, fine");
    ck_assert_int_eq(login("nextnbsp", "nbsp inside, fine"), PAM_SUCCESS);
    ck_assert_int_eq(login("nextnbsp", "nbsp\xc2\xa0inside, \xef\xac\x81ne"), PAM_SUCCESS);
}
END_TEST

START_TEST(login_alone_takes_no_tokens)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    pam_site_stack("only-login", "auth required pam_invite.so login conf=CONF\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-login", "alice", SITE_PASSWORD),
                     PAM_SUCCESS);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-login", "tokened", with(token, PASSWORD)),
                     PAM_AUTH_ERR);
    ck_assert_int_eq(account("xmpp", "tokened"), PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(without_register_and_login_no_opinion)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};

    pam_site_stack("neither", "auth [ignore=ignore default=die] pam_invite.so conf=CONF\n"
                              "auth required pam_permit.so\n");
    ck_assert_int_eq(pam_host_authenticate(&host, pam_site_folder(), "neither", "alice"),
                     PAM_SUCCESS);
    ck_assert_uint_eq(host.prompts, 0);
    pam_site_stack("neither-alone", "auth required pam_invite.so conf=CONF\n");
    ck_assert_int_ne(pam_host_authenticate(&host, pam_site_folder(), "neither-alone", "alice"),
                     PAM_SUCCESS);
}
END_TEST

START_TEST(passwords_asked_for_once)
{
    pam_site_stack("first", "auth required pam_invite.so login use_first_pass conf=CONF\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "first", "alice", SITE_PASSWORD), PAM_AUTH_ERR);
    pam_site_stack("twice", "auth [ignore=ignore default=die] pam_invite.so register conf=CONF\n"
                            "auth required pam_invite.so login use_first_pass conf=CONF\n"
                            "auth required pam_invite.so login try_first_pass conf=CONF\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "twice", "alice", SITE_PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(hosts_that_do_not_answer)
{
    ck_assert_int_eq(authenticate(PAM_HOST_SILENT, "xmpp", "alice", NULL), PAM_AUTH_ERR);
    pam_site_stack("events", "auth required pam_invite.so login conf=CONF\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EVENTS, "events", "alice", NULL), PAM_INCOMPLETE);
    ck_assert_int_eq(authenticate(PAM_HOST_PERSON, "xmpp", "alice", NULL), PAM_CONV_ERR);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "xmpp", NULL, "x"), PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(mistakes_of_an_admin_fail_closed)
{
    static const char *const bad[][2] = {
        {"logn conf=CONF", "logn"},
        {"login conf=/nonexistent/invitegate.conf", "/nonexistent/invitegate.conf"},
        {"login conf=relative.conf", "relative.conf"},
        {"login conf=CONF domain=example.com", "example.com"},
        {"register conf=CONF use_first_passs", "use_first_passs"},
        {"logn", "logn"},
    };
    char lines[512];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        pam_host host = {.kind = PAM_HOST_PERSON, .answers = {SITE_PASSWORD, "new", "new"}};
        pam_handle_t *pamh;

        (void)snprintf(lines, sizeof(lines),
                       "auth required pam_invite.so %s\naccount required pam_invite.so %s\n"
                       "password required pam_invite.so %s\n",
                       bad[i][0], bad[i][0], bad[i][0]);
        pam_site_stack("bad", lines);
        pam_host_forget_log();
        pamh = pam_host_start(&host, pam_site_folder(), "bad", "alice");
        ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SERVICE_ERR);
        ck_assert_msg(pam_site_logged("result=CONFIG") && pam_site_logged(bad[i][1]), "%s: %s",
                      bad[i][0], pam_host_log());
        ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SERVICE_ERR);
        ck_assert_int_eq(pam_chauthtok(pamh, 0), PAM_SERVICE_ERR);
        if (i == 0)
            ck_assert_int_eq(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SERVICE_ERR);
        pam_end(pamh, PAM_SERVICE_ERR);
    }
}
END_TEST

START_TEST(domain_option)
{
    pam_site_stack("domain", "auth required pam_invite.so login domain=example.org conf=CONF\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "domain", "alice", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "domain", "alice@example.org", SITE_PASSWORD),
                     PAM_SUCCESS);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "domain", "alice@example.com", SITE_PASSWORD),
                     PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(debug_and_the_quiet_verdicts)
{
    pam_site_stack("debug",
                   "auth [ignore=ignore default=die] pam_invite.so register debug conf=CONF\n"
                   "auth required pam_permit.so\naccount required pam_invite.so debug conf=CONF\n");
    pam_host_forget_log();
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "debug", "alice", "secret words"), PAM_SUCCESS);
    ck_assert(pam_site_logged("not ours") && !pam_site_logged("secret words"));
    ck_assert_int_eq(account("debug", "alice"), PAM_SUCCESS);
    ck_assert(pam_site_logged("alice@example.org"));
    pam_host_forget_log();
    ck_assert_int_eq(account("xmpp", "alice"), PAM_SUCCESS);
    ck_assert_str_eq(pam_host_log(), "");
}
END_TEST

START_TEST(setcred_succeeds)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "xmpp", "alice");

    ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    pam_end(pamh, PAM_SUCCESS);
}
END_TEST

void login_options_add(TCase *tests)
{
    tcase_add_loop_test(tests, a_wrong_password_is_handed_on_without_its_token, 0, 2);
    tcase_add_test(tests, register_leaves_passwords_to_the_next_module);
    tcase_add_test(tests, login_alone_takes_no_tokens);
    tcase_add_test(tests, without_register_and_login_no_opinion);
    tcase_add_test(tests, passwords_asked_for_once);
    tcase_add_test(tests, hosts_that_do_not_answer);
    tcase_add_test(tests, mistakes_of_an_admin_fail_closed);
    tcase_add_test(tests, domain_option);
    tcase_add_test(tests, debug_and_the_quiet_verdicts);
    tcase_add_test(tests, setcred_succeeds);
}
