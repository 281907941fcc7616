/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_invite.so where people log in: auth and account, against a directory of its own. */
#include "config.h"

#include <check.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/pam/logging_in.h"
#include "tests/support/pam_host.h"
#include "tests/support/pam_site.h"

/* What OpenSSH sends for users it does not know. */
#define JUNK "\b\n\r\177INCORRECT"

/* ------------------------------------------------------------------------------ the example */

START_TEST(token_and_password_register_and_log_in)
{
    static const pam_host_kind kinds[] = {PAM_HOST_SASLAUTHD, PAM_HOST_EPAM, PAM_HOST_LUA};
    const char *const names[] = {"sasl", "epam", "lua"};
    char token[INV_TOKEN_LENGTH + 1];
    char jid[64];

    pam_site_invite(NULL, token);
    ck_assert_int_eq(account("xmpp", names[_i]), PAM_USER_UNKNOWN);
    pam_host_forget_log();
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", names[_i], with(token, PASSWORD)),
                     PAM_SUCCESS);
    (void)snprintf(jid, sizeof(jid), "user=\"%s@example.org\"", names[_i]);
    ck_assert(pam_site_logged("result=OK invite=") && pam_site_logged(jid) &&
              pam_site_logged("service=\"xmpp\""));
    ck_assert(!pam_site_logged(token) && !pam_site_logged(PASSWORD));
    ck_assert_int_eq(account("xmpp", names[_i]), PAM_SUCCESS);
    /* the password alone, with its token, and as a full JID */
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", names[_i], PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", names[_i], with(token, PASSWORD)),
                     PAM_SUCCESS);
    (void)snprintf(jid, sizeof(jid), "%s@example.org", names[_i]);
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", jid, PASSWORD), PAM_SUCCESS);
    /* another password behind the token is a wrong password */
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", names[_i], with(token, "another one")),
                     PAM_AUTH_ERR);
    ck_assert_int_eq(authenticate(kinds[_i], "xmpp", names[_i], with(token, "")), PAM_AUTH_ERR);
}
END_TEST

/* Its maker died before the use was finished: whoever proves the password finishes it. */
START_TEST(a_wrong_password_finishes_nothing)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    ck_assert_int_eq(login("unfinished", with(token, PASSWORD)), PAM_SUCCESS);
    pam_site_unfinish(token, "unfinished@example.org");
    ck_assert_int_eq(login("unfinished", with(token, "another one")), PAM_AUTH_ERR);
    ck_assert_int_eq(login("unfinished", with(token, "")), PAM_AUTH_ERR);
    ck_assert(pam_site_is_unfinished(token));
    /* and where the next module verifies */
    pam_site_stack("settling", "auth optional pam_invite.so register conf=CONF\n"
                               "auth required pam_permit.so\n");
    ck_assert_int_eq(
        authenticate(PAM_HOST_EPAM, "settling", "unfinished", with(token, "another one")),
        PAM_SUCCESS);
    ck_assert(pam_site_is_unfinished(token));
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "settling", "unfinished", with(token, PASSWORD)),
                     PAM_SUCCESS);
    ck_assert(!pam_site_is_unfinished(token));
    pam_site_unfinish(token, "unfinished@example.org");
    ck_assert_int_eq(login("unfinished", with(token, PASSWORD)), PAM_SUCCESS);
    ck_assert(!pam_site_is_unfinished(token));
}
END_TEST

/* Somebody's old groups are not for whoever comes next. */
START_TEST(a_name_that_a_group_names)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    site_modify(site, "dn: cn=named,ou=groups,dc=example,dc=org\nchangetype: add\n"
                      "objectClass: posixGroup\ngidNumber: 5000\nmemberUid: gina\n");
    ck_assert_int_eq(login("gina", with(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_RESERVED") && pam_site_logged("cn=named,ou=groups"));
    site_modify(site, "dn: cn=named,ou=groups,dc=example,dc=org\nchangetype: delete\n");
    ck_assert_int_eq(login("gina", with(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

START_TEST(ordinary_logins)
{
    ck_assert_int_eq(login("alice", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(login("ALICE", SITE_PASSWORD), PAM_SUCCESS);
    ck_assert_int_eq(login("alice", "wrong password"), PAM_AUTH_ERR);
    ck_assert(pam_site_logged("result=WRONG_PASSWORD"));
    ck_assert_int_eq(login("alice", JUNK), PAM_AUTH_ERR);
    ck_assert_int_eq(login("alice", ""), PAM_AUTH_ERR);
    ck_assert_int_eq(login("nobody-here", SITE_PASSWORD), PAM_USER_UNKNOWN);
    ck_assert(pam_site_logged("result=NO_ACCOUNT"));
    ck_assert_int_eq(login("alice@example.com", SITE_PASSWORD), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("", SITE_PASSWORD), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("*", SITE_PASSWORD), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("alice)(uid=*", SITE_PASSWORD), PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(a_name_nobody_can_have)
{
    static char longer[4000];
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    ck_assert_int_eq(login(longer, PASSWORD), PAM_USER_UNKNOWN);
    ck_assert_int_eq(account("xmpp", longer), PAM_USER_UNKNOWN);
    longer[1200] = '\0';
    ck_assert_int_eq(login(longer, PASSWORD), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login(longer, with(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert_int_eq(login("a b", with(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_INVALID"));
    ck_assert_int_eq(login("root", with(token, PASSWORD)), PAM_PERM_DENIED);
    ck_assert(pam_site_logged("result=NAME_RESERVED"));
    /* none of it cost the token */
    ck_assert_int_eq(login("patient", with(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

START_TEST(genuine_tokens_in_every_other_case)
{
    char token[INV_TOKEN_LENGTH + 1];
    char used[INV_TOKEN_LENGTH + 1];
    char longer[INV_TOKEN_LENGTH + 2];

    pam_site_invite(NULL, token);
    pam_site_invite(NULL, used);
    ck_assert_int_eq(login("first", with(used, PASSWORD)), PAM_SUCCESS);
    ck_assert_int_eq(login("second", with(used, PASSWORD)), PAM_AUTH_ERR);
    ck_assert(pam_site_logged("result=BAD_TOKEN"));
    /* a taken name is no news for those who log in */
    ck_assert_int_eq(login("alice", with(token, SITE_PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(login("alice", with(used, SITE_PASSWORD)), PAM_AUTH_ERR);
    /* bare */
    ck_assert_int_eq(login("second", token), PAM_AUTH_ERR);
    ck_assert_int_eq(login("first", used), PAM_AUTH_ERR);
    (void)snprintf(longer, sizeof(longer), "%sx", token);
    ck_assert_int_eq(login("second", longer), PAM_AUTH_ERR);
    pam_site_revoke(token);
    ck_assert_int_eq(login("second", with(token, PASSWORD)), PAM_AUTH_ERR);
    ck_assert_int_eq(account("xmpp", "second"), PAM_USER_UNKNOWN);
}
END_TEST

START_TEST(what_only_looks_like_a_token)
{
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    token[20] = token[20] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(login("stranger", with(token, PASSWORD)), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("alice", with(token, SITE_PASSWORD)), PAM_AUTH_ERR);
    pam_site_stack("only-register",
                   "auth [ignore=ignore default=die] pam_invite.so register conf=CONF\n"
                   "auth required pam_permit.so\n");
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-register", "x", with(token, PASSWORD)),
                     PAM_SUCCESS);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-register", "x", "any password"),
                     PAM_SUCCESS);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-register", "x@example.com", "any password"),
                     PAM_SUCCESS);
    /* but nothing is nobody's password */
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "only-register", "x", ""), PAM_AUTH_ERR);
}
END_TEST

START_TEST(the_directory_refuses_a_password)
{
    pam_host host = {.kind = PAM_HOST_PERSON};
    char token[INV_TOKEN_LENGTH + 1];

    pam_site_invite(NULL, token);
    host.answers[0] = with(token, "short");
    ck_assert_int_eq(pam_host_authenticate(&host, pam_site_folder(), "xmpp", "weak"),
                     PAM_AUTHTOK_ERR);
    ck_assert_str_ne(host.shown, "");
    /* saslauthd sets PAM_SILENT, epam answers a message with an error */
    ck_assert_int_eq(login("weak", with(token, "short")), PAM_AUTHTOK_ERR);
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "xmpp", "weak", with(token, "short")),
                     PAM_AUTHTOK_ERR);
    ck_assert_int_eq(account("xmpp", "weak"), PAM_USER_UNKNOWN);
    ck_assert_int_eq(login("weak", with(token, PASSWORD)), PAM_SUCCESS);
}
END_TEST

START_TEST(guests_past_their_end)
{
    /* an invite whose account would be over cannot be made */
    inv_invite_request request = {.uses = 1, .account_expires = "20400101000000Z"};

    pam_site_account("guest", PASSWORD, &request);
    ck_assert_int_eq(login("guest", PASSWORD), PAM_SUCCESS);
    site_modify(site, "dn: uid=guest,ou=people,dc=example,dc=org\nchangetype: modify\n"
                      "replace: xmppAccountExpires\nxmppAccountExpires: 20200101000000Z\n");
    ck_assert_int_eq(login("guest", PASSWORD), PAM_ACCT_EXPIRED);
    ck_assert(pam_site_logged("result=ACCOUNT_EXPIRED"));
    ck_assert_int_eq(login("guest", "wrong password"), PAM_AUTH_ERR);
    ck_assert_int_eq(account("xmpp", "guest"), PAM_ACCT_EXPIRED);
}
END_TEST

/* ------------------------------------------------------------------------------ time and host */

static double now(void)
{
    struct timespec moment;

    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec + (double)moment.tv_nsec / 1e9;
}

/* A directory that takes connections and says nothing. */
static int mute_directory(char uri[256])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t used;

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/mute.socket", pam_site_folder());
    (void)unlink(address.sun_path);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    used = (size_t)snprintf(uri, 256, "ldapi://");
    for (const char *p = address.sun_path; *p != '\0'; p++)
        used += (size_t)snprintf(uri + used, 256 - used, *p == '/' ? "%%2F" : "%c", *p);
    return listener;
}

static void stack_with(const char *name, const char *conf)
{
    char lines[1024];

    (void)snprintf(lines, sizeof(lines),
                   "auth required pam_invite.so register login conf=%s\n"
                   "account required pam_invite.so conf=%s\n",
                   conf, conf);
    pam_site_stack(name, lines);
}

START_TEST(the_time_of_a_handle_is_limited)
{
    pam_host host = {.kind = PAM_HOST_EPAM, .answers = {SITE_PASSWORD}};
    char uri[256];
    int listener = mute_directory(uri);
    double started;
    pam_handle_t *pamh;

    stack_with("mute", pam_site_conf_with("mute.conf", "uri", uri));
    pamh = pam_host_start(&host, pam_site_folder(), "mute", "alice");
    started = now();
    ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_AUTHINFO_UNAVAIL);
    ck_assert(now() - started > 1.5 && now() - started < 4);
    ck_assert(pam_site_logged("result=TIMEOUT"));
    started = now();
    ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_AUTHINFO_UNAVAIL);
    ck_assert(now() - started < 0.5);
    pam_end(pamh, PAM_AUTHINFO_UNAVAIL);
    close(listener);
}
END_TEST

static void think(pam_host *host, unsigned prompt)
{
    struct timespec while_thinking = {.tv_sec = 1, .tv_nsec = 300 * 1000 * 1000};

    (void)host;
    (void)prompt;
    nanosleep(&while_thinking, NULL);
}

START_TEST(thinking_people_cost_no_time)
{
    pam_host host = {.kind = PAM_HOST_PERSON, .answers = {SITE_PASSWORD}, .before_answer = think};

    stack_with("think", pam_site_conf_with("think.conf", "timeout", "1s"));
    ck_assert_int_eq(pam_host_authenticate(&host, pam_site_folder(), "think", "alice"),
                     PAM_SUCCESS);
}
END_TEST

START_TEST(a_directory_that_is_down)
{
    stack_with("down", pam_site_conf_with("down.conf", "uri", "ldapi://%2Fnonexistent"));
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "down", "alice", SITE_PASSWORD),
                     PAM_AUTHINFO_UNAVAIL);
    ck_assert(pam_site_logged("result=DIRECTORY_DOWN"));
    ck_assert_int_eq(account("down", "alice"), PAM_AUTHINFO_UNAVAIL);
    /* this needs none */
    ck_assert_int_eq(authenticate(PAM_HOST_EPAM, "down", "alice", ""), PAM_AUTH_ERR);
}
END_TEST

START_TEST(the_host_stays_as_it_was)
{
    struct sigaction pipe_before, pipe_after;
    sigset_t mask_before, mask_after;
    mode_t umask_before = umask(027);
    char *path_before = strdup(getenv("PATH"));

    sigaction(SIGPIPE, NULL, &pipe_before);
    sigprocmask(SIG_SETMASK, NULL, &mask_before);
    ck_assert_int_eq(login("alice", SITE_PASSWORD), PAM_SUCCESS);
    sigaction(SIGPIPE, NULL, &pipe_after);
    sigprocmask(SIG_SETMASK, NULL, &mask_after);
    ck_assert(pipe_before.sa_handler == pipe_after.sa_handler);
    for (int number = 1; number < 32; number++)
        ck_assert_int_eq(sigismember(&mask_before, number), sigismember(&mask_after, number));
    ck_assert_int_eq(umask(umask_before), 027);
    ck_assert_str_eq(getenv("PATH"), path_before);
    ck_assert_ptr_null(getenv("LDAPNOINIT"));
    free(path_before);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, token_and_password_register_and_log_in, 0, 3);
    tcase_add_test(tests, ordinary_logins);
    tcase_add_test(tests, a_name_nobody_can_have);
    tcase_add_test(tests, genuine_tokens_in_every_other_case);
    tcase_add_test(tests, what_only_looks_like_a_token);
    tcase_add_test(tests, a_wrong_password_finishes_nothing);
    tcase_add_test(tests, a_name_that_a_group_names);
    tcase_add_test(tests, the_directory_refuses_a_password);
    tcase_add_test(tests, guests_past_their_end);
    tcase_add_test(tests, the_time_of_a_handle_is_limited);
    tcase_add_test(tests, thinking_people_cost_no_time);
    tcase_add_test(tests, a_directory_that_is_down);
    tcase_add_test(tests, the_host_stays_as_it_was);
}

static void start(void)
{
    pam_site_start();
    pam_host_write_example(pam_site_folder(), "xmpp", pam_site_conf());
}

int main(void)
{
    Suite *suite = suite_create("pam_login");
    TCase *tests = tcase_create("auth and account");

    add_tests(tests);
    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    login_options_add(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
