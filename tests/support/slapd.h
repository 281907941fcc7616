/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TESTS_SLAPD_H
#define INVITEGATE_TESTS_SLAPD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A slapd of a test's own: config-examples/slapd in a new folder, the directory of base.ldif in it,
 * started by scripts/private-slapd. It ends, and its folder goes, with slapd_stop or when the
 * process that started it is gone, however that ended (and with it its forked children).
 *
 * With INVITEGATE_DIRECTORY=389ds in the environment (make check DIRECTORY=389ds) it is the slapd
 * of 389 Directory Server: config-examples/389ds, started by scripts/private-389ds.
 */
struct slapd;

enum slapd_kind { SLAPD_OPENLDAP, SLAPD_389DS };
enum slapd_kind slapd_kind(void);

/*
 * options: more of private-slapd's options, ending with NULL, or NULL; --fast is always given.
 * Returns NULL after saying why on standard error. Start it in an unchecked fixture to share it
 * between tests.
 */
struct slapd *slapd_start(const char *const *options);

const char *slapd_uri(const struct slapd *slapd); /* ldapi://... */

/*
 * The lines of [directory] that make a configuration invitegate's identity there: the process that
 * runs the test (bind = external), with 389 DS a service account.
 */
const char *slapd_bind_lines(const struct slapd *slapd);

/* The script that started it, to stop and start it again in its folder. */
const char *slapd_script(const struct slapd *slapd);

/* The folder; a test may keep its files there. */
const char *slapd_directory(const struct slapd *slapd);

/* config-examples/invitegate.conf for this directory; its key_file is token.keys in the folder. */
const char *slapd_conf_path(const struct slapd *slapd);

/* Of cn=admin,dc=example,dc=org, the rootdn (389 DS: Directory Manager). */
const char *slapd_admin_password_path(const struct slapd *slapd);

pid_t slapd_pid(const struct slapd *slapd);

/*
 * Stops this server where it is, until SIGCONT. kill() alone returns while threads still run and
 * answer; here none does. False: it would not stop within ten seconds.
 */
bool slapd_freeze(pid_t pid);

/* What ldapmodify does with this LDIF as the admin: its result code; -1: it could not be run. */
int slapd_modify(const struct slapd *slapd, const char *ldif);

void slapd_stop(struct slapd **slapd);

#endif
