/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_HOST_H
#define INVITEGATE_TOOLS_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "invitegate/config.h"
#include "proof/report.h"

/*
 * This machine as people meet it, for doctor --host: the files that decide who is let in, and the
 * sockets behind them. No file is changed; what a throwaway invite brings into the directory is
 * taken away again (ways.h). No password, token or key is printed. Each subject has a file of its
 * own here, and adds its rows to the report:
 *
 *   ok       was looked at, and is right
 *   finding  has to be changed; what names file and line, the remedy says how
 *   unseen   could not be looked at, so nothing is said of it
 *   note     is no mistake, but may matter
 *
 * All paths are below host->root. One thread.
 */
typedef struct ctl_host {
    ctl_report *report;
    const char *root;        /* "", or the folder of --root without a slash at its end */
    const char *config_path; /* as it is opened, with root in front */
    inv_config *config;      /* NULL: this user cannot read it, or it is wrong */
    const char *domain;      /* the only one to look at, or NULL */
} ctl_host;

/* A line of a file; line 0: the file as a whole. */
typedef struct ctl_place {
    const char *file; /* as it is opened; NULL: none */
    unsigned line;
} ctl_place;

/*
 * Each adds a row. check: the subject, one word. remedy NULL: none. What was found begins with the
 * place. place NULL: none.
 */
void ctl_host_fine(ctl_host *host, const char *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ctl_host_finding(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
void ctl_host_note(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
void ctl_host_unseen(ctl_host *host, const char *check, const ctl_place *place, const char *remedy,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Writes text; what does not fit is left out whole, so that no path becomes another one. */
void ctl_host_write(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * path below the root; the caller frees it. NULL: out of memory, or path is empty, since it did not
 * fit; which is a row.
 */
char *ctl_host_path(ctl_host *host, const char *path);

/* Whether domain is one to look at: that of -d, or any. */
bool ctl_host_wants(const ctl_host *host, const char *domain);

/* --------------------------------------------------------------------------------- subjects */

/* Everything, in the order in which a person meets it. */
void ctl_host_examine(ctl_host *host);

struct ctl_prosody; /* prosody.h */

/*
 * PAM: each file of /etc/pam.d that names pam_invite, pam_service of the domains, and service,
 * which Prosody asks for by Cyrus SASL (NULL: it does not).
 */
void ctl_host_check_pam(ctl_host *host, const char *service);

/* The files of invitegate, opened as the user of the agent's unit and as root. */
void ctl_host_check_files(ctl_host *host);

/* The agent's socket, connected to as Prosody's user, and asked for the domains. */
void ctl_host_check_agent(ctl_host *host, const struct ctl_prosody *prosody);

/*
 * Cyrus SASL: the files of programs that use libinvite.so or saslauthd, and saslauthd itself where
 * one of them or Prosody asks it.
 */
void ctl_host_check_sasl(ctl_host *host, const struct ctl_prosody *prosody);

/* Prosody's hosts: module, provider, what does not go together. */
void ctl_host_check_prosody(ctl_host *host, const struct ctl_prosody *prosody);

#endif
