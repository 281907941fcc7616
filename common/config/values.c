/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/own_locale.h"
#include "descriptor.h"
#include "group_filter.h"
#include "invitegate/ascii.h"
#include "invitegate/dn.h"
#include "invitegate/timestamp.h"
#include "invitegate/utf8.h"
#include "keys.h"

#define MILLISECONDS_A_SECOND 1000L
#define TIMEOUT_SECONDS_MAX   60L

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

bool inv_config_is_dn(const char *text)
{
    return *text != '\0' && inv_dn_valid(text);
}

/* ------------------------------------------------------------------------- one of some words */

/* The index of value among words (NULL ends them), or -1. */
static int find_word(const char *value, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0)
            return i;
    }
    return -1;
}

static inv_result parse_switch(const char *value, void *field, const char *off, const char *on)
{
    const char *const words[] = {off, on, NULL};
    int found = find_word(value, words);

    if (found < 0)
        return INV_CONFIG;
    *(bool *)field = found == 1;
    return INV_OK;
}

inv_result inv_config_parse_boolean(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_switch(value, field, "no", "yes");
}

inv_result inv_config_parse_starttls(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_switch(value, field, "no", "demand");
}

inv_result inv_config_parse_log_target(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_switch(value, field, "syslog", "stderr");
}

inv_result inv_config_parse_inviter_gone(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_switch(value, field, "no-pair", "refuse");
}

inv_result inv_config_parse_bind(const char *value, void *field, char *reason)
{
    bool simple;

    (void)reason;
    if (parse_switch(value, &simple, "external", "simple") != INV_OK)
        return INV_CONFIG;
    *(inv_bind_method *)field = simple ? INV_BIND_SIMPLE : INV_BIND_EXTERNAL;
    return INV_OK;
}

inv_result inv_config_parse_log_level(const char *value, void *field, char *reason)
{
    static const char *const words[] = {"error", "warning", "notice", "info", "debug", NULL};
    int found = find_word(value, words);

    (void)reason;
    if (found < 0)
        return INV_CONFIG;
    *(inv_log_level *)field = (inv_log_level)found; /* the words have the enum's order */
    return INV_OK;
}

/* ------------------------------------------------------------------------ numbers, durations */

/* The length bytes are a decimal number from lowest to highest. */
static bool read_number(const char *text, size_t length, unsigned lowest, unsigned highest,
                        unsigned *number)
{
    unsigned long value = 0;

    if (length == 0 || length > 9)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
        value = value * 10 + (unsigned long)(text[i] - '0');
    }
    if (value < lowest || value > highest)
        return false;
    *number = (unsigned)value;
    return true;
}

static inv_result parse_number(const char *value, void *field, unsigned lowest, unsigned highest)
{
    return read_number(value, strlen(value), lowest, highest, field) ? INV_OK : INV_CONFIG;
}

inv_result inv_config_parse_workers(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_number(value, field, 1, 256);
}

inv_result inv_config_parse_open_invites(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_number(value, field, 1, 1000000);
}

inv_result inv_config_parse_scram_iterations(const char *value, void *field, char *reason)
{
    (void)reason;
    return parse_number(value, field, 4096, 1000000);
}

inv_result inv_config_parse_duration(const char *value, void *field, char *reason)
{
    long seconds;

    (void)reason;
    if (!inv_timestamp_parse_duration(value, &seconds) || seconds < 1)
        return INV_CONFIG;
    *(long *)field = seconds;
    return INV_OK;
}

inv_result inv_config_parse_timeout(const char *value, void *field, char *reason)
{
    long seconds;

    if (inv_config_parse_duration(value, &seconds, reason) != INV_OK ||
        seconds > TIMEOUT_SECONDS_MAX)
        return INV_CONFIG;
    *(long *)field = seconds * MILLISECONDS_A_SECOND;
    return INV_OK;
}

inv_result inv_config_parse_rate(const char *value, void *field, char *reason)
{
    static const struct {
        const char *name;
        long seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    const char *slash = strchr(value, '/');
    inv_rate *rate = field;

    (void)reason;
    if (slash == NULL || !read_number(value, (size_t)(slash - value), 1, 1000000, &rate->count))
        return INV_CONFIG;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(slash + 1, units[i].name) == 0) {
            rate->seconds = units[i].seconds;
            return INV_OK;
        }
    }
    return INV_CONFIG;
}

inv_result inv_config_parse_mode(const char *value, void *field, char *reason)
{
    unsigned mode = 0;

    (void)reason;
    if (*value == '0')
        value++;
    if (strlen(value) != 3)
        return INV_CONFIG;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '7')
            return INV_CONFIG;
        mode = mode * 8 + (unsigned)(*value - '0');
    }
    if ((mode & 0600) != 0600)
        return INV_CONFIG;
    *(mode_t *)field = (mode_t)mode;
    return INV_OK;
}

/* ------------------------------------------------------------------------------------- texts */

static inv_result keep(const char *value, void *field)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return INV_NO_MEMORY;
    *(char **)field = copy;
    return INV_OK;
}

static inv_result keep_if(bool good, const char *value, void *field)
{
    return good ? keep(value, field) : INV_CONFIG;
}

inv_result inv_config_parse_text(const char *value, void *field, char *reason)
{
    if (!inv_utf8_is_text(value, strlen(value))) {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "it has a tab or another control character");
        return INV_CONFIG;
    }
    return keep_if(*value != '\0', value, field);
}

inv_result inv_config_parse_path(const char *value, void *field, char *reason)
{
    (void)reason;
    return keep_if(*value == '/', value, field);
}

inv_result inv_config_parse_optional_path(const char *value, void *field, char *reason)
{
    (void)reason;
    return keep_if(*value == '/' || *value == '\0', value, field);
}

inv_result inv_config_parse_socket(const char *value, void *field, char *reason)
{
    (void)reason;
    return keep_if(*value == '/' && strlen(value) < sizeof(((struct sockaddr_un *)0)->sun_path),
                   value, field);
}

inv_result inv_config_parse_word(const char *value, void *field, char *reason)
{
    (void)reason;
    return keep_if(strpbrk(value, " \t/\"#") == NULL, value, field);
}

inv_result inv_config_parse_landing_url(const char *value, void *field, char *reason)
{
    static const char *const schemes[] = {"https://", "http://"};
    bool good = *value == '\0';

    (void)reason;
    for (size_t i = 0; !good && i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i]);

        good = strncmp(value, schemes[i], length) == 0 && value[length] != '\0' &&
               value[length] != '/';
    }
    return keep_if(good && strpbrk(value, " \t\"<>") == NULL, value, field);
}

inv_result inv_config_parse_dn(const char *value, void *field, char *reason)
{
    if (strstr(value, " #") != NULL || strstr(value, " ;") != NULL) {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE,
                       "a comment needs a line of its own; in a DN write \\# or \\;");
        return INV_CONFIG;
    }
    return keep_if(inv_config_is_dn(value), value, field);
}

inv_result inv_config_parse_optional_dn(const char *value, void *field, char *reason)
{
    return *value == '\0' ? keep(value, field) : inv_config_parse_dn(value, field, reason);
}

inv_result inv_config_parse_attribute(const char *value, void *field, char *reason)
{
    (void)reason;
    return keep_if(inv_config_is_descriptor(value), value, field);
}

/* ------------------------------------------------------------------------ templates, filters */

/* letters: those that may follow a %, beside another %. */
static bool is_template_of(const char *text, const char *letters, bool *names_user, char *reason)
{
    *names_user = false;
    for (; *text != '\0'; text++) {
        if (*text != '%')
            continue;
        text++;
        if (*text == '\0' || (*text != '%' && strchr(letters, *text) == NULL)) {
            (void)snprintf(reason, INV_CONFIG_REASON_SIZE,
                           "after %% may stand %su (name), d (domain), j (JID) or another %%",
                           strchr(letters, 'D') != NULL ? "D (DN), " : "");
            return false;
        }
        if (*text == 'u' || *text == 'j')
            *names_user = true;
    }
    return true;
}

bool inv_config_is_template(const char *text, bool *names_user, char reason[INV_CONFIG_REASON_SIZE])
{
    return is_template_of(text, "udj", names_user, reason);
}

static bool is_filter(const char *text, char *reason)
{
    if (inv_filter_valid(text))
        return true;
    (void)snprintf(reason, INV_CONFIG_REASON_SIZE,
                   "check its parentheses: (attribute=value), (&(...)(...)), (|(...)(...)), "
                   "(!(...))");
    return false;
}

inv_result inv_config_parse_filter(const char *value, void *field, char *reason)
{
    return keep_if(is_filter(value, reason), value, field);
}

inv_result inv_config_parse_optional_filter(const char *value, void *field, char *reason)
{
    return *value == '\0' ? keep(value, field) : inv_config_parse_filter(value, field, reason);
}

inv_result inv_config_parse_name_filter(const char *value, void *field, char *reason)
{
    bool names_user;

    return keep_if(is_filter(value, reason) && inv_config_is_template(value, &names_user, reason) &&
                       names_user,
                   value, field);
}

inv_result inv_config_parse_group_filter(const char *value, void *field, char *reason)
{
    const char *rest = value;
    group_key key;
    bool names_user;

    return keep_if(is_filter(value, reason) && is_template_of(value, "Dudj", &names_user, reason) &&
                       group_next_key(&rest, &key),
                   value, field);
}

inv_result inv_config_parse_name_pattern(const char *value, void *field, char *reason)
{
    inv_domain *domain = field;
    size_t length = strlen(value);
    locale_t before;
    int error;

    if (length < 2 || value[0] != '^' || value[length - 1] != '$')
        return INV_CONFIG;
    if (!inv_ascii_only(value) && !own_locale_knows_utf8()) {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE,
                       "this host lacks the locale C.UTF-8: with ASCII characters only");
        return INV_CONFIG;
    }
    before = own_locale_enter(inv_ascii_only(value));
    error = regcomp(&domain->name_pattern, value, REG_EXTENDED);
    own_locale_leave(before);
    if (error == REG_ESPACE)
        return INV_NO_MEMORY;
    if (error != 0) {
        (void)regerror(error, &domain->name_pattern, reason, INV_CONFIG_REASON_SIZE);
        return INV_CONFIG;
    }
    if (keep(value, &domain->name_pattern_text) != INV_OK) {
        regfree(&domain->name_pattern);
        return INV_NO_MEMORY;
    }
    return INV_OK;
}
