/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_TLS_SITE_H
#define INVITEGATE_TESTS_TLS_SITE_H

#include "tests/support/site_invites.h"

/*
 * A site whose slapd also listens on TCP with a certificate for 127.0.0.1, and whose invitegate
 * identity binds with a password. alice has an account.
 */
struct tls_site {
    struct site *site;
    int port;     /* ldap:// with StartTLS */
    int tls_port; /* ldaps:// */
    char *ca_file;
    char *other_ca_file; /* of another CA, which signed nothing here */
    const char *identity;
    char *password_file; /* of the identity */
};

void tls_site_start(struct tls_site *tls);
void tls_site_stop(struct tls_site *tls);

/* How the next configuration of the site speaks to the directory. */
struct tls_connection {
    const char *scheme;       /* ldap (then with StartTLS), ldaps or ldapi */
    const char *host;         /* NULL: 127.0.0.1 */
    int port;                 /* 0: slapd's own */
    const char *path;         /* ldapi: of a socket; NULL: slapd's own */
    const char *ca_file;      /* NULL: the right one */
    const char *timeout;      /* NULL: 20s */
    const char *domain_lines; /* more keys of [domain example.org], or NULL */
};
void tls_site_configure(struct tls_site *tls, const struct tls_connection *connection);

#endif
