/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration and the key file. Input: the bytes of either. */
#include <regex.h>
#include <string.h>

#include "fuzz.h"
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
                 domain->reset_filter != NULL && domain->roster_group != NULL &&
                 domain->landing_url != NULL);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_file file = {.descriptor = -1};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_config *config = NULL;
    inv_keys *keys = NULL;
    inv_result result;

    if (file.descriptor < 0)
        file = fuzz_file_new();
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
