/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/password_forms.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "invitegate/directory.h"
#include "tests/support/pam_host.h"

#define ANOTHER "another password, with kettles"

const password_form password_forms[PASSWORD_FORMS] = {
    {"server", "server", true, NULL},
    {"crypt", "crypt", true, NULL},
    {"ssha512", "ssha512", true, NULL},
    {"scram1", "scram-sha-1", false, "SCRAM-SHA-1"},
    {"scram256", "scram-sha-256", false, "SCRAM-SHA-256"},
    {"scram512", "scram-sha-512", false, "SCRAM-SHA-512"},
    {"server-scram", "server scram-sha-256", true, "SCRAM-SHA-256"},
    {"crypt-scram", "crypt scram-sha-1", true, "SCRAM-SHA-1"},
    {"ssha512-scram", "ssha512 scram-sha-512", true, "SCRAM-SHA-512"},
};

const typed_password password_changed = {
    .name = "changed",
    .typed = "\xef\xbd\x86our\xc2\xa0\xef\xac\x81ne \xef\xbc\xab"
             "ettles",
    .prepared = "four fine Kettles",
};
const typed_password password_in_braces = {
    .name = "braces",
    .typed = "\xef\xbd\x9bSSHA\xef\xbd\x9dx",
    .prepared = "{SSHA}x",
};

bool password_form_is_mixed(const password_form *form)
{
    return form->binds && form->scram != NULL;
}

bool password_form_is_slow(const password_form *form)
{
    return strncmp(form->verifiers, "crypt", strlen("crypt")) == 0;
}

/* ------------------------------------------------------------------------------------- the site */

const char *password_forms_stacks(const struct site *site)
{
    static char folder[256];

    (void)snprintf(folder, sizeof(folder), "%.200s/pam.d", slapd_directory(site->slapd));
    return folder;
}

struct site *password_forms_start(void)
{
    const struct site_settings settings = {.extra_conf = "moduleload pw-sha2\n"};
    struct site *site = site_start(&settings);

    site_modify(site, "dn: cn=default,ou=policies," SITE_BASE "\nchangetype: modify\n"
                      "replace: pwdCheckQuality\npwdCheckQuality: 0\n");
    site_show_verifiers(site);
    ck_assert_int_eq(mkdir(password_forms_stacks(site), 0700), 0);
    pam_host_write_example(password_forms_stacks(site), "xmpp", slapd_conf_path(site->slapd));
    return site;
}

void password_forms_add_accounts(const struct site *site, const char *prefix, const char *way)
{
    const typed_password *const passwords[] = {&password_changed, &password_in_braces};
    char *ldif = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&ldif, &size);

    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < 2 * (size_t)PASSWORD_FORMS; i++) {
        char local[64];

        (void)snprintf(local, sizeof(local), "%s%s-%s-%s", prefix, password_forms[i / 2].name, way,
                       passwords[i % 2]->name);
        (void)fprintf(file,
                      "dn: uid=%s," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                      "objectClass: xmppAccount\ncn: %s\nsn: %s\nxmppJid: %s@example.org\n"
                      "userPassword: " SITE_PASSWORD "\n\n",
                      local, local, local, local);
    }
    ck_assert_int_eq(fclose(file), 0);
    site_modify(site, "%s", ldif);
    free(ldif);
}

/* ------------------------------------------------------------------------------- what must hold */

/* A simple bind with these very bytes. */
static inv_result bind_as(const struct site *site, const char *dn, const char *bytes)
{
    inv_secret *password = inv_secret_new(bytes, strlen(bytes));
    inv_verdict ignored = INV_VERDICT_INIT;
    inv_call call;
    inv_result result;

    site_begin(site, &call, &ignored);
    result = inv_directory_verify(call.directory, dn, password, &call.deadline, &ignored);
    inv_call_end(&call);
    inv_secret_free(&password);
    return result;
}

static void expect_bind(const struct site *site, const char *dn, const typed_password *password)
{
    ck_assert_msg(bind_as(site, dn, password->prepared) == INV_OK, "%s: prepared", dn);
    ck_assert_msg(bind_as(site, dn, password->typed) == INV_WRONG_PASSWORD, "%s: typed", dn);
}

/* StoredKey of RFC 5802 in base64. */
static void compute_stored_key(const EVP_MD *hash, const char *password, const char *salt64,
                               int iterations, char stored64[96])
{
    unsigned char salt[64];
    unsigned char salted[EVP_MAX_MD_SIZE];
    unsigned char client[EVP_MAX_MD_SIZE];
    unsigned char stored[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int salt_size = EVP_DecodeBlock(salt, (const unsigned char *)salt64, (int)strlen(salt64));

    ck_assert_int_gt(salt_size, 0);
    for (size_t end = strlen(salt64); salt64[end - 1] == '='; end--)
        salt_size--;
    ck_assert_int_eq(PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, salt_size, iterations,
                                       hash, EVP_MD_get_size(hash), salted),
                     1);
    ck_assert_ptr_nonnull(HMAC(hash, salted, EVP_MD_get_size(hash),
                               (const unsigned char *)"Client Key", strlen("Client Key"), client,
                               &size));
    ck_assert_int_eq(EVP_Digest(client, size, stored, &size, hash, NULL), 1);
    (void)EVP_EncodeBlock((unsigned char *)stored64, stored, (int)size);
}

/* RFC 5803: SCHEME$ITERATIONS:SALT$STORED:SERVER. */
static void expect_scram(struct site *site, const char *dn, const char *mechanism,
                         const typed_password *password)
{
    const EVP_MD *hash = strcmp(mechanism, "SCRAM-SHA-1") == 0     ? EVP_sha1()
                         : strcmp(mechanism, "SCRAM-SHA-256") == 0 ? EVP_sha256()
                                                                   : EVP_sha512();
    char *value = site_value(site, dn, "authPassword");
    char scheme[16], salt[90], kept[96], computed[96];
    int iterations = 0;

    ck_assert_uint_eq(site_values(site, dn, "authPassword"), 1);
    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(sscanf(value, "%15[^$]$%d:%88[^$]$%95[^:]:", scheme, &iterations, salt, kept),
                     4);
    ck_assert_str_eq(scheme, mechanism);
    compute_stored_key(hash, password->prepared, salt, iterations, computed);
    ck_assert_str_eq(kept, computed);
    free(value);
}

static int log_in(const struct site *site, const char *local, const char *password)
{
    pam_host host = {.kind = PAM_HOST_SASLAUTHD, .answers = {password}};

    return pam_host_authenticate(&host, password_forms_stacks(site), "xmpp", local);
}

void password_form_expect(struct site *site, const password_form *form, const char *local,
                          const typed_password *password)
{
    char dn[128];

    (void)snprintf(dn, sizeof(dn), "uid=%s," SITE_PEOPLE, local);
    ck_assert_uint_eq(site_values(site, dn, "userPassword"), form->binds ? 1 : 0);
    if (form->binds)
        expect_bind(site, dn, password);
    if (form->scram != NULL)
        expect_scram(site, dn, form->scram, password);
    else
        ck_assert_uint_eq(site_values(site, dn, "authPassword"), 0);
    ck_assert_msg(log_in(site, local, password->typed) == PAM_SUCCESS, "%s: typed", local);
    ck_assert_msg(log_in(site, local, password->prepared) == PAM_SUCCESS, "%s: prepared", local);
    ck_assert_msg(log_in(site, local, ANOTHER) == PAM_AUTH_ERR, "%s: another", local);
}

void password_form_expect_none(struct site *site, const char *local)
{
    ck_assert_msg(site_count(site, SITE_BASE, "(uid=%s)", local) == 0, "%s was made", local);
}
