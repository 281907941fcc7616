/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <check.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/pam_stack.h"
#include "tests/support/suite.h"

/*
 * What doctor --host makes of a PAM stack is what libpam makes of it: stacks of all shapes, whose
 * modules (pam_debug.so) answer what their line says, are run by both.
 */

#define STACKS 400
#define LINES  5

static char folder[] = "/tmp/check_ctl_pam.XXXXXX";
static char services[64];

/* Rows are not what is tested here. */
void ctl_report_add(ctl_report *report, const ctl_row *row, const char *format, ...)
{
    (void)report;
    (void)row;
    (void)format;
}

bool ctl_report_has(const ctl_report *report, const char *check, const char *what)
{
    (void)report;
    (void)check;
    (void)what;
    return false;
}

static void make_folder(void)
{
    char path[64];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/etc", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(services, sizeof(services), "%s/etc/pam.d", folder);
    ck_assert_int_eq(mkdir(services, 0700), 0);
    /* below the root, too, there is what the paths in the services name */
    (void)snprintf(path, sizeof(path), "%s/tmp", folder);
    ck_assert_int_eq(symlink("/tmp", path), 0);
}

static void remove_folder(void)
{
    char command[100];

    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0); /* NOLINT(cert-env33-c): a fixed command */
}

static unsigned seed;

static unsigned draw(unsigned most)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16) % most;
}

/* What pam_debug is told to answer; the answers that a stack may make a difference of. */
static const char *draw_answer(void)
{
    static const char *const answers[] = {"success",      "auth_err",         "ignore",
                                          "user_unknown", "authinfo_unavail", "acct_expired"};

    return answers[draw(6)];
}

static void write_control(FILE *file)
{
    static const char *const words[] = {"required", "requisite", "sufficient", "optional"};
    static const char *const actions[] = {"ok", "done", "bad", "die", "ignore", "reset", "1", "2"};

    if (draw(2) == 0) {
        (void)fputs(words[draw(4)], file);
        return;
    }
    (void)fputc('[', file);
    for (unsigned i = draw(3); i > 0; i--)
        (void)fprintf(file, "%s=%s ", draw_answer(), actions[draw(8)]);
    (void)fprintf(file, "default=%s]", actions[draw(8)]);
}

/* A service; inner: one that may be included, NULL: none. */
static void write_service(const char *name, const char *inner)
{
    static const char *const ways[] = {"@include", "auth include", "auth substack"};
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", services, name);
    file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 1 + draw(LINES); i > 0; i--) {
        if (inner != NULL && draw(3) == 0) {
            /* by its path: libpam 1.5 takes other names for files of /etc/pam.d here */
            (void)fprintf(file, "%s %s/%s\n", ways[draw(3)], services, inner);
            continue;
        }
        (void)fputs("auth ", file);
        write_control(file);
        (void)fprintf(file, " pam_debug.so auth=%s\n", draw_answer());
    }
    ck_assert_int_eq(fclose(file), 0);
}

static int say_nothing(int count, const struct pam_message **messages,
                       struct pam_response **responses, void *context)
{
    (void)messages;
    (void)context;
    *responses = calloc((size_t)count, sizeof(**responses));
    return *responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int run_by_libpam(const char *service)
{
    const struct pam_conv conversation = {say_nothing, NULL};
    pam_handle_t *handle = NULL;
    int result = pam_start_confdir(service, "somebody", &conversation, services, &handle);

    ck_assert_int_eq(result, PAM_SUCCESS);
    result = pam_authenticate(handle, PAM_SILENT);
    ck_assert_int_eq(pam_end(handle, result), PAM_SUCCESS);
    return result;
}

/* What the line of pam_debug says. */
static int answer_of_line(void *context, const ctl_pam_line *line)
{
    (void)context;
    ck_assert_uint_eq(line->word_count, 1);
    for (int code = 0; code < CTL_PAM_CODES; code++) {
        if (strcmp(line->words[0] + strlen("auth="), ctl_pam_code_name(code)) == 0)
            return code;
    }
    ck_abort_msg("%s", line->words[0]);
    return 0;
}

static void show(const char *service)
{
    char command[200];

    (void)snprintf(command, sizeof(command), "cd %s; head -n 20 %s middle inner >&2", services,
                   service);
    (void)!system(command); /* NOLINT(cert-env33-c): a fixed command */
}

START_TEST(as_libpam)
{
    ctl_host host = {.root = folder};
    unsigned successes = 0;

    make_folder();
    for (seed = 1; seed <= STACKS;) {
        const unsigned own_seed = seed;
        ctl_pam_stack stack;
        ctl_pam_end end;
        int expected;

        write_service("inner", NULL);
        write_service("middle", "inner");
        write_service("outer", "middle");
        expected = run_by_libpam("outer");
        ck_assert_int_eq(ctl_pam_stack_read(&host, "outer", CTL_PAM_AUTH, &stack), CTL_SIGHT_READ);
        ck_assert(!stack.hidden && !stack.broken);
        end = ctl_pam_stack_run(&stack, NULL, answer_of_line, NULL);
        if (end.code != expected)
            show("outer");
        ck_assert_msg(end.code == expected, "stack %u: libpam says %s, doctor %s", own_seed,
                      ctl_pam_code_name(expected), ctl_pam_code_name(end.code));
        successes += expected == PAM_SUCCESS ? 1 : 0;
        ctl_pam_stack_clear(&stack);
        seed = own_seed + 1;
    }
    /* both ends were seen often */
    ck_assert_uint_gt(successes, STACKS / 20);
    ck_assert_uint_lt(successes, STACKS - STACKS / 20);
    remove_folder();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_pam");
    TCase *tests = tcase_create("tests");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, as_libpam);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
