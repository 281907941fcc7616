/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration and the key file. Input: the bytes of either. */
#include <regex.h>
#include <string.h>

#include "common/config/reader.h"
#include "fuzz.h"
#include "invitegate/dn.h"
#include "invitegate/utf8.h"
#include "material.h"

int __real_regcomp(regex_t *pattern, const char *text, int flags);
int __wrap_regcomp(regex_t *pattern, const char *text, int flags);

/*
 * glibc compiles ((a{255}){255}){255} for minutes and into gigabytes. The pattern is the admin's
 * own; this keeps such ones from hiding everything else.
 */
int __wrap_regcomp(regex_t *pattern, const char *text, int flags)
{
    const char *brace = strchr(text, '{');

    if (strlen(text) > 100 || (brace != NULL && strchr(brace + 1, '{') != NULL))
        return REG_ESPACE;
    return __real_regcomp(pattern, text, flags);
}

/* A value or a name: what the form allows, and nothing of the line around it. */
static void require_piece(const reader_file *file, const char *piece, size_t size)
{
    size_t length = strlen(piece);

    FUZZ_REQUIRE(piece >= file->bytes && piece + length <= file->bytes + size);
    FUZZ_REQUIRE(inv_utf8_valid(piece, length) && strchr(piece, '\n') == NULL);
    FUZZ_REQUIRE(length == 0 ||
                 (strchr(" \t", piece[0]) == NULL && strchr(" \t", piece[length - 1]) == NULL));
}

/* The file written anew, one piece a line as it was read; the caller frees it. */
static char *write_anew(const reader_file *file, size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);

    FUZZ_REQUIRE(stream != NULL);
    for (size_t i = 0; i < file->section_count; i++) {
        const reader_section *section = &file->sections[i];

        (void)fprintf(stream, "[%s]\n", section->name);
        for (size_t j = 0; j < section->key_count; j++)
            (void)fprintf(stream, "%s=%s\n", section->keys[j].name, section->keys[j].value);
    }
    FUZZ_REQUIRE(fclose(stream) == 0);
    return text;
}

static void require_same(const reader_file *a, const reader_file *b)
{
    FUZZ_REQUIRE(a->section_count == b->section_count);
    for (size_t i = 0; i < a->section_count; i++) {
        FUZZ_REQUIRE(strcmp(a->sections[i].name, b->sections[i].name) == 0);
        FUZZ_REQUIRE(a->sections[i].key_count == b->sections[i].key_count);
        for (size_t j = 0; j < a->sections[i].key_count; j++)
            FUZZ_REQUIRE(strcmp(a->sections[i].keys[j].name, b->sections[i].keys[j].name) == 0 &&
                         strcmp(a->sections[i].keys[j].value, b->sections[i].keys[j].value) == 0);
    }
}

static void require_form(const reader_file *file, size_t size)
{
    unsigned line = 0;

    for (size_t i = 0; i < file->section_count; i++) {
        const reader_section *section = &file->sections[i];

        require_piece(file, section->name, size);
        FUZZ_REQUIRE(section->line > line && *section->name != '\0');
        FUZZ_REQUIRE(reader_find_section(file, section->name) == section);
        line = section->line;
        for (size_t j = 0; j < section->key_count; j++) {
            const reader_key *key = &section->keys[j];

            require_piece(file, key->name, size);
            require_piece(file, key->value, size);
            FUZZ_REQUIRE(key->line > line && *key->name != '\0');
            FUZZ_REQUIRE(reader_find_key(section, key->name) == key);
            FUZZ_REQUIRE(reader_line_of(file, section->name, key->name) == key->line);
            line = key->line;
        }
    }
}

static void require_list(char **list)
{
    FUZZ_REQUIRE(list != NULL);
    for (size_t i = 0; list[i] != NULL; i++)
        FUZZ_REQUIRE(strlen(list[i]) < 65536);
}

static void require_domain(const inv_config *config, const inv_domain *domain)
{
    FUZZ_REQUIRE(inv_config_domain(config, domain->name) == domain);
    FUZZ_REQUIRE(inv_dn_valid(domain->invites) && inv_dn_valid(domain->people) &&
                 inv_dn_valid(domain->rosters));
    FUZZ_REQUIRE(!inv_dn_equal(domain->invites, domain->people));
    FUZZ_REQUIRE(domain->account_rdn[0] != '\0' && domain->name_filter[0] == '(');
    FUZZ_REQUIRE(domain->verifiers != 0 && domain->scram_iterations >= 4096);
    FUZZ_REQUIRE(domain->claim_grace * 1000 >= 20 * config->directory.timeout_ms);
    FUZZ_REQUIRE(domain->default_expiry > 0 && domain->reset_expiry > 0 &&
                 domain->reset_filter != NULL && domain->admin_filter != NULL &&
                 domain->roster_group != NULL && domain->landing_url != NULL);
    require_list(domain->account_classes);
    require_list(domain->reserved_names);
    require_list(domain->allowed_groups);
    for (size_t i = 0; i < domain->account_attribute_count; i++)
        FUZZ_REQUIRE(domain->account_attributes[i].attribute[0] != '\0' &&
                     domain->account_attributes[i].value != NULL);
}

static void require_config(const inv_config *config)
{
    require_list(config->directory.uris);
    FUZZ_REQUIRE(config->directory.uris[0] != NULL && config->directory.timeout_ms > 0);
    FUZZ_REQUIRE(config->key_file[0] != '\0' && config->agent.workers > 0);
    FUZZ_REQUIRE(
        config->directory.bind == INV_BIND_EXTERNAL ||
        (config->directory.bind_dn[0] != '\0' && config->directory.bind_password_file[0] != '\0'));
    FUZZ_REQUIRE(config->domain_count > 0);
    for (size_t i = 0; i < config->domain_count; i++)
        require_domain(config, &config->domains[i]);
}

static void require_refusal(inv_result result, const void *made, const inv_verdict *verdict)
{
    FUZZ_REQUIRE(result == INV_CONFIG || result == INV_NO_MEMORY);
    FUZZ_REQUIRE(made == NULL);
    fuzz_require_verdict(verdict, result);
}

/* The reader alone: what it takes reads the same when it is written anew. */
static void read_form(const uint8_t *data, size_t size)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    reader_file *file = NULL;
    reader_file *again = NULL;
    size_t length = 0;
    char *text;
    inv_result result = reader_parse("F", (const char *)data, size, &file, &verdict);

    if (result != INV_OK) {
        require_refusal(result, file, &verdict);
        return;
    }
    require_form(file, size);
    text = write_anew(file, &length);
    FUZZ_REQUIRE(reader_parse("F", text, length, &again, &verdict) == INV_OK);
    require_same(file, again);
    free(text);
    reader_free(&again);
    reader_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_file file = {.descriptor = -1};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;
    inv_keys *keys = NULL;
    inv_result result;

    if (file.descriptor < 0)
        file = fuzz_file_new();
    read_form(data, size);
    fuzz_file_write(&file, data, size);
    result = inv_config_read(file.path, &config, &verdict);
    if (result == INV_OK)
        require_config(config);
    else
        require_refusal(result, config, &verdict);
    inv_config_free(&config);

    verdict = (inv_verdict)INV_VERDICT_INIT;
    result = inv_keys_read(file.path, &keys, &verdict);
    if (result == INV_OK)
        FUZZ_REQUIRE(inv_keys_count(keys) > 0 && inv_keys_find(keys, inv_keys_id(keys, 0)) != NULL);
    else
        require_refusal(result, keys, &verdict);
    inv_keys_free(&keys);
    return 0;
}
