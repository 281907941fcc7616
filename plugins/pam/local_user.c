/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "local_user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes for one entry of getpwnam_r(3): the first try, and more than any sound entry needs. */
#define BUFFER_FIRST 1024U
#define BUFFER_MAX   1048576U

#define PASSWD_FILE "/etc/passwd"

/* Looks for one name in one source. 0, or an errno. */
typedef int lookup(const char *user, bool *known, uid_t *uid);

/* ------------------------------------------------------------------------------------------ NSS */

static int find_in_nss(const char *user, bool *known, uid_t *uid)
{
    size_t size = BUFFER_FIRST;
    char *buffer = NULL;
    int error;

    for (;;) {
        char *larger = realloc(buffer, size);
        struct passwd entry;
        struct passwd *found = NULL;

        if (larger == NULL) {
            error = ENOMEM;
            break;
        }
        buffer = larger;
        error = getpwnam_r(user, &entry, buffer, size, &found);
        if (error == 0 && found != NULL) {
            *known = true;
            *uid = found->pw_uid;
        }
        if (error == ERANGE && size < BUFFER_MAX)
            size *= 2;
        else if (error != EINTR)
            break;
    }
    free(buffer);
    return error;
}

/* -------------------------------------------------------------------------------- /etc/passwd */

/* "name:password:uid:...", passwd(5). */
static bool is_line_of(const char *line, const char *user, uid_t *uid)
{
    size_t length = strlen(user);
    const char *number;

    if (strncmp(line, user, length) != 0 || line[length] != ':')
        return false;
    number = strchr(line + length + 1, ':');
    *uid = number != NULL ? (uid_t)strtoul(number + 1, NULL, 10) : 0;
    return true;
}

static int find_in_files(const char *user, bool *known, uid_t *uid)
{
    FILE *file = fopen(PASSWD_FILE, "re");
    char *line = NULL;
    size_t size = 0;
    int error = 0;

    if (file == NULL)
        return errno;
    errno = 0;
    while (!*known && getline(&line, &size, file) >= 0)
        *known = is_line_of(line, user, uid);
    if (!*known && !feof(file))
        error = errno != 0 ? errno : EIO;
    free(line);
    (void)fclose(file);
    return error;
}

/* ---------------------------------------------------------------------------------------- both */

static inv_result cannot_tell(inv_pam_local_users source, int error, inv_verdict *verdict)
{
    if (error == ENOMEM)
        return inv_verdict_no_memory(verdict);
    return inv_verdict_set(verdict, INV_DIRECTORY_DOWN,
                           "whether a user of this host has the name cannot be told: %s: %s",
                           source == INV_PAM_LOCAL_USERS_FILES ? PASSWD_FILE : "getpwnam_r",
                           strerror(error));
}

inv_result inv_pam_local_user_find(const inv_pam_local_names *names, inv_pam_local_users source,
                                   bool *known, uid_t *uid, inv_verdict *verdict)
{
    lookup *const find = source == INV_PAM_LOCAL_USERS_FILES ? find_in_files : find_in_nss;
    const bool with_domain = names->user[names->local_length] == '@';
    char *local = strndup(names->user, names->local_length);
    const char *const wanted[] = {
        names->user,
        local,
        names->name != NULL ? inv_jid_local(names->name) : NULL,
        names->name != NULL && with_domain ? inv_jid_text(names->name) : NULL,
    };
    const size_t count = sizeof(wanted) / sizeof(wanted[0]);
    inv_result result = local != NULL ? INV_OK : inv_verdict_no_memory(verdict);

    *known = false;
    for (size_t i = 0; result == INV_OK && i < count; i++) {
        bool seen = wanted[i] == NULL || wanted[i][0] == '\0';
        bool here = false;
        uid_t number = 0;
        int error;

        for (size_t j = 0; j < i && !seen; j++)
            seen = wanted[j] != NULL && strcmp(wanted[i], wanted[j]) == 0;
        if (seen)
            continue;
        error = find(wanted[i], &here, &number);
        if (error != 0)
            result = cannot_tell(source, error, verdict);
        if (here && uid != NULL && (!*known || number < *uid))
            *uid = number;
        *known = *known || here;
    }
    free(local);
    return result;
}
