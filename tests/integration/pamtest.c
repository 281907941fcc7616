/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and logs in through libpamtest. Under pam_wrapper, with the example stacks. Arguments:
 * a token for a free name, the name, a password. Prints TAP without a plan.
 */
#include <libpamtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number;

static void report(enum pamtest_err error, const struct pam_testcase *cases, const char *what)
{
    printf("%s %d - libpamtest: %s\n", error == PAMTEST_ERR_OK ? "ok" : "not ok", ++number, what);
    if (error != PAMTEST_ERR_OK)
        printf("# %s: %s\n", pamtest_strerror(error), pam_strerror(NULL, cases[0].op_rv));
}

static enum pamtest_err run(const char *service, const char *user, const char **answers,
                            struct pam_testcase *cases, size_t count)
{
    char out[4][PAM_MAX_MSG_SIZE];
    char *errors[4], *infos[4];
    struct pamtest_conv_data conversation = {
        .in_echo_off = answers, .out_err = errors, .out_info = infos};

    for (size_t i = 0; i < 4; i++) {
        out[i][0] = '\0';
        errors[i] = out[i];
        infos[i] = out[i];
    }
    return _pamtest(service, user, &conversation, cases, count, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const char *changes[] = {argv[1], argv[3], argv[3], NULL};
    const char *logins[] = {argv[3], NULL};
    struct pam_testcase refused[] = {pam_test(PAMTEST_CHAUTHTOK, PAM_AUTHTOK_RECOVERY_ERR)};
    struct pam_testcase changed[] = {pam_test(PAMTEST_CHAUTHTOK, PAM_SUCCESS)};
    struct pam_testcase entered[] = {pam_test(PAMTEST_AUTHENTICATE, PAM_SUCCESS),
                                     pam_test(PAMTEST_ACCOUNT, PAM_SUCCESS),
                                     pam_test(PAMTEST_SETCRED, PAM_SUCCESS)};
    struct pam_testcase unknown[] = {pam_test(PAMTEST_ACCOUNT, PAM_USER_UNKNOWN)};

    report(run("xmpp", argv[2], logins, unknown, 1), unknown, "the name is unknown");
    report(run("xmpp-register", argv[2], changes, changed, 1), changed, "chauthtok registers");
    report(run("xmpp", argv[2], logins, entered, 3), entered,
           "authenticate, acct_mgmt and setcred succeed");
    report(run("xmpp-register", "someone.else", changes, refused, 1), refused,
           "the used token registers nobody else");
    return 0;
}
