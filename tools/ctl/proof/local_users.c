/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "proof.h"

#define PASSWD_FILE "/etc/passwd"

#define ASKED_MAX  256 /* users that are searched for, in one flight */
#define TOLD_MAX   10
#define BUFFER_MAX 65536 /* of one line */

/* Users of this host whose names could be registered, as far as this host can tell. */
typedef struct candidates {
    inv_jid *names[ASKED_MAX];
    inv_operation *searches[ASKED_MAX];
    size_t count;
} candidates;

static void candidates_clear(candidates *found)
{
    for (size_t i = 0; i < found->count; i++) {
        inv_jid_free(&found->names[i]);
        inv_operation_free(&found->searches[i]);
    }
    found->count = 0;
}

/* Adds user, unless name_pattern or reserved_names keeps the name from registering. */
static void consider(const ctl_proof *proof, const char *user, candidates *found)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_jid *name = NULL;

    if (inv_jid_prepare(proof->domain, user, strlen(user), &name, &verdict) != INV_OK)
        return;
    if (found->count == ASKED_MAX ||
        inv_jid_check_reserved(proof->domain, name, &verdict) != INV_OK) {
        inv_jid_free(&name);
        return;
    }
    found->names[found->count] = name;
    found->searches[found->count++] = inv_account_search_operation(proof->domain, name);
}

/* False: the file cannot be read to its end. */
static bool read_users(const ctl_proof *proof, candidates *found)
{
    FILE *file = fopen(PASSWD_FILE, "re");
    char *buffer = malloc(BUFFER_MAX);
    struct passwd entry;
    struct passwd *user = NULL;
    int error = EIO;

    if (file != NULL && buffer != NULL) {
        while ((error = fgetpwent_r(file, &entry, buffer, BUFFER_MAX, &user)) == 0)
            consider(proof, user->pw_name, found);
    }
    free(buffer);
    if (file != NULL)
        (void)fclose(file);
    return error == ENOENT; /* the end of the file */
}

/* Appends a word, unless it does not fit. */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);

    if (used + 1 + strlen(more) >= size)
        return;
    if (used > 0)
        text[used++] = ' ';
    (void)stpcpy(text + used, more);
}

/* Reports those whose names no entry holds. */
static void tell(ctl_proof *proof, const candidates *found)
{
    char names[1024] = "";
    char rest[32] = "";
    size_t told = 0;

    for (size_t i = 0; i < found->count; i++) {
        if (!inv_operation_answered(found->searches[i], INV_LDAP_SUCCESS) ||
            found->searches[i]->entry_count > 0)
            continue;
        if (told < TOLD_MAX)
            append(names, sizeof(names), inv_jid_local(found->names[i]));
        told++;
    }
    if (told == 0) {
        ctl_proof_fine(proof, "local users",
                       "every user of " PASSWD_FILE " is in the directory or reserved");
        return;
    }
    if (told > TOLD_MAX)
        (void)snprintf(rest, sizeof(rest), " and %zu more", told - TOLD_MAX);
    ctl_proof_note(proof, "local users",
                   "pam_invite refuses them on this host; add those that no invite is to "
                   "register elsewhere to reserved_names",
                   "users of this host whose names are free in the directory: %s%s", names, rest);
}

inv_result ctl_check_local_users(ctl_proof *proof)
{
    inv_call call = ctl_proof_call(proof);
    candidates *found = calloc(1, sizeof(*found));
    inv_result result = INV_OK;

    if (found == NULL)
        return inv_verdict_no_memory(proof->call->verdict);
    if (!read_users(proof, found)) {
        ctl_proof_unseen(proof, "local users", NULL, PASSWD_FILE " cannot be read to its end");
        goto cleanup;
    }
    if (found->count > 0)
        result = inv_call_run(&call, found->searches, found->count);
    if (result == INV_OK)
        tell(proof, found);
cleanup:
    candidates_clear(found);
    free(found);
    return result;
}
