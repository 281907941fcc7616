/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left in the memory of a program of Cyrus SASL behind libinvite.so: no token and no
 * password. The program is residue_sasl_host, which keeps no copy itself, and whose memory is never
 * used again. Its core is taken after each call.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/core.h"
#include "tests/support/fixture.h"
#include "tests/support/host_process.h"
#include "tests/support/sasl_host.h"
#include "tests/support/secrets.h"

static const char *sasl_folder;
static struct host_process host;

static const struct place {
    const char *name;
    const char *domain_lines;
    secrets_registers registers;
} places[] = {
    {"clear", "password_verifiers = server\n", SECRETS_PASSWORDS},
    {"scram", "password_verifiers = scram-sha-1 scram-sha-256\nscram_iterations = 4096\n",
     SECRETS_NOTHING},
};

static char log_path[512];

/* What the program has logged, at level debug. */
static const char *log_text(void)
{
    static char text[65536];
    FILE *file = fopen(log_path, "r");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

/* Its standard error is that file. */
static void start_host(const char *name)
{
    int own = dup(STDERR_FILENO);
    int log;

    (void)snprintf(log_path, sizeof(log_path), "%s/%s.log", slapd_directory(site->slapd), name);
    log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(dup2(log, STDERR_FILENO), 0);
    host = host_process_start("residue_sasl_host", sasl_folder);
    ck_assert_int_ge(dup2(own, STDERR_FILENO), 0);
    (void)close(own);
    (void)close(log);
}

static void ask(const struct place *place, int wanted, const char *operation, const char *user,
                const char *const secrets[2])
{
    int code = (int)strtol(
        host_process_ask(&host, (const char *[]){operation, user, secrets[0], secrets[1], NULL}),
        NULL, 10);
    struct core *core;

    ck_assert_msg(code == wanted, "%s of %s: %d, not %d", operation, user, code, wanted);
    core = core_take(host.process);
    secrets_expect_none(core, place->registers);
    core_free(&core);
    secrets_expect_untold(log_text());
}

static const char *fresh(const char *label)
{
    return secrets_token(label, site_invite(site, NULL, 1));
}

static const char *reset(const char *label, const char *user)
{
    return secrets_token(label, site_reset_invite(site, user));
}

#define WITH(token, password) ((const char *const[2]){token, secrets_password(password)})

static void ask_all(const struct place *at)
{
    const char *used = fresh("token that is used up");
    const char *mine = secrets_password("password that is stored");
    const char *weak = fresh("token with a token as its password");
    char ada[32];
    char bea[32];
    char cora[32];

    (void)snprintf(ada, sizeof(ada), "ada-%s", at->name);
    (void)snprintf(bea, sizeof(bea), "bea-%s", at->name);
    (void)snprintf(cora, sizeof(cora), "cora-%s", at->name);
    ask(at, SASL_OK, "store", ada, (const char *const[2]){used, mine});
    ask(at, SASL_OK, "store", ada, (const char *const[2]){used, mine});
    ask(at, SASL_BADAUTH, "store", ada, WITH(used, "behind a used token"));
    ask(at, SASL_BADAUTH, "store", "root", WITH(fresh("token for root"), "of root"));
    ask(at, SASL_OK, "mechanism", bea, WITH(fresh("token that logs in"), "of a new login"));
    ask(at, SASL_OK, "mechanism", bea, WITH(reset("reset, login", bea), "reset by a login"));
    ask(at, SASL_NOAUTHZ, "mechanism", bea, WITH(fresh("for a taken name"), "taken"));
    ask(at, SASL_WEAKPASS, "mechanism", cora, (const char *const[2]){weak, weak});
    ask(at, SASL_OK, "setpass", cora, WITH(fresh("token of setpass"), "of setpass"));
    ask(at, SASL_OK, "setpass", cora, WITH(reset("reset, setpass", cora), "reset by setpass"));
    ask(at, SASL_BADAUTH, "setpass", "dora", WITH(used, "of setpass, used token"));
    ask(at, SASL_OK, "client", "elsa", WITH(fresh("token of a client"), "of a client"));
}

START_TEST(nothing_is_left)
{
    const struct place *place = &places[_i];
    char path[512];
    FILE *file;

    site_configure(site, &(struct site_settings){.domain_lines = place->domain_lines,
                                                 .log_lines = "to = stderr\nlevel = debug"});
    (void)snprintf(path, sizeof(path), "%s/residue.conf", sasl_folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(file, "invite_conf: %s\nauxprop_plugin: invite\n", slapd_conf_path(site->slapd));
    (void)fclose(file);
    start_host(place->name);
    ask_all(place);
    host_process_stop(&host);
    ck_assert_ptr_nonnull(strstr(log_text(), "result=OK"));
    secrets_forget();
}
END_TEST

static void start(void)
{
    fixture_start_aged();
    site_show_verifiers(site);
}

int main(void)
{
    Suite *suite;
    TCase *tests;
    int status;

    if (!core_possible()) {
        (void)puts("1..0 # SKIP no core can be taken (no right to trace, or sanitizers)");
        return EXIT_SUCCESS;
    }
    sasl_folder = sasl_host_prepare();
    if (sasl_folder == NULL) {
        (void)puts("1..0 # SKIP no libsasl2 with its plugins");
        return EXIT_SUCCESS;
    }
    suite = suite_create("residue_sasl");
    tests = tcase_create("residue");
    tcase_add_unchecked_fixture(tests, start, fixture_stop);
    tcase_add_loop_test(tests, nothing_is_left, 0, 2);
    tcase_set_timeout(tests, 600); /* a core takes its time on a busy machine */
    suite_add_tcase(suite, tests);
    status = suite_run(suite);
    sasl_host_remove();
    return status;
}
