/* SPDX-License-Identifier: BSD-2-Clause */
#include "material.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define KEYS "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

static const char configuration[] = "[directory]\n"
                                    "uri = ldapi://%%2ffuzz\n"
                                    "[tokens]\n"
                                    "key_file = %s\n"
                                    "[log]\n"
                                    "level = debug\n"
                                    "[domain example.org]\n"
                                    "invites = ou=invites,dc=example,dc=org\n"
                                    "people = ou=people,dc=example,dc=org\n"
                                    "rosters = ou=rosters,dc=example,dc=org\n"
                                    "name_search_base = dc=example,dc=org\n"
                                    "password_verifiers = server\n"
                                    "allowed_groups = \"cn=staff,dc=example,dc=org\"\n"
                                    "[domain scram.example]\n"
                                    "invites = ou=invites,dc=scram,dc=example\n"
                                    "people = ou=people,dc=scram,dc=example\n"
                                    "rosters = ou=rosters,dc=scram,dc=example\n"
                                    "password_verifiers = scram-sha-256 scram-sha-1\n"
                                    "scram_iterations = 4096\n"
                                    "inviter_gone = no-pair\n"
                                    "invite_only = no\n"
                                    "[domain site.example]\n"
                                    "invites = ou=invites,dc=site,dc=example\n"
                                    "people = ou=people,dc=site,dc=example\n"
                                    "rosters = ou=rosters,dc=site,dc=example\n"
                                    "name_pattern = ^.+$\n"
                                    "invite_only = no\n"
                                    "account_rdn = cn\n"
                                    "account_attributes = sn=%%u mail=%%j\n"
                                    "password_verifiers = ssha512\n";

bool fuzz_verbose(void)
{
    static int verbose = -1;

    if (verbose < 0)
        verbose = getenv("FUZZ_VERBOSE") != NULL;
    return verbose > 0;
}

struct fuzz_file fuzz_file_new(void)
{
    struct fuzz_file file = {.descriptor = memfd_create("fuzz", MFD_CLOEXEC)};

    FUZZ_REQUIRE(file.descriptor >= 0 && fchmod(file.descriptor, 0600) == 0);
    (void)snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.descriptor);
    return file;
}

void fuzz_file_write(const struct fuzz_file *file, const void *bytes, size_t length)
{
    FUZZ_REQUIRE(ftruncate(file->descriptor, 0) == 0);
    FUZZ_REQUIRE(pwrite(file->descriptor, bytes, length, 0) == (ssize_t)length);
}

static void open_config(struct fuzz_material *material)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char *text = NULL;
    int length = asprintf(&text, configuration, material->key_file.path);

    FUZZ_REQUIRE(length > 0);
    fuzz_file_write(&material->key_file, KEYS, strlen(KEYS));
    fuzz_file_write(&material->configuration, text, (size_t)length);
    fuzz_file_write(&material->lone, text, (size_t)(strstr(text, "[domain scram") - text));
    free(text);
    if (inv_config_read(material->configuration.path, &material->config, &verdict) != INV_OK ||
        inv_keys_read(material->key_file.path, &material->keys, &verdict) != INV_OK)
        (void)fprintf(stderr, "%s\n", verdict.why);
    FUZZ_REQUIRE(material->config != NULL && material->keys != NULL);
}

const struct fuzz_material *fuzz_material(void)
{
    static struct fuzz_material material;
    inv_verdict verdict = INV_VERDICT_INIT;

    if (material.token != NULL)
        return &material;
    material.configuration = fuzz_file_new();
    material.lone = fuzz_file_new();
    material.key_file = fuzz_file_new();
    open_config(&material);
    material.server = inv_config_domain(material.config, "example.org");
    material.scram = inv_config_domain(material.config, "scram.example");
    material.ssha512 = inv_config_domain(material.config, "site.example");
    FUZZ_REQUIRE(inv_token_parse(material.keys, "example.org", FUZZ_TOKEN, strlen(FUZZ_TOKEN),
                                 &material.token, &verdict) == INV_OK);
    FUZZ_REQUIRE(strcmp(inv_token_id(material.token), FUZZ_INVITE_ID) == 0);
    return &material;
}

void fuzz_log_sink(void *context, inv_log_level level, const char *line)
{
    const char *forbidden = context;

    (void)level;
    if (fuzz_verbose())
        (void)fprintf(stderr, "  log: %s\n", line);
    FUZZ_REQUIRE(strlen(line) < 1024);
    for (const char *byte = line; *byte != '\0'; byte++)
        FUZZ_REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
    FUZZ_REQUIRE(forbidden == NULL || strstr(line, forbidden) == NULL);
}

void fuzz_require_verdict(const inv_verdict *verdict, inv_result result)
{
    FUZZ_REQUIRE(memchr(verdict->why, '\0', sizeof(verdict->why)) != NULL);
    FUZZ_REQUIRE(memchr(verdict->text, '\0', sizeof(verdict->text)) != NULL);
    FUZZ_REQUIRE(memchr(verdict->user, '\0', sizeof(verdict->user)) != NULL);
    FUZZ_REQUIRE(verdict->result == result);
    FUZZ_REQUIRE(result == INV_OK || verdict->why[0] != '\0');
    FUZZ_REQUIRE(result != INV_PASSWORD_REFUSED || verdict->text[0] != '\0');
    for (const char *byte = verdict->why; *byte != '\0'; byte++)
        FUZZ_REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}
