/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/dn.h"
#include "io/ask.h"
#include "setup/account.h"
#include "setup/record.h"

/*
 * invitegate's identity in the directory, and its password in a file: 24 random bytes, for which
 * the cheapest hash will do, since each connection binds.
 */

#define STEP           "account"
#define PASSWORD_BYTES 24
#define SALT_BYTES     8
#define DIGEST_BYTES   20

/* ------------------------------------------------------------------------------------- passwords
 */

static inv_secret *new_password(void)
{
    unsigned char bytes[PASSWORD_BYTES];
    char text[4 * PASSWORD_BYTES / 3 + 4];
    inv_secret *password = NULL;

    if (RAND_priv_bytes(bytes, sizeof(bytes)) == 1) {
        int length = EVP_EncodeBlock((unsigned char *)text, bytes, sizeof(bytes));

        password = inv_secret_new(text, (size_t)length);
    }
    inv_wipe(bytes, sizeof(bytes));
    inv_wipe(text, sizeof(text));
    return password;
}

/* {SSHA}: base64 of SHA-1(password || salt) || salt. False: libcrypto failed. */
static bool write_hash(const inv_secret *password, char *hash, size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE + SALT_BYTES];
    unsigned char text[64];
    unsigned length = 0;
    unsigned char salt[SALT_BYTES];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done =
        context != NULL && RAND_bytes(salt, SALT_BYTES) == 1 &&
        EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
        EVP_DigestUpdate(context, inv_secret_bytes(password), inv_secret_length(password)) == 1 &&
        EVP_DigestUpdate(context, salt, SALT_BYTES) == 1 &&
        EVP_DigestFinal_ex(context, digest, &length) == 1 && length == DIGEST_BYTES;

    if (done) {
        memcpy(digest + DIGEST_BYTES, salt, SALT_BYTES);
        (void)EVP_EncodeBlock(text, digest, DIGEST_BYTES + SALT_BYTES);
        (void)snprintf(hash, size, "{SSHA}%s", (const char *)text);
    }
    EVP_MD_CTX_free(context);
    return done;
}

/* --------------------------------------------------------------------------------- what there is
 */

/* The password of the file below root, or NULL where there is no file. */
static inv_result read_password(const ctl_task *setup, const char *path, inv_secret **password)
{
    *password = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return INV_OK;
    return ctl_read_secret_file(path, password, setup->verdict);
}

static char *path_of(const ctl_task *setup)
{
    char *path = NULL;

    if (asprintf(&path, "%s%s", setup->answers->root, setup->site.password_file) < 0)
        return NULL;
    return path;
}

inv_result ctl_account_bind(ctl_task *setup)
{
    static const char *const nothing[] = {NULL};
    inv_operation *look = NULL;
    inv_secret *password = NULL;
    inv_result result = INV_OK;
    char *path = NULL;

    if (setup->site.password_file[0] == '\0')
        return INV_OK;
    path = path_of(setup);
    if (path == NULL)
        return inv_verdict_no_memory(setup->verdict);
    result = read_password(setup, path, &password);
    free(path);
    if (result != INV_OK || password == NULL)
        return result;
    setup->service_password = password;
    result = inv_directory_new(&setup->settings, setup->site.identity, password, &setup->service,
                               setup->verdict);
    look = inv_operation_search("", INV_SCOPE_BASE, NULL, nothing);
    if (result == INV_OK)
        result = ctl_setup_run(setup, setup->service, look);
    inv_operation_free(&look);
    /* a wrong password, or no such entry: the directory answered, and says no */
    if (result == INV_CONFIG) {
        inv_directory_free(&setup->service);
        result = INV_OK;
        setup->verdict->result = INV_OK;
        (void)inv_verdict_clear_words(setup->verdict);
    }
    return result;
}

/* ------------------------------------------------------------------------------------------ plan
 */

/* The file, for the group of the agent where the system has it. */
static void plan_file(ctl_task *setup, const inv_secret *password, const char *path)
{
    char hash[CTL_FILE_HASH_SIZE];
    ctl_action action = {
        .file = ctl_file_new(path, inv_secret_bytes(password), inv_secret_length(password)),
        .group = setup->machine.group};

    if (ctl_hash_write(inv_secret_bytes(password), inv_secret_length(password), hash))
        action.record = ctl_record_file(path, hash);
    ctl_plan_do(setup->plan, STEP, &action, "write %s, the password of the identity", path);
}

/* The limits of the identity, which a 389 Directory Server keeps in its entry. */
static bool add_limits(inv_operation *add)
{
    ctl_texts lines = {.texts = NULL};
    bool fine =
        ctl_example_entry("389ds/base.ldif", "cn=invitegate,ou=services,dc=example,dc=org", &lines);

    for (size_t i = 0; fine && i < lines.count; i++) {
        char *value = strstr(lines.texts[i], ": ");

        if (value == NULL || strncmp(lines.texts[i], "ns", 2) != 0)
            continue;
        *value = '\0';
        inv_operation_text(add, INV_CHANGE_ADD, lines.texts[i], value + 2);
    }
    ctl_texts_clear(&lines);
    return fine;
}

static bool plan_add(ctl_task *setup, const char *hash)
{
    ctl_action action = {.data = true,
                         .operation = inv_operation_new_add(setup->site.identity),
                         .record = ctl_record_entry(setup->site.identity)};
    char *name = NULL;
    char *value = NULL;
    bool fine = inv_dn_leaf(setup->site.identity, &name, &value);

    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "applicationProcess");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "simpleSecurityObject");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "cn", fine ? value : "");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "userPassword", hash);
    fine = fine && (!setup->is_389 || add_limits(action.operation));
    ctl_plan_do(setup->plan, STEP, &action, "add %s", setup->site.identity);
    free(name);
    free(value);
    return fine;
}

static void plan_renew(ctl_task *setup, const char *hash)
{
    ctl_action action = {.data = true, .operation = inv_operation_new_modify(setup->site.identity)};

    inv_operation_text(action.operation, INV_CHANGE_REPLACE, "userPassword", hash);
    ctl_plan_do(setup->plan, STEP, &action,
                "the password of %s becomes that of its file: it cannot bind with it",
                setup->site.identity);
}

static void plan_services(ctl_task *setup)
{
    ctl_action action = {.data = true,
                         .operation = inv_operation_new_add(setup->site.services),
                         .record = ctl_record_entry(setup->site.services)};

    inv_operation_text(action.operation, INV_CHANGE_ADD, "objectClass", "organizationalUnit");
    inv_operation_text(action.operation, INV_CHANGE_ADD, "ou", "services");
    ctl_plan_do(setup->plan, STEP, &action, "add %s", setup->site.services);
}

/* The file first: an entry whose password is lost would have to be renewed. */
static inv_result plan_own(ctl_task *setup, const char *path)
{
    inv_secret *fresh = setup->service_password == NULL ? new_password() : NULL;
    const inv_secret *password = fresh != NULL ? fresh : setup->service_password;
    char hash[128];
    bool folder = false;
    bool there = false;
    inv_result result = ctl_setup_sees(setup, setup->site.services, &folder);

    if (result == INV_OK)
        result = ctl_setup_sees(setup, setup->site.identity, &there);
    if (result == INV_OK && (password == NULL || !write_hash(password, hash, sizeof(hash))))
        result = inv_verdict_no_memory(setup->verdict);
    if (result != INV_OK)
        goto cleanup;
    if (fresh != NULL)
        plan_file(setup, password, path);
    if (!folder)
        plan_services(setup);
    if (there)
        plan_renew(setup, hash);
    else if (!plan_add(setup, hash))
        result = inv_verdict_no_memory(setup->verdict);
    inv_wipe(hash, sizeof(hash));
cleanup:
    inv_secret_free(&fresh);
    return result;
}

inv_result ctl_step_account(ctl_task *setup)
{
    inv_result result;
    char *path;

    if (setup->site.password_file[0] == '\0') {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "the configuration says bind = external: the identity is this user");
        return INV_OK;
    }
    if (setup->service != NULL) {
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s can bind", setup->site.identity);
        return INV_OK;
    }
    if (!setup->site.own_identity) {
        ctl_plan_tell(setup->plan, CTL_ITEM_LEFT, STEP,
                      "%s cannot bind with the password of %s; both are the site's own",
                      setup->site.identity, setup->site.password_file);
        return INV_OK;
    }
    path = path_of(setup);
    result = path != NULL ? plan_own(setup, path) : inv_verdict_no_memory(setup->verdict);
    free(path);
    return result;
}
