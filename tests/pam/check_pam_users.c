/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_invite.so and the users of its host: names that are theirs, and which name a host goes on
 * with. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <pwd.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/local_users.h"
#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

#define PASSWORD "a password of my own"

static int login(const char *service, const char *user, const char *password)
{
    pam_host host = {.kind = PAM_HOST_SASLAUTHD, .answers = {password}};

    return pam_host_authenticate(&host, pam_site_folder(), service, user);
}

static int account(const char *user)
{
    pam_host host = {.kind = PAM_HOST_EPAM};

    return pam_host_account(&host, pam_site_folder(), "xmpp", user);
}

static int change(const char *service, const char *user, const char *token)
{
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {token, PASSWORD, PASSWORD}};

    return pam_host_change(&host, pam_site_folder(), service, user);
}

static void know(const char *name, uid_t uid)
{
    local_users = (struct local_users){.names = {name}, .uids = {uid}};
}

static void know_nobody(void)
{
    local_users = (struct local_users){.error = 0};
    pam_host_forget_log();
}

/* ---------------------------------------------------------------------------------- local_users */

START_TEST(a_name_of_this_host_is_not_registered)
{
    inv_jid *dragan = site_name(site, "dragan");
    inv_invite_request preset = {.user = dragan};
    char token[INV_TOKEN_LENGTH + 1];
    char own[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    know("dragan", 1000);
    ck_assert_int_eq(login("xmpp", "dragan", pam_site_combined(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_RESERVED") && pam_site_logged("user of this host"));
    ck_assert_int_eq(login("xmpp", "dragan@example.org", pam_site_combined(token, PASSWORD)),
                     PAM_PERM_DENIED);
    ck_assert_int_eq(login("xmpp", "DRAGAN", pam_site_combined(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert_int_eq(change("register", "dragan", token), PAM_PERM_DENIED);
    ck_assert_int_eq(change("second-pass", "dragan", token), PAM_PERM_DENIED);
    ck_assert_int_eq(change("open", "dragan", ""), PAM_PERM_DENIED);
    /* not even with an invite for that very name */
    pam_site_invite(&preset, own);
    ck_assert_int_eq(login("xmpp", "dragan", pam_site_combined(own, PASSWORD)), PAM_PERM_DENIED);
    ck_assert_int_eq(account("dragan"), PAM_USER_UNKNOWN);
    /* none of it cost the token */
    know_nobody();
    ck_assert_int_eq(login("xmpp", "dragan", pam_site_combined(own, PASSWORD)), PAM_SUCCESS);
    ck_assert_uint_gt(local_users.asked, 0);
    ck_assert_int_eq(login("xmpp", "draginja", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    inv_jid_free(&dragan);
}
END_TEST

/* A host looks its user up by what it has: as given, without the domain, as PAM_USER becomes. */
START_TEST(each_spelling_is_looked_for)
{
    static const char *const cases[][2] = {
        {"Petra", "Petra"},
        {"Petra", "petra"},
        {"petra@example.org", "petra@example.org"},
        {"PETRA@Example.org", "petra@example.org"},
        {"Petra@example.org", "Petra"},
        {"\357\274\260etra", "petra"},
        {"pe\302\255tra", "petra"},
    };
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        know(cases[i][1], 1000);
        ck_assert_msg(login("xmpp", cases[i][0], pam_site_combined(token, PASSWORD)) ==
                          PAM_PERM_DENIED,
                      "%s while %s is there", cases[i][0], cases[i][1]);
    }
    know("petra@example.org", 1000);
    ck_assert_int_eq(login("xmpp", "petra", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

START_TEST(people_of_the_directory_may_be_users_too)
{
    char token[INV_TOKEN_LENGTH + 1];

    know_nobody();
    pam_site_invite(NULL, token);
    ck_assert_int_eq(login("xmpp", "ulla", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    local_users.asked = 0;
    know("ulla", 3000);
    ck_assert_int_eq(login("xmpp", "ulla", PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(login("xmpp", "ulla", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    ck_assert_int_eq(account("ulla"), PAM_SUCCESS);
    ck_assert_int_eq(change("register", "ulla", token), PAM_SUCCESS);
    ck_assert_uint_eq(local_users.asked, 0);
    /* nor is anybody looked for with a token that is no good */
    ck_assert_int_eq(login("xmpp", "other", pam_site_combined(token, PASSWORD)), PAM_AUTH_ERR);
    ck_assert_uint_eq(local_users.asked, 0);
}
END_TEST

START_TEST(what_cannot_be_told_is_no_free_name)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    know_nobody();
    local_users.error = EIO;
    ck_assert_int_eq(login("xmpp", "vera", pam_site_combined(token, PASSWORD)),
                     PAM_AUTHINFO_UNAVAIL);
    ck_assert(pam_site_logged("getpwnam_r"));
    ck_assert_int_eq(change("second-pass", "vera", token), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(change("register", "vera", token), PAM_TRY_AGAIN);
    /* an entry as large as it likes, and a signal in between */
    know("vera", 1000);
    local_users.wanted_buffer = 100000;
    local_users.interruptions = 2;
    ck_assert_int_eq(login("xmpp", "vera", pam_site_combined(token, PASSWORD)), PAM_PERM_DENIED);
    know("vera", 1000);
    local_users.wanted_buffer = 100 * 1024 * 1024;
    ck_assert_int_eq(login("xmpp", "vera", pam_site_combined(token, PASSWORD)),
                     PAM_AUTHINFO_UNAVAIL);
    know_nobody();
    ck_assert_int_eq(login("xmpp", "vera", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

/* The configured two seconds are the directory's. */
START_TEST(name_services_take_their_own_time)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    know_nobody();
    local_users.milliseconds = 2500;
    ck_assert_int_eq(login("xmpp", "wanda", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

/* A user of /etc/passwd whose name an invite can have; "no" lets it register. */
START_TEST(files_and_no)
{
    char token[INV_TOKEN_LENGTH + 1];
    const struct passwd *entry;
    char user[64];

    setpwent();
    while ((entry = getpwent()) != NULL && entry->pw_uid != 1)
        ;
    ck_assert_ptr_nonnull(entry);
    (void)snprintf(user, sizeof(user), "%s", entry->pw_name);
    endpwent();
    pam_site_invite(NULL, token);
    know_nobody();
    ck_assert_int_eq(login("files", user, pam_site_combined(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert_int_eq(login("files", "roo", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    ck_assert_uint_eq(local_users.asked, 0);
    pam_site_invite(NULL, token);
    ck_assert_int_eq(login("no", user, pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    ck_assert_uint_eq(local_users.asked, 0);
    /* an account that is there may log in */
    ck_assert_int_eq(login("files", user, PASSWORD), PAM_SUCCESS);
}
END_TEST

START_TEST(users_below_minimum_uid_are_others_business)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    know("alice", 999);
    ck_assert_int_eq(login("minimum", "alice", PASSWORD), PAM_SUCCESS); /* pam_permit's */
    ck_assert_int_eq(login("minimum", "ALICE@example.org", PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(login("minimum", "\357\275\201lice", PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(change("minimum", "alice", token), PAM_SUCCESS);
    know("alice@elsewhere", 999);
    ck_assert_int_eq(login("minimum", "alice@elsewhere", PASSWORD), PAM_SUCCESS);
    know("alice", 1000);
    ck_assert_int_eq(login("minimum", "alice", PASSWORD), PAM_AUTH_ERR);
    ck_assert_int_eq(login("minimum", "alice", SITE_PASSWORD), PAM_SUCCESS);
    know_nobody();
    ck_assert_int_eq(login("minimum", "alice", PASSWORD), PAM_AUTH_ERR);
    local_users.error = EIO;
    ck_assert_int_eq(login("minimum", "alice", SITE_PASSWORD), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(login("xmpp", "alice", SITE_PASSWORD), PAM_SUCCESS);
}
END_TEST

/* ------------------------------------------------------------------------------------- PAM_USER */

static const char *user_of(pam_handle_t *pamh)
{
    const void *user = NULL;

    ck_assert_int_eq(pam_get_item(pamh, PAM_USER, &user), PAM_SUCCESS);
    return user;
}

/* What a host gives, and what it finds after a success. */
static const struct {
    const char *given, *after;
} spellings[] = {
    {"alice", "alice"},
    {"ALICE", "alice"},
    {"\357\275\201\357\275\214\357\275\211ce", "alice"},
    {"ali\302\255ce", "alice"},
    {"Alice@EXAMPLE.org", "alice@example.org"},
    {"ali\302\255ce@example.org", "alice@example.org"},
};

START_TEST(hosts_go_on_with_the_prepared_name)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    const char *given = spellings[_i].given;
    pam_handle_t *pamh = pam_host_start(&host, pam_site_folder(), "xmpp", given);

    know_nobody();
    ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
    ck_assert_str_eq(user_of(pamh), spellings[_i].after);
    ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
    ck_assert_str_eq(user_of(pamh), spellings[_i].after);
    pam_end(pamh, PAM_SUCCESS);
    /* account alone */
    pamh = pam_host_start(&host, pam_site_folder(), "xmpp", given);
    ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
    ck_assert_str_eq(user_of(pamh), spellings[_i].after);
    pam_end(pamh, PAM_SUCCESS);
    /* a refusal leaves it as it was */
    host.answers[0] = "wrong password";
    pamh = pam_host_start(&host, pam_site_folder(), "xmpp", given);
    ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
    ck_assert_str_eq(user_of(pamh), given);
    pam_end(pamh, PAM_AUTH_ERR);
}
END_TEST

START_TEST(registering_sets_the_prepared_name)
{
    static const char *const given[] = {"\357\275\216ora", "nor\302\255b", "NORC"};
    static const char *const after[] = {"nora", "norb", "norc"};
    pam_host host = {.kind = PAM_HOST_PERSON};
    char token[INV_TOKEN_LENGTH + 1];
    pam_handle_t *pamh;

    know_nobody();
    pam_site_invite(NULL, token);
    if (_i < 2)
        host.answers[0] = pam_site_combined(token, PASSWORD);
    else
        host = (pam_host){.answers = {token, PASSWORD, PASSWORD}};
    pamh = pam_host_start(&host, pam_site_folder(), _i < 2 ? "xmpp" : "register", given[_i]);
    ck_assert_int_eq(_i < 2 ? pam_authenticate(pamh, 0) : pam_chauthtok(pamh, 0), PAM_SUCCESS);
    ck_assert_str_eq(user_of(pamh), after[_i]);
    pam_end(pamh, PAM_SUCCESS);
    if (_i == 2)
        return;
    /* again, for the next module to verify the password of: it is to ask for the same name */
    host = (pam_host){.answers = {pam_site_combined(token, PASSWORD)}};
    pamh = pam_host_start(&host, pam_site_folder(), "next", given[_i]);
    ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
    ck_assert_str_eq(user_of(pamh), after[_i]);
    pam_end(pamh, PAM_SUCCESS);
}
END_TEST

/* -------------------------------------------------------------------------------------- options */

START_TEST(nothing_behind_the_token_goes_no_further)
{
    char token[INV_TOKEN_LENGTH + 1];

    know_nobody();
    pam_site_invite(NULL, token);
    /* pam_permit behind it would take anything */
    ck_assert_int_eq(login("next", "xenia", pam_site_combined(token, "")), PAM_AUTHTOK_ERR);
    ck_assert_int_eq(login("next", "xenia", pam_site_combined(token, PASSWORD)), PAM_SUCCESS);
    ck_assert_int_eq(login("next", "xenia", pam_site_combined(token, "")), PAM_AUTH_ERR);
    ck_assert(pam_site_logged("no password behind the token"));
}
END_TEST

START_TEST(idle_words_are_taken_and_told_once)
{
    char lines[] = "auth required pam_invite.so login nullok audit conf=CONF\n";

    know_nobody();
    pam_site_stack("idle", lines);
    ck_assert_int_eq(login("idle", "alice", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert(pam_site_logged("\"nullok\" does nothing") &&
              pam_site_logged("\"audit\" does nothing"));
    pam_host_forget_log();
    ck_assert_int_eq(login("idle", "alice", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert(!pam_site_logged("does nothing"));
    ck_assert_int_eq(login("idle", "alice", ""), PAM_AUTH_ERR);
}
END_TEST

START_TEST(sessions_are_others_business)
{
    pam_host host = {.kind = PAM_HOST_EPAM};
    pam_handle_t *pamh;

    pam_site_stack("session", "session [ignore=ignore default=die] pam_invite.so conf=CONF\n"
                              "session required pam_permit.so\n");
    pamh = pam_host_start(&host, pam_site_folder(), "session", "alice");
    ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(pam_close_session(pamh, 0), PAM_SUCCESS);
    pam_end(pamh, PAM_SUCCESS);
    pam_site_stack("session", "session required pam_invite.so logn\n");
    pamh = pam_host_start(&host, pam_site_folder(), "session", "alice");
    ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SERVICE_ERR);
    pam_end(pamh, PAM_SERVICE_ERR);
}
END_TEST

/* Which option, in which phase, with which code: a line in the log says what to do. */
START_TEST(nothing_in_front_is_told)
{
    static const struct {
        const char *options, *wanted;
        int code;
    } cases[] = {
        {"use_authtok", "new password (PAM_AUTHTOK)", PAM_AUTHTOK_ERR},
        {"use_first_pass", "token (PAM_OLDAUTHTOK)", PAM_AUTHTOK_RECOVERY_ERR},
    };
    pam_host host = {.kind = PAM_HOST_PERSON};
    char token[INV_TOKEN_LENGTH + 1];
    char lines[256];

    know_nobody();
    pam_site_invite(NULL, token);
    host.answers[0] = token;
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so %s conf=CONF\n",
                   cases[_i].options);
    pam_site_stack("alone", lines);
    ck_assert_int_eq(pam_host_change(&host, pam_site_folder(), "alone", "yvonne"), cases[_i].code);
    ck_assert(pam_site_logged(cases[_i].options) && pam_site_logged(cases[_i].wanted) &&
              pam_site_logged("in front of it"));
    ck_assert_msg(strstr(host.shown, cases[_i].options) != NULL, "%s", host.shown);
    /* a login tells the log only */
    host = (pam_host){.kind = PAM_HOST_PERSON};
    pam_host_forget_log();
    pam_site_stack("alone", "auth required pam_invite.so login use_first_pass conf=CONF\n");
    ck_assert_int_eq(pam_host_authenticate(&host, pam_site_folder(), "alone", "alice"),
                     PAM_AUTH_ERR);
    ck_assert(pam_site_logged("use_first_pass") && pam_site_logged("in front of it"));
    ck_assert_str_eq(host.shown, "");
}
END_TEST

/* pwdReset: TRUE, as a policy with pwdMustChange has it after an administrator's change. */
START_TEST(a_password_that_has_to_be_changed)
{
    char token[INV_TOKEN_LENGTH + 1];
    inv_jid *name = site_name(site, "zoe");
    inv_invite_request reset = {.type = INV_INVITE_RESET, .user = name};

    know_nobody();
    pam_site_account("zoe", PASSWORD, NULL);
    ck_assert_int_eq(account("zoe"), PAM_SUCCESS);
    site_modify(site, "dn: uid=zoe,ou=people,dc=example,dc=org\nchangetype: modify\n"
                      "replace: pwdReset\npwdReset: TRUE\n");
    ck_assert_int_eq(account("Zoe"), PAM_NEW_AUTHTOK_REQD);
    ck_assert(pam_site_logged("zoe@example.org") && pam_site_logged("pwdReset"));
    /* the phase is account's: a password is right or wrong */
    ck_assert_int_eq(login("xmpp", "zoe", PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(login("xmpp", "zoe", "wrong password"), PAM_AUTH_ERR);
    ck_assert_int_eq(account("alice"), PAM_SUCCESS);
    site_modify(site, "dn: uid=zoe,ou=people,dc=example,dc=org\nchangetype: modify\n"
                      "replace: pwdReset\npwdReset: FALSE\n");
    ck_assert_int_eq(account("zoe"), PAM_SUCCESS);
    site_modify(site, "dn: uid=zoe,ou=people,dc=example,dc=org\nchangetype: modify\n"
                      "replace: pwdReset\npwdReset: TRUE\n");
    pam_site_invite(&reset, token);
    ck_assert_int_eq(change("register", "zoe", token), PAM_SUCCESS);
    ck_assert_int_eq(account("zoe"), PAM_SUCCESS);
    inv_jid_free(&name);
}
END_TEST

static void start(void)
{
    char lines[1024];

    pam_site_start();
    pam_host_write_example(pam_site_folder(), "xmpp", pam_site_conf());
    pam_site_stack("register", "password required pam_invite.so conf=CONF\n");
    pam_site_stack("next", "auth [ignore=ignore success=done default=die] pam_invite.so register "
                           "conf=CONF\n"
                           "auth required pam_permit.so\n");
    /* pam_exec(8) succeeds in the first pass without running anything */
    pam_site_stack("second-pass",
                   "password [success=done default=ignore] pam_exec.so quiet /bin/false\n"
                   "password required pam_invite.so conf=CONF\n");
    pam_site_stack("minimum",
                   "auth [ignore=ignore success=done default=die] pam_invite.so login "
                   "minimum_uid=1000 conf=CONF\n"
                   "auth required pam_permit.so\n"
                   "password [ignore=ignore default=die] pam_invite.so minimum_uid=1000 conf=CONF\n"
                   "password required pam_permit.so\n");
    (void)snprintf(lines, sizeof(lines), "password required pam_invite.so conf=%s\n",
                   pam_site_conf_with("open.conf", "invite_only", "no"));
    pam_site_stack("open", lines);
    (void)snprintf(lines, sizeof(lines),
                   "auth required pam_invite.so register login local_users=files conf=%s\n",
                   pam_site_conf_with("unreserved.conf", "reserved_names", "admin"));
    pam_site_stack("files", lines);
    (void)snprintf(lines, sizeof(lines),
                   "auth required pam_invite.so register login local_users=no conf=%s\n",
                   pam_site_conf_with("unreserved.conf", "reserved_names", "admin"));
    pam_site_stack("no", lines);
}

/* A login by PAM is a proof like any other. */
START_TEST(a_login_gives_verifiers)
{
    static const char dn[] = "uid=otto," SITE_PEOPLE;
    char lines[512];

    know_nobody();
    site_add_account(site, "otto");
    ck_assert_int_eq(login("xmpp", "otto", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 0);
    (void)snprintf(lines, sizeof(lines), "auth required pam_invite.so login conf=%s\n",
                   pam_site_conf_with("at-login.conf", "scram_at_login", "yes"));
    pam_site_stack("at-login", lines);
    ck_assert_int_eq(login("at-login", "otto", "not this one"), PAM_AUTH_ERR);
    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 0);
    ck_assert_int_eq(login("at-login", "otto", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 1);
    ck_assert_uint_eq(site_values(site, dn, "xmppVerifiersOf"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pam_users");
    TCase *tests = tcase_create("users of the host");

    tcase_add_test(tests, a_name_of_this_host_is_not_registered);
    tcase_add_test(tests, each_spelling_is_looked_for);
    tcase_add_test(tests, people_of_the_directory_may_be_users_too);
    tcase_add_test(tests, what_cannot_be_told_is_no_free_name);
    tcase_add_test(tests, name_services_take_their_own_time);
    tcase_add_test(tests, files_and_no);
    tcase_add_test(tests, users_below_minimum_uid_are_others_business);
    tcase_add_loop_test(tests, hosts_go_on_with_the_prepared_name, 0,
                        (int)(sizeof(spellings) / sizeof(spellings[0])));
    tcase_add_loop_test(tests, registering_sets_the_prepared_name, 0, 3);
    tcase_add_test(tests, nothing_behind_the_token_goes_no_further);
    tcase_add_test(tests, idle_words_are_taken_and_told_once);
    tcase_add_test(tests, sessions_are_others_business);
    tcase_add_loop_test(tests, nothing_in_front_is_told, 0, 2);
    tcase_add_test(tests, a_password_that_has_to_be_changed);
    tcase_add_test(tests, a_login_gives_verifiers);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
