/* SPDX-License-Identifier: BSD-2-Clause */
/* invite-agent at the limits of its process: descriptors, places, and SIGHUP. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/agent_fixture.h"

#define PEER_PLACES 48   /* of one user */
#define TRIES       3000 /* times 10 milliseconds */
#define STORM       300

/* Its log goes to the file "log". */
static void configure(const char *domain_lines, const char *agent_lines)
{
    char *sections = NULL;
    struct site_settings settings = {
        .log_lines = "to = stderr\nlevel = info", .timeout = "20s", .domain_lines = domain_lines};

    ck_assert_int_gt(
        asprintf(&sections, "[agent]\nsocket = %s\n%s\n", agent_socket(site), agent_lines), 0);
    settings.sections = sections;
    site_configure(site, &settings);
    free(sections);
}

static const char *path_of(const char *file)
{
    static char path[256];

    (void)snprintf(path, sizeof(path), "%.200s/%.40s", slapd_directory(site->slapd), file);
    return path;
}

/* before: commands for the shell that becomes the agent. */
static void start_agent_after(const char *before)
{
    char command[512];
    const char *prefix[] = {"/bin/sh", "-c", command, NULL};

    (void)snprintf(command, sizeof(command), "%s exec \"$0\" \"$@\" 2>%s", before, path_of("log"));
    agent = agent_start(site, prefix);
    client = agent_connect(site);
}

static void start_agent(void)
{
    configure(NULL, "workers = 2");
    start_agent_after("");
}

static void pause_shortly(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

/* How many lines of the agent's log have words in them. */
static int logged(const char *words)
{
    FILE *file = fopen(path_of("log"), "r");
    char line[1024];
    int count = 0;

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file) != NULL)
        count += strstr(line, words) != NULL;
    (void)fclose(file);
    return count;
}

static void await_log(const char *words, int times)
{
    for (int i = 0; i < TRIES && logged(words) < times; i++)
        pause_shortly();
    ck_assert_msg(logged(words) >= times, "not logged: %s", words);
}

static void expect_ping(struct agent_client *from)
{
    struct agent_reply reply;

    agent_ask(from, &reply, "ping", NULL);
    agent_expect(reply, "OK");
}

/* --------------------------------------------------------------------------------- descriptors */

static void set_descriptors(rlim_t most)
{
    struct rlimit limit;

    ck_assert_int_eq(prlimit(agent, RLIMIT_NOFILE, NULL, &limit), 0);
    limit.rlim_cur = most;
    ck_assert_int_eq(prlimit(agent, RLIMIT_NOFILE, &limit, NULL), 0);
}

START_TEST(too_few_descriptors_are_told_at_the_start)
{
    char command[512];
    const char *prefix[] = {"/bin/sh", "-c", command, NULL};
    pid_t refused;

    configure(NULL, "workers = 2");
    (void)snprintf(command, sizeof(command), "ulimit -n 60; exec \"$0\" \"$@\" 2>%s",
                   path_of("log"));
    refused = agent_spawn(site, prefix, "--listen", -1, -1, -1);
    ck_assert_int_eq(agent_wait(&refused), 4);
    ck_assert_int_ge(logged("need 112 descriptors, and 60 are allowed"), 1);
}
END_TEST

START_TEST(a_soft_limit_is_raised)
{
    struct rlimit limit;

    configure(NULL, "workers = 2");
    start_agent_after("ulimit -Sn 60;");
    expect_ping(client);
    ck_assert_int_eq(prlimit(agent, RLIMIT_NOFILE, NULL, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 112);
    agent_fixture_stop();
}
END_TEST

/* Clock ticks that the agent has worked for. */
static long ticks(void)
{
    unsigned long user = 0;
    unsigned long system = 0;
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)agent);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(
        fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system),
        2);
    (void)fclose(file);
    return (long)(user + system);
}

/* At the end of a process LeakSanitizer opens files of its own, which the limits below forbid. */
static void start_agent_without_leak_check(void)
{
    const char *options = getenv("ASAN_OPTIONS");
    char more[512];

    (void)snprintf(more, sizeof(more), "%s:detect_leaks=0", options != NULL ? options : "");
    ck_assert_int_eq(setenv("ASAN_OPTIONS", more, 1), 0);
    start_agent();
}

START_TEST(without_descriptors_it_waits_for_some)
{
    struct agent_client *late;
    struct agent_reply reply;
    long before;

    start_agent_without_leak_check();
    expect_ping(client); /* it has a descriptor */
    set_descriptors(5);
    late = agent_connect(site); /* the kernel takes the connection, the agent cannot */
    (void)agent_send(late, "ping", NULL);
    await_log("cannot take a connection now", 1);
    before = ticks();
    for (int i = 0; i < 3; i++) {
        site_next_second();
        expect_ping(client);
    }
    ck_assert_int_lt(ticks() - before, sysconf(_SC_CLK_TCK));
    ck_assert_int_eq(logged("cannot take a connection now"), 1);
    set_descriptors(112);
    ck_assert(agent_receive(late, &reply));
    agent_expect(reply, "OK");
    set_descriptors(5);
    agent_disconnect(&late);
    agent_fixture_stop(); /* it hears the signal all the same */
}
END_TEST

START_TEST(it_ends_when_it_cannot_wait_any_more)
{
    start_agent_without_leak_check();
    expect_ping(client);
    set_descriptors(2); /* poll(2) takes no more than so many */
    (void)agent_send(client, "ping", NULL);
    ck_assert_int_eq(agent_wait(&agent), 4);
    ck_assert_int_ge(logged("cannot wait for clients any more"), 1);
    agent_disconnect(&client);
}
END_TEST

/*
 * The agent says that it serves its socket when that is there and before it takes signals. With no
 * room for this line it waits there, and a signal comes just then.
 */
START_TEST(an_end_that_comes_early)
{
    static const char warning[] =
        "invitegate: invite-agent runs as root and need not: see invite-agent.service\n";
    static char page[4096];
    inv_deadline patience = inv_deadline_in(20000);
    size_t room = geteuid() == 0 ? sizeof(warning) : 1;
    char command[300];
    const char *prefix[] = {"/bin/sh", "-c", command, NULL};
    int full;

    ck_assert_int_eq(mkfifo(path_of("full"), 0600), 0);
    full = open(path_of("full"), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fcntl(full, F_SETPIPE_SZ, sizeof(page)), (int)sizeof(page));
    ck_assert_int_eq(write(full, page, sizeof(page) - room), (ssize_t)(sizeof(page) - room));
    (void)snprintf(command, sizeof(command), "exec \"$0\" \"$@\" 2>%s", path_of("full"));
    agent = agent_spawn(site, prefix, "--listen", -1, -1, -1);
    while (access(agent_socket(site), F_OK) != 0) {
        ck_assert_msg(!inv_deadline_passed(&patience), "no socket");
        pause_shortly();
    }
    ck_assert_int_eq(kill(agent, SIGTERM), 0);
    ck_assert_int_gt(read(full, page, sizeof(page)), 0);
    ck_assert_int_eq(agent_wait(&agent), 0);
    ck_assert_int_ne(access(agent_socket(site), F_OK), 0);
    (void)close(full);
}
END_TEST

/* -------------------------------------------------------------------------------------- places */

/* Frames that are begun and never ended hold no place for long; clients that say nothing keep
 * theirs. */
START_TEST(half_frames_hold_no_places)
{
    struct agent_client *bad[PEER_PLACES - 1];
    struct agent_client *more;
    struct agent_reply reply;

    start_agent();
    expect_ping(client);
    for (int i = 0; i < PEER_PLACES - 1; i++) {
        bad[i] = agent_connect(site);
        expect_ping(bad[i]);
        agent_send_raw(bad[i], "\0\x20half", i % 2 == 0 ? 1 : 6);
    }
    more = agent_connect(site);
    ck_assert(!agent_receive(more, &reply)); /* one user does not have all places */
    agent_disconnect(&more);
    ck_assert_int_eq(logged("is turned away: its user has as many places as one may"), 1);
    for (int i = 0; i < PEER_PLACES - 1; i++) {
        ck_assert(!agent_receive(bad[i], &reply)); /* long before agent_receive gives up */
        agent_disconnect(&bad[i]);
    }
    more = agent_connect(site);
    expect_ping(more);
    expect_ping(client);
    agent_disconnect(&more);
    agent_fixture_stop();
}
END_TEST

/* A slow client: the time in which the agent does not read does not count for its frame. */
START_TEST(a_frame_waits_for_its_reader)
{
    struct agent_client *slow = NULL;
    struct agent_reply reply;

    start_agent();
    slow = agent_connect(site);
    agent_send_raw(slow,
                   "\0\x07"
                   "1\0pi",
                   6);
    site_next_second();
    site_next_second();
    agent_send_raw(slow, "ng\0", 3);
    ck_assert(agent_receive(slow, &reply));
    agent_expect(reply, "OK");
    agent_disconnect(&slow);
    agent_fixture_stop();
}
END_TEST

/* -------------------------------------------------------------------------------------- reload */

static void hang_up(void)
{
    ck_assert_int_eq(kill(agent, SIGHUP), 0);
}

static void expect_create(const char *user, const char *result)
{
    struct agent_reply reply;
    char option[64];

    (void)snprintf(option, sizeof(option), "user=%s", user);
    agent_ask(client, &reply, "create", "alice@example.org", "account", option, NULL);
    agent_expect(reply, result);
}

static void break_configuration(void)
{
    FILE *file = fopen(slapd_conf_path(site->slapd), "a");

    ck_assert_ptr_nonnull(file);
    (void)fputs("[agent\n", file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(hangup_reads_the_configuration_again)
{
    start_agent();
    expect_create("quentin", "OK");
    configure("password_verifiers = server\nreserved_names = root rita", "workers = 3");
    expect_create("rosa", "OK"); /* not before it is told to */
    hang_up();
    await_log("again", 1);
    expect_create("rita", "NAME_RESERVED");
    break_configuration();
    hang_up();
    await_log("goes on with the configuration it has", 1);
    expect_create("rita", "NAME_RESERVED");
    expect_create("rolf", "OK");
    configure(NULL, "workers = 1\nsocket_mode = 0600");
    hang_up();
    await_log("again", 2);
    expect_create("rita", "OK");
    ck_assert_int_eq(logged("the socket stays as it was"), 1);
    agent_fixture_stop();
}
END_TEST

/* Limits that somebody has used up stay used up, and new ones count. */
START_TEST(hangup_forgives_nothing)
{
    struct agent_reply reply;

    configure(NULL, "limit_checks = 2/d");
    start_agent_after("");
    for (int i = 0; i < 2; i++) {
        agent_ask(client, &reply, "check", "no token", ADDRESS, NULL);
        agent_expect(reply, "BAD_TOKEN");
    }
    configure(NULL, "limit_checks = 4/d");
    hang_up();
    await_log("again", 1);
    agent_ask(client, &reply, "check", "no token", ADDRESS, NULL);
    agent_expect(reply, "THROTTLED");
    for (int i = 0; i < 4; i++) {
        agent_ask(client, &reply, "check", "no token", "192.0.2.8", NULL);
        agent_expect(reply, "BAD_TOKEN");
    }
    agent_ask(client, &reply, "check", "no token", "192.0.2.8", NULL);
    agent_expect(reply, "THROTTLED");
    agent_fixture_stop();
}
END_TEST

START_TEST(hangup_reads_the_keys_again)
{
    char *keys = strdup(path_of("token.keys"));
    char *aside = strdup(path_of("token.keys.before"));
    struct agent_reply reply;
    const char *token;

    start_agent();
    ck_assert_int_eq(rename(keys, aside), 0);
    ck_assert_msg(inv_keys_create(keys, &verdict) == INV_OK, "%s", verdict.why);
    configure(NULL, "workers = 2"); /* for the test's own invites */
    token = agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, NULL);
    agent_ask(client, &reply, "check", token, ADDRESS, NULL);
    agent_expect(reply, "BAD_TOKEN");
    hang_up();
    await_log("again", 1);
    agent_ask(client, &reply, "check", token, ADDRESS, NULL);
    agent_expect(reply, "OK");
    ck_assert_int_eq(rename(aside, keys), 0);
    agent_fixture_stop();
    free(keys);
    free(aside);
}
END_TEST

/* A registration that is under way and requests that wait lose nothing. */
START_TEST(hangup_keeps_what_is_in_flight)
{
    struct agent_reply reply;
    inv_token *token = NULL;
    char text[INV_TOKEN_LENGTH + 1];
    unsigned registration;
    size_t registered = 0;

    configure(NULL, "workers = 1");
    start_agent_after("");
    (void)snprintf(text, sizeof(text), "%s",
                   agent_invite(site, INV_INVITE_ACCOUNT, NULL, NULL, &token));
    ck_assert(slapd_freeze(site_slapd_pid(site)));
    registration = agent_send(client, "register", text, "tilda", SITE_PASSWORD, ADDRESS, "", NULL);
    for (int i = 0; i < 5; i++)
        (void)agent_send(client, "exists", "alice", NULL);
    for (int i = 0; i < 3; i++) {
        agent_send_frame(client, "x\0ping", 6);
        ck_assert(agent_receive(client, &reply)); /* what was sent before is in its place */
        ck_assert_str_eq(reply.id, "x");
        hang_up();
        if (i == 0)
            await_log("again", 1); /* the others wait for the end of the first */
    }
    ck_assert_int_eq(kill(site_slapd_pid(site), SIGCONT), 0);
    for (int i = 0; i < 6; i++) {
        ck_assert(agent_receive(client, &reply));
        agent_expect(reply, "OK");
        registered += strtoul(reply.id, NULL, 10) == registration;
    }
    ck_assert_uint_eq(registered, 1);
    site_expect(site, token, 0, 0, 1, 1, 0);
    await_log("again", 2);
    inv_token_free(&token);
    agent_fixture_stop();
}
END_TEST

START_TEST(a_storm_of_hangups)
{
    struct agent_reply reply;

    start_agent();
    for (int i = 0; i < STORM; i++) {
        hang_up();
        (void)agent_send(client, "exists", "alice", NULL);
    }
    for (int i = 0; i < STORM; i++) {
        ck_assert(agent_receive(client, &reply));
        if (strcmp(reply.result, "THROTTLED") != 0) /* more than 256 wait */
            agent_expect(reply, "OK");
    }
    hang_up();
    agent_fixture_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_limits");
    TCase *tests = tcase_create("limits");

    tcase_set_timeout(tests, 120);
    tcase_add_unchecked_fixture(tests, fixture_start, fixture_stop);
    tcase_add_test(tests, too_few_descriptors_are_told_at_the_start);
    tcase_add_test(tests, a_soft_limit_is_raised);
    tcase_add_test(tests, without_descriptors_it_waits_for_some);
    tcase_add_test(tests, it_ends_when_it_cannot_wait_any_more);
    tcase_add_test(tests, an_end_that_comes_early);
    tcase_add_test(tests, half_frames_hold_no_places);
    tcase_add_test(tests, a_frame_waits_for_its_reader);
    tcase_add_test(tests, hangup_reads_the_configuration_again);
    tcase_add_test(tests, hangup_forgives_nothing);
    tcase_add_test(tests, hangup_reads_the_keys_again);
    tcase_add_test(tests, hangup_keeps_what_is_in_flight);
    tcase_add_test(tests, a_storm_of_hangups);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
