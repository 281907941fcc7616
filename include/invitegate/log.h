/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_LOG_H
#define INVITEGATE_LOG_H

#include "invitegate/verdict.h"

typedef enum inv_log_level {
    INV_LOG_ERROR,
    INV_LOG_WARNING,
    INV_LOG_NOTICE,
    INV_LOG_INFO,
    INV_LOG_DEBUG,
} inv_log_level;

/* Where lines go. line has no newline and no control bytes. Must not keep the pointer. */
typedef void (*inv_log_sink)(void *context, inv_log_level level, const char *line);

/* Takes lines of a threshold and hands them to a sink. Immutable; as thread-safe as its sink. */
typedef struct inv_log inv_log;

/* NULL when memory is short. context must outlive the log and is never freed by it. */
inv_log *inv_log_new(inv_log_level threshold, inv_log_sink sink, void *context);
void inv_log_free(inv_log **log);

/* The level as a priority of syslog(3). */
int inv_log_priority(inv_log_level level);

/* Ready sinks; context is ignored. syslog uses LOG_AUTHPRIV and calls no openlog(3). */
void inv_log_to_syslog(void *context, inv_log_level level, const char *line);
void inv_log_to_stderr(void *context, inv_log_level level, const char *line);

/*
 * One line of at most 1023 bytes; more is cut. Control bytes and what is not UTF-8 are written as
 * \xHH, so that no value can forge a line. A NULL log is silent. Never pass a token or password.
 */
void inv_log_write(const inv_log *log, inv_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Where a call came from; each may be NULL. */
typedef struct inv_origin {
    const char *domain;
    const char *service; /* PAM service, SASL application, or program name */
    const char *rhost;   /* the client's address as the host tells it */
} inv_origin;

/*
 * Writes the one line of a verdict, in a form that stays the same:
 *   result=BAD_TOKEN invite=ID user="JID" domain="D" service="S" rhost="H" why="..."
 * Missing values are written as invite=- and user="-". Quotes and backslashes in values are escaped
 * with a backslash. Long values are cut (user, domain 256 bytes, service 64, rhost 128, why: what
 * is left), never the form of the line. Level: notice for a verdict, error for a negative result.
 */
void inv_log_verdict(const inv_log *log, const inv_verdict *verdict, const inv_origin *origin);

#endif
