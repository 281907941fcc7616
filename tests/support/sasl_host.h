/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SASL_HOST_H
#define INVITEGATE_TESTS_SASL_HOST_H

#include <check.h>
#include <sasl/sasl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A program of Cyrus SASL, server and client in one, with the real libsasl2, libinvite.so as it was
 * built, and those of Debian's plugins that the tests are about. What fails here fails the test
 * that runs.
 */

/*
 * A folder of its own, which SASL_PATH and SASL_CONF_PATH name from then on. In main, before
 * anything calls libldap, which begins libsasl2. NULL: there is no libsasl2 with its plugins here.
 */
const char *sasl_host_prepare(void);
void sasl_host_remove(void);

/* Runs a suite in that folder, or says that it is skipped: what main returns. */
int sasl_host_run(Suite *suite);
const char *sasl_host_folder(void);

/*
 * Starts the library under this configuration; the log lines of libinvite.so and libsasl2 are kept
 * from then on, those for syslog too. sasl_host_stop is sasl_done. The program's name is one of the
 * tests' own, or a given one.
 */
void sasl_host_start(const char *configuration);
void sasl_host_start_as(const char *program, const char *configuration);
void sasl_host_stop(void);

/*
 * A configuration with libinvite.so under the file conf, and more options behind. In a buffer that
 * the next call reuses.
 */
const char *sasl_host_options(const char *conf, const char *options);

const char *sasl_host_log(void);
void sasl_host_forget_log(void);
size_t sasl_host_count(const char *words); /* in that log */

/* How clients and servers are made. {0}: realm example.org by user names, an encrypted connection.
 */
typedef struct sasl_host {
    const char *realm;   /* user_realm of the server, or NULL */
    const char *server;  /* the server's own name; NULL: mail.example.net */
    bool bare;           /* no encryption (external SSF 0) */
    const char *token;   /* what the client gives as its token; NULL: it has no callback for that */
    const char *acts_as; /* authzid */
    const char **requests; /* properties that the program asks for, ends with NULL */
    /* of the last login */
    char user[256];          /* who logged in, "" */
    char words[256];         /* what is wrong, for the person */
    sasl_conn_t *connection; /* stays open until the next one, or sasl_host_end */
} sasl_host;

/* A whole exchange; the server's code, or the client's where that gives up. */
int sasl_host_login(sasl_host *host, const char *mechanism, const char *user, const char *password);

/* Only the server, with a client's first message. */
int sasl_host_message(sasl_host *host, const char *mechanism, const char *message, size_t length);

int sasl_host_setpass(sasl_host *host, const char *user, const char *password, const char *token,
                      unsigned flags);

/* Whether the server offers the mechanism. */
bool sasl_host_offers(sasl_host *host, const char *mechanism);

/* The n-th value of a property of the last login, or NULL. */
const char *sasl_host_property(const sasl_host *host, const char *name, size_t n);

void sasl_host_end(sasl_host *host);

#endif
