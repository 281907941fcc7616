/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/config.h"

#include <errno.h>
#include <idn-free.h>
#include <idna.h>
#include <ini_configobj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own_locale.h"
#include "check.h"
#include "invitegate/ascii.h"
#include "keys.h"
#include "text.h"

#define DOMAIN_SECTION  "domain"
#define DOMAIN_NAME_MAX 253U
#define SHOWN_VALUE     80 /* characters of a bad value in an error */

/* ----------------------------------------------------------------------------------- parsing */

/* libini's error list says "Error (CODE) on line LINE: ..."; the words may be translated. */
static bool read_parse_error(const char *text, int *code, unsigned *line)
{
    const char *digits = strchr(text, '(');
    char *end;
    long value;

    if (digits == NULL)
        return false;
    value = strtol(digits + 1, &end, 10);
    if (*end != ')' || value <= 0 || value > ERR_MAXPARSE)
        return false;
    *code = (int)value;
    digits = end + strcspn(end, "0123456789");
    value = strtol(digits, &end, 10);
    if (end == digits || value <= 0 || value > (long)INV_CONFIG_TEXT_MAX)
        return false;
    *line = (unsigned)value;
    return true;
}

static const char *parse_error_remedy(int code)
{
    switch (code) {
    case ERR_NOEQUAL:
        return "has no '='; a line is key = value, [section], or a comment whose # stands in the "
               "first column";
    case ERR_NOCLOSESEC:
        return "does not end with ']'; a section is [name] and a comment needs a line of its own";
    case ERR_NOSECTION:
        return "has no section name";
    case ERR_NOKEY:
        return "has no key in front of '='";
    case ERR_DUPKEY:
        return "repeats a key of this section; keep one of them";
    case ERR_DUPSECTION:
        return "repeats a section; put its keys together";
    case ERR_LONGKEY:
    case ERR_SECTIONLONG:
        return "has a name that is too long";
    default:
        return NULL;
    }
}

static inv_result report_parse_error(const inv_config_reader *reader, int error)
{
    char **errors = NULL;
    const char *remedy = NULL;
    inv_config_piece name;
    unsigned line = 0;
    int code = 0;

    if (error == ENOMEM)
        return inv_verdict_no_memory(reader->verdict);
    if (ini_config_get_errors(reader->values, &errors) != 0 || errors == NULL ||
        errors[0] == NULL) {
        (void)inv_verdict_set(reader->verdict, INV_CONFIG, "%s cannot be parsed: %s", reader->path,
                              strerror(error));
    } else if (read_parse_error(errors[0], &code, &line) &&
               (remedy = parse_error_remedy(code)) != NULL) {
        name = inv_config_line_name(inv_config_text_line(&reader->text, line));
        (void)inv_verdict_set(reader->verdict, INV_CONFIG, "%s:%u: '%.*s' %s", reader->path, line,
                              (int)(name.length < SHOWN_VALUE ? name.length : SHOWN_VALUE),
                              name.start, remedy);
    } else {
        (void)inv_verdict_set(reader->verdict, INV_CONFIG, "%s: %s", reader->path, errors[0]);
    }
    if (errors != NULL)
        ini_config_free_errors(errors);
    return INV_CONFIG;
}

static inv_result parse_text(inv_config_reader *reader)
{
    struct ini_cfgfile *file = NULL;
    int error;

    error = ini_config_file_from_mem(reader->text.bytes, (uint32_t)reader->text.length, &file);
    if (error == 0)
        error = ini_config_create(&reader->values);
    if (error == 0)
        error =
            ini_config_parse(file, INI_STOP_ON_ANY, INI_MV1S_ERROR | INI_MV2S_ERROR | INI_MS_ERROR,
                             INI_PARSE_NOWRAP | INI_PARSE_NO_C_COMMENTS, reader->values);
    if (file != NULL)
        ini_config_file_destroy(file);
    return error == 0 ? INV_OK : report_parse_error(reader, error);
}

static inv_result read_text(inv_config_reader *reader)
{
    int descriptor = inv_config_open_file(reader->path, false, reader->verdict);
    inv_result result;

    if (descriptor < 0)
        return reader->verdict->result;
    result = inv_config_text_read(descriptor, reader->path, &reader->text, reader->verdict);
    (void)close(descriptor);
    if (result != INV_OK)
        return result;
    return inv_config_text_check(&reader->text, reader->path, reader->verdict);
}

/* ---------------------------------------------------------------------- one key, one section */

static inv_result find_value(const inv_config_reader *reader, const char *section, const char *key,
                             struct value_obj **found)
{
    int error = ini_get_config_valueobj(section, key, reader->values, INI_GET_FIRST_VALUE, found);

    if (error == ENOMEM)
        return inv_verdict_no_memory(reader->verdict);
    return error == 0 ? INV_OK
                      : inv_verdict_set(reader->verdict, INV_CONFIG, "%s: [%s] %s: %s",
                                        reader->path, section, key, strerror(error));
}

unsigned inv_config_line_of(const inv_config_reader *reader, const char *section, const char *key)
{
    struct value_obj *value = NULL;
    uint32_t line = 0;

    if (key != NULL && find_value(reader, section, key, &value) == INV_OK && value != NULL &&
        value_get_line(value, &line) == 0)
        return line;
    return inv_config_text_section_line(&reader->text, section);
}

static inv_result report_value(const inv_config_reader *reader, const char *section,
                               const inv_config_row *row, const char *value, const char *reason)
{
    return inv_verdict_set(reader->verdict, INV_CONFIG, "%s:%u: [%s] %s = %.*s: must be %s%s%s%s",
                           reader->path, inv_config_line_of(reader, section, row->key), section,
                           row->key, SHOWN_VALUE, value, row->expected, *reason != '\0' ? " (" : "",
                           reason, *reason != '\0' ? ")" : "");
}

static inv_result read_key(const inv_config_reader *reader, const char *section,
                           const inv_config_row *row, void *base)
{
    char reason[INV_CONFIG_REASON_SIZE] = "";
    struct value_obj *found = NULL;
    const char *value = row->preset;
    inv_result result = find_value(reader, section, row->key, &found);

    if (result != INV_OK)
        return result;
    if (found != NULL && value_get_concatenated(found, &value) != 0)
        return inv_verdict_no_memory(reader->verdict);
    if (value == NULL)
        return inv_verdict_set(reader->verdict, INV_CONFIG,
                               "%s:%u: [%s] lacks the key %s: it must be %s", reader->path,
                               inv_config_line_of(reader, section, NULL), section, row->key,
                               row->expected);
    result = row->parser(value, (char *)base + row->offset, reason);
    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(reader->verdict);
    return result == INV_OK ? INV_OK : report_value(reader, section, row, value, reason);
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

/* Keys of earlier releases: a key exists only as long as it does something. */
static bool is_former_key(const char *key)
{
    return inv_ascii_equal(key, "allow_password_change");
}

static inv_result report_unknown_key(const inv_config_reader *reader, const char *section,
                                     const char *kind, const char *key)
{
    const inv_config_row *elsewhere = find_row(NULL, key);
    unsigned line = inv_config_line_of(reader, section, key);
    char known[400];

    if (*key == '#' || *key == ';')
        return inv_verdict_set(reader->verdict, INV_CONFIG,
                               "%s:%u: [%s] a comment's %c must stand in the first column",
                               reader->path, line, section, *key);
    if (elsewhere != NULL)
        return inv_verdict_set(reader->verdict, INV_CONFIG, "%s:%u: [%s] %s belongs in [%s%s]",
                               reader->path, line, section, elsewhere->key, elsewhere->section,
                               strcmp(elsewhere->section, DOMAIN_SECTION) == 0 ? " NAME" : "");
    if (is_former_key(key))
        return inv_verdict_set(reader->verdict, INV_CONFIG,
                               "%s:%u: [%s] there is no key %s any more, it never had an effect: "
                               "remove the line",
                               reader->path, line, section, key);
    list_keys(kind, known, sizeof(known));
    return inv_verdict_set(reader->verdict, INV_CONFIG,
                           "%s:%u: [%s] unknown key %.*s; known here:%s", reader->path, line,
                           section, SHOWN_VALUE, key, known);
}

static inv_result refuse_unknown_keys(const inv_config_reader *reader, const char *section,
                                      const char *kind)
{
    int count = 0;
    int error = 0;
    char **keys = ini_get_attribute_list(reader->values, section, &count, &error);
    inv_result result = INV_OK;

    if (keys == NULL)
        return inv_verdict_no_memory(reader->verdict);
    for (int i = 0; result == INV_OK && i < count; i++) {
        if (find_row(kind, keys[i]) == NULL)
            result = report_unknown_key(reader, section, kind, keys[i]);
    }
    ini_free_attribute_list(keys);
    return result;
}

/* section: as it stands in the file. One that is absent gives all keys their defaults. */
static inv_result read_section(const inv_config_reader *reader, const char *section,
                               const char *kind, void *base)
{
    inv_result result = INV_OK;

    for (const inv_config_row *row = inv_config_rows(); row->section != NULL; row++) {
        if (strcmp(row->section, kind) != 0)
            continue;
        result = read_key(reader, section, row, base);
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

static inv_result read_domain(inv_config_reader *reader, const char *section, const char *name)
{
    inv_config *config = reader->config;
    inv_domain *domain = &config->domains[config->domain_count];
    inv_result result;

    domain->name = strdup(name);
    if (domain->name == NULL)
        return inv_verdict_no_memory(reader->verdict);
    config->domain_count++;
    for (char *letter = domain->name; *letter != '\0'; letter++) {
        if (*letter >= 'A' && *letter <= 'Z')
            *letter = (char)(*letter - 'A' + 'a');
    }
    if (!is_domain_name(domain->name))
        return inv_verdict_set(reader->verdict, INV_CONFIG,
                               "%s:%u: [%.*s] must be [domain NAME] with NAME a DNS name, such as "
                               "example.org, in A-labels (xn--...) where it is international",
                               reader->path, inv_config_line_of(reader, section, NULL), SHOWN_VALUE,
                               section);
    if (inv_config_domain(config, domain->name) != domain)
        return inv_verdict_set(reader->verdict, INV_CONFIG, "%s:%u: [%s] repeats a domain",
                               reader->path, inv_config_line_of(reader, section, NULL), section);
    result = refuse_unknown_keys(reader, section, DOMAIN_SECTION);
    if (result == INV_OK)
        result = read_section(reader, section, DOMAIN_SECTION, domain);
    if (result == INV_OK)
        result = inv_config_check_domain(reader, section, domain);
    return result;
}

static inv_result read_named_section(inv_config_reader *reader, const char *section)
{
    const char *kind = find_single_section(section);
    const char *name = domain_of_section(section);

    if (kind != NULL)
        return refuse_unknown_keys(reader, section, kind);
    if (name != NULL)
        return read_domain(reader, section, name);
    return inv_verdict_set(reader->verdict, INV_CONFIG,
                           "%s:%u: unknown section [%.*s]; there are [directory], [tokens], [log], "
                           "[domain NAME] and [agent]",
                           reader->path, inv_config_line_of(reader, section, NULL), SHOWN_VALUE,
                           section);
}

static inv_result read_sections(inv_config_reader *reader)
{
    inv_config *config = reader->config;
    int count = 0;
    int error = 0;
    char **sections = ini_get_section_list(reader->values, &count, &error);
    inv_result result = INV_OK;

    if (sections == NULL)
        return inv_verdict_no_memory(reader->verdict);
    config->domains = calloc((size_t)count + 1, sizeof(*config->domains));
    if (config->domains == NULL) {
        result = inv_verdict_no_memory(reader->verdict);
        goto cleanup;
    }
    /* The single ones first: the checks of a domain look at the timeout. */
    for (size_t i = 0; result == INV_OK && single_sections[i] != NULL; i++)
        result = read_section(reader, single_sections[i], single_sections[i],
                              section_base(config, single_sections[i]));
    for (int i = 0; result == INV_OK && i < count; i++)
        result = read_named_section(reader, sections[i]);
    if (result == INV_OK)
        result = inv_config_check(reader);

cleanup:
    ini_free_section_list(sections);
    return result;
}

/* ---------------------------------------------------------------------------------- the room */

inv_result inv_config_read(const char *path, inv_config **config, inv_verdict *verdict)
{
    inv_config_reader reader = {.path = path != NULL ? path : INV_CONFIG_PATH, .verdict = verdict};
    locale_t before = own_locale_enter(true); /* libini compares the names of keys by it */
    inv_result result = INV_OK;

    *config = NULL;
    reader.config = calloc(1, sizeof(*reader.config));
    if (reader.config != NULL)
        reader.config->path = strdup(reader.path);
    if (reader.config == NULL || reader.config->path == NULL) {
        result = inv_verdict_no_memory(verdict);
        goto cleanup;
    }
    result = read_text(&reader);
    if (result == INV_OK)
        result = parse_text(&reader);
    if (result == INV_OK)
        result = read_sections(&reader);
    if (result == INV_OK) {
        *config = reader.config;
        reader.config = NULL;
    }

cleanup:
    own_locale_leave(before);
    inv_config_free(&reader.config);
    if (reader.values != NULL)
        ini_config_destroy(reader.values);
    free(reader.text.bytes);
    return result;
}

static void free_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

static void free_domain(inv_domain *domain)
{
    free(domain->name);
    free(domain->invites);
    free(domain->people);
    free(domain->rosters);
    free(domain->account_rdn);
    free_list(domain->account_classes);
    for (size_t i = 0; i < domain->account_attribute_count; i++) {
        free(domain->account_attributes[i].attribute);
        free(domain->account_attributes[i].value);
    }
    free(domain->account_attributes);
    free(domain->name_search_base);
    free(domain->name_filter);
    free(domain->group_search_base);
    free(domain->group_filter);
    if (domain->name_pattern_text != NULL)
        regfree(&domain->name_pattern);
    free(domain->name_pattern_text);
    free_list(domain->reserved_names);
    free_list(domain->allowed_groups);
    free(domain->reset_filter);
    free(domain->roster_group);
    free(domain->landing_url);
    free(domain->pam_service);
}

void inv_config_free(inv_config **config)
{
    inv_config *old = *config;

    *config = NULL;
    if (old == NULL)
        return;
    free(old->path);
    free_list(old->directory.uris);
    free(old->directory.bind_dn);
    free(old->directory.bind_password_file);
    free(old->directory.ca_file);
    free(old->key_file);
    for (size_t i = 0; i < old->domain_count; i++)
        free_domain(&old->domains[i]);
    free(old->domains);
    free(old->agent.socket);
    free(old->agent.socket_group);
    free(old);
}

const inv_domain *inv_config_domain(const inv_config *config, const char *name)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (inv_ascii_equal(config->domains[i].name, name))
            return &config->domains[i];
    }
    return NULL;
}
