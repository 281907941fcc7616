/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/tls_site.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/peer.h"

/* With 389 DS it is the one that every site has. */
#define IDENTITY          "cn=invitegate,dc=example,dc=org"
#define IDENTITY_PASSWORD "the password of a service"
#define IDENTITY_389DS    "cn=invitegate,ou=services,dc=example,dc=org"

static char *in_folder(const struct tls_site *tls, const char *name)
{
    char *path = NULL;

    ck_assert_int_gt(asprintf(&path, "%s/%s", slapd_directory(tls->site->slapd), name), 0);
    return path;
}

static void make_other_ca(const struct tls_site *tls)
{
    char *command = NULL;

    ck_assert_int_gt(
        asprintf(&command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                 "-days 2 -subj /CN=other -keyout /dev/null -out '%s' 2>/dev/null",
                 tls->other_ca_file),
        0);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

static void make_identity(struct tls_site *tls)
{
    int descriptor;

    tls->identity = IDENTITY;
    tls->password_file = in_folder(tls, "identity.password");
    site_modify(tls->site, "dn: " IDENTITY "\nchangetype: add\nobjectClass: organizationalRole\n"
                           "objectClass: simpleSecurityObject\ncn: invitegate\n"
                           "userPassword: " IDENTITY_PASSWORD "\n");
    descriptor = open(tls->password_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, IDENTITY_PASSWORD "\n", sizeof(IDENTITY_PASSWORD)),
                     sizeof(IDENTITY_PASSWORD));
    (void)close(descriptor);
}

void tls_site_start(struct tls_site *tls)
{
    char port[16];
    char tls_port[16];
    const char *options[] = {"--port", port, "--tls", tls_port, "--identity", IDENTITY, NULL};
    struct site_settings settings = {.slapd_options = options};

    *tls = (struct tls_site){.port = peer_free_port(), .tls_port = peer_free_port()};
    (void)snprintf(port, sizeof(port), "%d", tls->port);
    (void)snprintf(tls_port, sizeof(tls_port), "%d", tls->tls_port);
    if (slapd_kind() == SLAPD_389DS)
        options[4] = NULL;
    tls->site = site_start(&settings);
    tls->ca_file = in_folder(tls, "ca.crt");
    tls->other_ca_file = in_folder(tls, "other.crt");
    make_other_ca(tls);
    if (slapd_kind() == SLAPD_389DS) {
        tls->identity = IDENTITY_389DS;
        tls->password_file = in_folder(tls, "directory.password");
    } else {
        make_identity(tls);
    }
    site_add_account(tls->site, "alice");
    site_next_second();
}

void tls_site_stop(struct tls_site *tls)
{
    site_stop(&tls->site);
    free(tls->ca_file);
    free(tls->other_ca_file);
    free(tls->password_file);
    *tls = (struct tls_site){.port = 0};
}

/* ldapi://%2Fsome%2Fpath */
static char *socket_uri(const char *path)
{
    char *uri = malloc(sizeof("ldapi://") + 3 * strlen(path));
    char *end;

    ck_assert_ptr_nonnull(uri);
    end = stpcpy(uri, "ldapi://");
    for (; *path != '\0'; path++) {
        if (*path == '/')
            end = stpcpy(end, "%2F");
        else
            *end++ = *path;
    }
    *end = '\0';
    return uri;
}

static char *uri_of(const struct tls_site *tls, const struct tls_connection *connection)
{
    bool secure = strcmp(connection->scheme, "ldaps") == 0;
    int own_port = secure ? tls->tls_port : tls->port;
    char *uri = NULL;

    if (strcmp(connection->scheme, "ldapi") == 0)
        return connection->path != NULL ? socket_uri(connection->path)
                                        : strdup(slapd_uri(tls->site->slapd));
    ck_assert_int_gt(asprintf(&uri, "%s://%s:%d", connection->scheme,
                              connection->host != NULL ? connection->host : "127.0.0.1",
                              connection->port != 0 ? connection->port : own_port),
                     0);
    return uri;
}

void tls_site_configure(struct tls_site *tls, const struct tls_connection *connection)
{
    char *uri = uri_of(tls, connection);
    char *lines = NULL;
    struct site_settings settings = {
        .uri = uri, .timeout = connection->timeout, .domain_lines = connection->domain_lines};

    ck_assert_int_gt(asprintf(&lines,
                              "bind = simple\nbind_dn = %s\nbind_password_file = %s\n"
                              "ca_file = %s\nstarttls = %s",
                              tls->identity, tls->password_file,
                              connection->ca_file != NULL ? connection->ca_file : tls->ca_file,
                              strcmp(connection->scheme, "ldap") == 0 ? "demand" : "no"),
                     0);
    settings.directory_lines = lines;
    site_configure(tls->site, &settings);
    free(lines);
    free(uri);
}
