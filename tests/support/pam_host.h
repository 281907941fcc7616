/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_PAM_HOST_H
#define INVITEGATE_TESTS_PAM_HOST_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Programs that ask PAM, as the module sees them: their conversations, and stacks read from a
 * folder of the test (pam_start_confdir), so that neither root nor a wrapper is needed.
 */

typedef enum pam_host_kind {
    PAM_HOST_PERSON,    /* answers one prompt after the other from a list */
    PAM_HOST_SASLAUTHD, /* the password for ECHO_OFF; dies of ECHO_ON; drops messages */
    PAM_HOST_EPAM,   /* the password for any prompt, one message at a time; messages are errors */
    PAM_HOST_LUA,    /* one ECHO_OFF or an error */
    PAM_HOST_SILENT, /* success without an answer */
    PAM_HOST_EVENTS, /* PAM_CONV_AGAIN: ask me later */
} pam_host_kind;

typedef struct pam_host {
    pam_host_kind kind;
    const char *answers[6]; /* the others: answers[0] is the password */
    void (*before_answer)(struct pam_host *host, unsigned prompt); /* may be NULL */
    unsigned prompts;
    unsigned echoed; /* prompts with an echo: there must be none */
    char asked[256]; /* the last prompt */
    char shown[512]; /* PAM_ERROR_MSG and PAM_TEXT_INFO */
} pam_host;

/* Writes stacks into folder: name, and its lines with "pam_invite.so" made an absolute path. */
void pam_host_write_stack(const char *folder, const char *name, const char *lines);

/* The same from one of config-examples/pam.d, with conf= added to our module's lines. */
void pam_host_write_example(const char *folder, const char *name, const char *conf);

/* Starts a handle whose conversation is the host's. Ends the program when libpam cannot. */
pam_handle_t *pam_host_start(pam_host *host, const char *folder, const char *service,
                             const char *user);

/* Whole transactions: pam_start .. pam_end, giving the call's code. */
int pam_host_authenticate(pam_host *host, const char *folder, const char *service,
                          const char *user);
int pam_host_account(pam_host *host, const char *folder, const char *service, const char *user);
int pam_host_change(pam_host *host, const char *folder, const char *service, const char *user);

/*
 * Why pam_wrapper cannot be used by this build on this host: what runs under scripts/pam-wrapped is
 * left out then. NULL: it can.
 */
const char *pam_host_wrapper_missing(void);

/* The lines that libpam and its modules sent to syslog since the last pam_host_forget_log. */
const char *pam_host_log(void);
void pam_host_forget_log(void);

#endif
