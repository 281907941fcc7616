/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * invite-agent with pam_service: the same results through a PAM stack, and the words of its
 * modules. The agent runs under pam_wrapper, which gives it a folder of stacks; one worker, because
 * pam_wrapper is not made for several at once.
 */
#include <check.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/agent_fixture.h"
#include "tests/support/pam_host.h"

#define SERVICE  "xmpp-register"
#define GOOD     "Three-purple-elephants"
#define UNWANTED "198.51.100.66"

static char folder[200];

static void write_example(void)
{
    pam_host_write_example(folder, SERVICE, slapd_conf_path(site->slapd));
}

/* The example with other lines in front. */
static void write_stack_after(const char *lines)
{
    char *stack = NULL;

    ck_assert_int_gt(asprintf(&stack,
                              "%s\naccount [success=done authinfo_unavail=die default=die] "
                              "pam_invite.so conf=%s\n"
                              "password [success=done authinfo_unavail=die default=die] "
                              "pam_invite.so conf=%s\npassword requisite pam_deny.so\n",
                              lines, slapd_conf_path(site->slapd), slapd_conf_path(site->slapd)),
                     0);
    pam_host_write_stack(folder, SERVICE, stack);
    free(stack);
}

static void start_site(void)
{
    const char *top = getenv("abs_top_srcdir");
    char wrapped[512];
    const char *const prefix[] = {wrapped, folder, NULL};

    fixture_start();
    (void)snprintf(folder, sizeof(folder), "%.180s/pam.d", slapd_directory(site->slapd));
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    (void)snprintf(wrapped, sizeof(wrapped), "%s/scripts/pam-wrapped", top != NULL ? top : ".");
    agent_configure(site, "4s",
                    "password_verifiers = server\ninvite_only = no\n"
                    "pam_service = " SERVICE,
                    "workers = 1\nlimit_checks = 1000/h\nlimit_registrations = 1000/h");
    agent = agent_start(site, prefix);
}

static void stop_site(void)
{
    ck_assert_int_eq(agent_end(&agent, SIGTERM), 0);
    fixture_stop();
}

static void connect_client(void)
{
    write_example();
    client = agent_connect(site);
}

static void disconnect_client(void)
{
    agent_disconnect(&client);
}

static inv_token *invite(char text[INV_TOKEN_LENGTH + 1], inv_invite_type type, const char *inviter,
                         const char *user)
{
    struct site_request request;
    inv_token *token;

    site_request(site, &request, type, inviter);
    if (user != NULL)
        site_request_user(site, &request, user);
    token = site_create(site, &request);
    inv_token_write(token, text);
    return token;
}

static void plain_invite(char text[INV_TOKEN_LENGTH + 1])
{
    inv_token *token = invite(text, INV_INVITE_ACCOUNT, NULL, NULL);

    inv_token_free(&token);
}

/* A token in front of a password registers through the service, too; else no module is asked. */
START_TEST(a_login_that_registers)
{
    char text[INV_TOKEN_LENGTH + 1];
    char field[128];
    struct agent_reply reply;

    plain_invite(text);
    (void)snprintf(field, sizeof(field), "%s:password", text);
    agent_ask(client, &reply, "login", "quincy", field, ADDRESS, NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, "BAD PASSWORD") != NULL, "%s", reply.text);
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=quincy)"), 0);
    (void)snprintf(field, sizeof(field), "%s:%s", text, GOOD);
    agent_ask(client, &reply, "login", "alice", field, ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN"); /* a taken name */
    agent_ask(client, &reply, "login", "quincy", field, UNWANTED, NULL);
    agent_expect(reply, "OK");
    pam_host_write_stack(folder, SERVICE, "account required pam_deny.so\n");
    agent_ask(client, &reply, "login", "quincy", field, ADDRESS, NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "login", "quincy", GOOD, ADDRESS, NULL);
    agent_expect(reply, "OK");
    (void)snprintf(field, sizeof(field), "%s:another password", text);
    agent_ask(client, &reply, "login", "quincy", field, ADDRESS, NULL);
    agent_expect(reply, "WRONG_PASSWORD");
    (void)snprintf(field, sizeof(field), "%s:", text);
    agent_ask(client, &reply, "login", "quincy", field, ADDRESS, NULL);
    agent_expect(reply, "WRONG_PASSWORD");
}
END_TEST

START_TEST(modules_say_why_in_their_own_words)
{
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(text, INV_INVITE_ACCOUNT, "alice@example.org", NULL);
    struct agent_reply reply;

    agent_ask(client, &reply, "register", text, "bob", "password", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, "BAD PASSWORD") != NULL, "%s", reply.text);
    site_expect(site, token, 1, 0, 0, 0, 0);
    agent_ask(client, &reply, "register", text, "bob", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert_str_eq(reply.first_contact, "alice@example.org||Invited");
    ck_assert(site_login(site, "bob", GOOD));
    site_expect(site, token, 0, 0, 1, 1, 1);
    agent_ask(client, &reply, "register", text, "bob", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK"); /* the same again */
    inv_token_free(&token);
}
END_TEST

START_TEST(results_are_the_same)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char preset[INV_TOKEN_LENGTH + 1];
    inv_token *token = invite(preset, INV_INVITE_ACCOUNT, NULL, "mine");

    plain_invite(text);
    agent_ask(client, &reply, "register", text, "alice", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_TAKEN");
    agent_ask(client, &reply, "register", text, "mine", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "register", preset, "other", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
    agent_ask(client, &reply, "register", text, "two words", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_INVALID");
    agent_ask(client, &reply, "register", "x", "carol", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", text, "carol", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "register", text, "carola", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", text, "carol", GOOD "!", ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    inv_token_free(&token);
}
END_TEST

START_TEST(a_reset)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token;

    site_add_account(site, "forgetful");
    token = invite(text, INV_INVITE_RESET, NULL, "forgetful");
    agent_ask(client, &reply, "reset", text, "forgetful", "password", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    agent_ask(client, &reply, "reset", text, "forgetful", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert(site_login(site, "forgetful", GOOD));
    inv_token_free(&token);
}
END_TEST

/* A token of a kind that the operation does not take must not slip through the stack. */
START_TEST(each_operation_takes_its_kind)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    inv_token *token;

    site_add_account(site, "resettable");
    token = invite(text, INV_INVITE_RESET, NULL, "resettable");
    agent_ask(client, &reply, "register", text, "resettable", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert(!site_login(site, "resettable", GOOD));
    inv_token_free(&token);
    plain_invite(text);
    agent_ask(client, &reply, "reset", text, "newname", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    ck_assert_uint_eq(site_count(site, SITE_PEOPLE, "(uid=newname)"), 0);
}
END_TEST

START_TEST(expiry_between_check_and_register_is_no_obstacle)
{
    struct site_request request;
    struct agent_reply reply;
    char texts[2][INV_TOKEN_LENGTH + 1];
    char accepted_at[24];
    inv_token *token;

    for (int i = 0; i < 2; i++) {
        site_request(site, &request, INV_INVITE_ACCOUNT, NULL);
        request.request.expires = time(NULL) + 3;
        token = site_create(site, &request);
        inv_token_write(token, texts[i]);
        inv_token_free(&token);
    }
    agent_ask(client, &reply, "check", texts[0], ADDRESS, NULL);
    agent_expect(reply, "OK");
    (void)snprintf(accepted_at, sizeof(accepted_at), "%lld", (long long)time(NULL));
    while (time(NULL) <= atol(accepted_at) + 3)
        site_next_second();
    agent_ask(client, &reply, "register", texts[1], "jane", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "BAD_TOKEN");
    agent_ask(client, &reply, "register", texts[0], "jane", GOOD, ADDRESS, accepted_at, NULL);
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(another_module_may_refuse)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char list[256];
    char lines[512];
    FILE *file;

    (void)snprintf(list, sizeof(list), "%s/unwanted", slapd_directory(site->slapd));
    file = fopen(list, "w");
    ck_assert_ptr_nonnull(file);
    (void)fputs(UNWANTED "\n", file);
    (void)fclose(file);
    (void)snprintf(lines, sizeof(lines),
                   "password requisite pam_listfile.so item=rhost sense=deny onerr=fail file=%s",
                   list);
    write_stack_after(lines);
    plain_invite(text);
    agent_ask(client, &reply, "register", text, "karl", GOOD, UNWANTED, "", NULL);
    agent_expect(reply, "NOT_ALLOWED");
    agent_ask(client, &reply, "register", text, "karl", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

static void write_times(const char *path, const char *times)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    (void)fprintf(file, SERVICE ";*;*;%s\n", times);
    (void)fclose(file);
}

/* pam_time(8) has the type account only. */
START_TEST(not_at_this_time)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char times[256];
    char lines[512];

    (void)snprintf(times, sizeof(times), "%s/times", slapd_directory(site->slapd));
    (void)snprintf(lines, sizeof(lines),
                   "account requisite pam_time.so conffile=%s\naccount required pam_permit.so",
                   times);
    write_stack_after(lines);
    write_times(times, "!Al0000-2400");
    plain_invite(text);
    agent_ask(client, &reply, "register", text, "mona", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NOT_ALLOWED");
    write_times(times, "Al0000-2400");
    agent_ask(client, &reply, "register", text, "mona", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

/* The parent of a process, or 0. */
static long parent_of(long process)
{
    char path[64];
    long parent = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", process);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d (%*[^)]) %*c %ld", &parent) != 1)
        parent = 0;
    (void)fclose(file);
    return parent;
}

/* The place in /tmp that pam_wrapper gave to a process of the agent's: its path, or false. */
static bool find_place(char path[16])
{
    glob_t places;
    bool found = false;

    if (glob("/tmp/pam.?/pid", 0, NULL, &places) != 0)
        return false;
    for (size_t i = 0; i < places.gl_pathc && !found; i++) {
        FILE *file = fopen(places.gl_pathv[i], "re");
        long process = 0;

        found = file != NULL && fscanf(file, "%ld", &process) == 1 && parent_of(process) == agent;
        if (file != NULL)
            (void)fclose(file);
        if (found)
            (void)snprintf(path, 16, "%.10s", places.gl_pathv[i]);
    }
    globfree(&places);
    return found;
}

/* pam_wrapper does not give back the place of a process that was killed. */
static void remove_place(const char *path)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", path);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(modules_that_do_not_end)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];
    char place[16] = "";

    write_stack_after("password optional pam_exec.so quiet /bin/sleep 12");
    plain_invite(text);
    (void)agent_send(client, "register", text, "lena", GOOD, ADDRESS, "", NULL);
    while (!find_place(place) && !agent_readable(client, 10))
        continue;
    ck_assert(agent_receive(client, &reply));
    agent_expect(reply, "TIMEOUT");
    ck_assert_str_ne(place, "");
    remove_place(place);
    write_example();
    agent_ask(client, &reply, "register", text, "lena", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

/* A stack that takes longer than one look into the directory has leaves time for the look behind
 * it. */
START_TEST(modules_that_take_their_time)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];

    write_stack_after("password optional pam_exec.so quiet /bin/sleep 5");
    plain_invite(text);
    agent_ask(client, &reply, "register", text, "slow", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert_msg(strstr(reply.text, "account=") != NULL, "%s", reply.text);
    ck_assert_msg(strstr(reply.text, "unknown") == NULL, "%s", reply.text);
}
END_TEST

START_TEST(a_stack_that_is_wrong)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];

    plain_invite(text);
    pam_host_write_stack(folder, SERVICE,
                         "account required pam_permit.so\npassword required pam_permit.so\n");
    agent_ask(client, &reply, "register", text, "maria", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "CONFIG");
    pam_host_write_stack(
        folder, SERVICE,
        "account required pam_permit.so\npassword required pam_no_such_module.so\n");
    agent_ask(client, &reply, "register", text, "maria", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "CONFIG");
    write_example();
    agent_ask(client, &reply, "register", text, "maria", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

START_TEST(without_a_token)
{
    struct agent_reply reply;

    agent_ask(client, &reply, "register", "", "paula", "password", ADDRESS, "", NULL);
    agent_expect(reply, "PASSWORD_REFUSED");
    ck_assert_msg(strstr(reply.text, "BAD PASSWORD") != NULL, "%s", reply.text);
    agent_ask(client, &reply, "register", "", "paula", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    ck_assert(site_login(site, "paula", GOOD));
    agent_ask(client, &reply, "register", "", "paula", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
    agent_ask(client, &reply, "register", "", "paula", GOOD GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_TAKEN");
    agent_ask(client, &reply, "register", "", "alice", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_TAKEN");
    agent_ask(client, &reply, "register", "", "root", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "NAME_RESERVED");
}
END_TEST

START_TEST(a_directory_that_was_away)
{
    struct agent_reply reply;
    char text[INV_TOKEN_LENGTH + 1];

    plain_invite(text);
    ck_assert_int_eq(kill(site_slapd_pid(site), SIGKILL), 0);
    agent_ask(client, &reply, "register", text, "nora", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "DIRECTORY_DOWN");
    site_restart(site, NULL, NULL);
    agent_ask(client, &reply, "register", text, "nora", GOOD, ADDRESS, "", NULL);
    agent_expect(reply, "OK");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_pam");
    TCase *tests = tcase_create("pam");

    if (pam_host_wrapper_missing() != NULL) {
        (void)printf("1..0 # SKIP %s\n", pam_host_wrapper_missing());
        return EXIT_SUCCESS;
    }
    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, start_site, stop_site);
    tcase_add_checked_fixture(tests, connect_client, disconnect_client);
    tcase_add_test(tests, a_login_that_registers);
    tcase_add_test(tests, modules_say_why_in_their_own_words);
    tcase_add_test(tests, results_are_the_same);
    tcase_add_test(tests, a_reset);
    tcase_add_test(tests, each_operation_takes_its_kind);
    tcase_add_test(tests, expiry_between_check_and_register_is_no_obstacle);
    tcase_add_test(tests, another_module_may_refuse);
    tcase_add_test(tests, not_at_this_time);
    tcase_add_test(tests, modules_that_do_not_end);
    tcase_add_test(tests, modules_that_take_their_time);
    tcase_add_test(tests, a_stack_that_is_wrong);
    tcase_add_test(tests, without_a_token);
    tcase_add_test(tests, a_directory_that_was_away);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
