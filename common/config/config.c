/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/config.h"

#include <idn-free.h>
#include <idna.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own_locale.h"
#include "check.h"
#include "invitegate/ascii.h"
#include "invitegate/trusted_file.h"
#include "keys.h"
#include "reader.h"

#define DOMAIN_SECTION  "domain"
#define DOMAIN_NAME_MAX 253U
#define SHOWN_VALUE     80 /* characters of a bad value in an error */

static inv_result read_file(config_reading *reading)
{
    int descriptor = inv_trusted_file_open(reading->path, false,
                                           "config-examples/invitegate.conf is one to begin with",
                                           reading->verdict);
    inv_result result;

    if (descriptor < 0)
        return INV_CONFIG;
    result = reader_load(reading->path, descriptor, &reading->file, reading->verdict);
    (void)close(descriptor);
    return result;
}

/* ---------------------------------------------------------------------- one key, one section */

static inv_result report_value(const config_reading *reading, const char *section,
                               const inv_config_row *row, const char *value, const char *reason)
{
    return inv_verdict_set(reading->verdict, INV_CONFIG, "%s:%u: [%s] %s = %.*s: must be %s%s%s%s",
                           reading->path, reader_line_of(reading->file, section, row->key), section,
                           row->key, SHOWN_VALUE, value, row->expected, *reason != '\0' ? " (" : "",
                           reason, *reason != '\0' ? ")" : "");
}

static inv_result read_key(const config_reading *reading, const char *section,
                           const inv_config_row *row, void *base)
{
    char reason[INV_CONFIG_REASON_SIZE] = "";
    const reader_section *found = reader_find_section(reading->file, section);
    const reader_key *key = found != NULL ? reader_find_key(found, row->key) : NULL;
    const char *value = key != NULL ? key->value : row->preset;
    inv_result result;

    if (value == NULL)
        return inv_verdict_set(reading->verdict, INV_CONFIG,
                               "%s:%u: [%s] lacks the key %s: it must be %s", reading->path,
                               reader_line_of(reading->file, section, NULL), section, row->key,
                               row->expected);
    result = row->parser(value, (char *)base + row->offset, reason);
    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(reading->verdict);
    return result == INV_OK ? INV_OK : report_value(reading, section, row, value, reason);
}

static const inv_config_row *find_row(const char *kind, const char *key)
{
    const inv_config_row *row = inv_config_rows();

    for (; row->section != NULL; row++) {
        if ((kind == NULL || strcmp(row->section, kind) == 0) && inv_ascii_equal(row->key, key))
            return row;
    }
    return NULL;
}

/* The keys of a kind of section with a space in front of each, as many as there is room for. */
static void list_keys(const char *kind, char *list, size_t size)
{
    size_t used = 0;

    for (const inv_config_row *row = inv_config_rows(); row->section != NULL; row++) {
        size_t length = strlen(row->key);

        if (strcmp(row->section, kind) != 0 || used + length + 2 > size)
            continue;
        list[used] = ' ';
        memcpy(list + used + 1, row->key, length);
        used += length + 1;
    }
    list[used] = '\0';
}

/* Keys of earlier releases, which had no effect and were taken out. */
static bool is_former_key(const char *key)
{
    return inv_ascii_equal(key, "allow_password_change");
}

static inv_result report_unknown_key(const config_reading *reading, const char *section,
                                     const char *kind, const reader_key *key)
{
    const inv_config_row *elsewhere = find_row(NULL, key->name);
    char known[400];

    if (elsewhere != NULL)
        return inv_verdict_set(reading->verdict, INV_CONFIG, "%s:%u: [%s] %s belongs in [%s%s]",
                               reading->path, key->line, section, elsewhere->key,
                               elsewhere->section,
                               strcmp(elsewhere->section, DOMAIN_SECTION) == 0 ? " NAME" : "");
    if (is_former_key(key->name))
        return inv_verdict_set(reading->verdict, INV_CONFIG,
                               "%s:%u: [%s] there is no key %s any more, it never had an effect: "
                               "remove the line",
                               reading->path, key->line, section, key->name);
    list_keys(kind, known, sizeof(known));
    return inv_verdict_set(reading->verdict, INV_CONFIG,
                           "%s:%u: [%s] unknown key %.*s; known here:%s", reading->path, key->line,
                           section, SHOWN_VALUE, key->name, known);
}

static inv_result refuse_unknown_keys(const config_reading *reading, const reader_section *section,
                                      const char *kind)
{
    for (size_t i = 0; i < section->key_count; i++) {
        if (find_row(kind, section->keys[i].name) == NULL)
            return report_unknown_key(reading, section->name, kind, &section->keys[i]);
    }
    return INV_OK;
}

/* section: its name as written in the file. One that is absent gives all keys their defaults. */
static inv_result read_section(const config_reading *reading, const char *section, const char *kind,
                               void *base)
{
    inv_result result = INV_OK;

    for (const inv_config_row *row = inv_config_rows(); row->section != NULL; row++) {
        if (strcmp(row->section, kind) != 0)
            continue;
        result = read_key(reading, section, row, base);
        if (result != INV_OK)
            break;
    }
    return result;
}

/* ------------------------------------------------------------------------------ all sections */

/* What a section of this kind is read into, or NULL. */
static void *section_base(inv_config *config, const char *kind)
{
    if (strcmp(kind, "directory") == 0)
        return &config->directory;
    if (strcmp(kind, "tokens") == 0 || strcmp(kind, "log") == 0)
        return config;
    if (strcmp(kind, "agent") == 0)
        return &config->agent;
    return NULL;
}

static const char *const single_sections[] = {"directory", "tokens", "log", "agent", NULL};

static const char *find_single_section(const char *section)
{
    for (size_t i = 0; single_sections[i] != NULL; i++) {
        if (inv_ascii_equal(single_sections[i], section))
            return single_sections[i];
    }
    return NULL;
}

/* The name in "domain NAME", "" when it is missing, NULL for another section. */
static const char *domain_of_section(const char *section)
{
    size_t length = strlen(DOMAIN_SECTION);

    if (strlen(section) < length || !inv_ascii_equal_in(section, DOMAIN_SECTION, length))
        return NULL;
    if (section[length] != ' ' && section[length] != '\0')
        return NULL;
    section += length;
    return section + strspn(section, " ");
}

/* Lower case; each A-label must decode to something that encodes to it again. */
static bool is_domain_name(const char *name)
{
    char *encoded = NULL;
    char *decoded = NULL;
    bool good = false;
    size_t length = strlen(name);

    if (length == 0 || length > DOMAIN_NAME_MAX || name[length - 1] == '.')
        return false;
    if (idna_to_unicode_8z8z(name, &decoded, IDNA_USE_STD3_ASCII_RULES) != IDNA_SUCCESS ||
        strncmp(decoded, IDNA_ACE_PREFIX, strlen(IDNA_ACE_PREFIX)) == 0 ||
        strstr(decoded, "." IDNA_ACE_PREFIX) != NULL)
        goto cleanup;
    good = idna_to_ascii_8z(decoded, &encoded, IDNA_USE_STD3_ASCII_RULES) == IDNA_SUCCESS &&
           strcmp(encoded, name) == 0;

cleanup:
    idn_free(encoded);
    idn_free(decoded);
    return good;
}

static inv_result read_domain(config_reading *reading, const reader_section *section,
                              const char *name)
{
    inv_config *config = reading->config;
    inv_domain *domain = &config->domains[config->domain_count];
    inv_result result;

    domain->name = strdup(name);
    if (domain->name == NULL)
        return inv_verdict_no_memory(reading->verdict);
    config->domain_count++;
    for (char *letter = domain->name; *letter != '\0'; letter++) {
        if (*letter >= 'A' && *letter <= 'Z')
            *letter = (char)(*letter - 'A' + 'a');
    }
    if (!is_domain_name(domain->name))
        return inv_verdict_set(reading->verdict, INV_CONFIG,
                               "%s:%u: [%.*s] must be [domain NAME] with NAME a DNS name, such as "
                               "example.org, in A-labels (xn--...) where it is international",
                               reading->path, section->line, SHOWN_VALUE, section->name);
    if (inv_config_domain(config, domain->name) != domain)
        return inv_verdict_set(reading->verdict, INV_CONFIG, "%s:%u: [%s] repeats a domain",
                               reading->path, section->line, section->name);
    result = refuse_unknown_keys(reading, section, DOMAIN_SECTION);
    if (result == INV_OK)
        result = read_section(reading, section->name, DOMAIN_SECTION, domain);
    if (result == INV_OK)
        result = inv_config_check_domain(reading, section->name, domain);
    return result;
}

static inv_result read_named_section(config_reading *reading, const reader_section *section)
{
    const char *kind = find_single_section(section->name);
    const char *name = domain_of_section(section->name);

    if (kind != NULL)
        return refuse_unknown_keys(reading, section, kind);
    if (name != NULL)
        return read_domain(reading, section, name);
    return inv_verdict_set(reading->verdict, INV_CONFIG,
                           "%s:%u: unknown section [%.*s]; there are [directory], [tokens], [log], "
                           "[domain NAME] and [agent]",
                           reading->path, section->line, SHOWN_VALUE, section->name);
}

static inv_result read_sections(config_reading *reading)
{
    inv_config *config = reading->config;
    size_t count = reading->file->section_count;
    inv_result result = INV_OK;

    config->domains = calloc(count + 1, sizeof(*config->domains));
    if (config->domains == NULL)
        return inv_verdict_no_memory(reading->verdict);
    /* The single ones first: the check of a domain needs the timeout of [directory]. */
    for (size_t i = 0; result == INV_OK && single_sections[i] != NULL; i++)
        result = read_section(reading, single_sections[i], single_sections[i],
                              section_base(config, single_sections[i]));
    for (size_t i = 0; result == INV_OK && i < count; i++)
        result = read_named_section(reading, &reading->file->sections[i]);
    return result == INV_OK ? inv_config_check(reading) : result;
}

/* ------------------------------------------------------------------------------------ the faces */

inv_result inv_config_read(const char *path, inv_config **config, inv_verdict *verdict)
{
    config_reading reading = {.path = path != NULL ? path : INV_CONFIG_PATH, .verdict = verdict};
    /*
     * in C, so that what libraries compare, and their words in errors, do not depend on the host's
     * locale
     */
    locale_t before = own_locale_enter(true);
    inv_result result = INV_OK;

    *config = NULL;
    reading.config = calloc(1, sizeof(*reading.config));
    if (reading.config != NULL)
        reading.config->path = strdup(reading.path);
    if (reading.config == NULL || reading.config->path == NULL) {
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    result = read_file(&reading);
    if (result == INV_OK)
        result = read_sections(&reading);
    if (result == INV_OK) {
        *config = reading.config;
        reading.config = NULL;
    }

cleanup:
    own_locale_leave(before);
    inv_config_free(&reading.config);
    reader_free(&reading.file);
    return result;
}
