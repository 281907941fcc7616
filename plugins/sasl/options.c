/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"

/* What no directory should show, and a program of SASL must not get: it would compare it as text.
 */
static const char *const secret_attributes[] = {
    "userPassword", "authPassword", "pwdHistory", "passwordHistory", NULL,
};

/* NULL: the option is not there. libsasl2 leaves the value alone where it finds none. */
static const char *get(const sasl_utils_t *utils, const char *option)
{
    const char *value = NULL;
    unsigned length = 0;

    if (utils->getopt == NULL ||
        utils->getopt(utils->getopt_context, "invite", option, &value, &length) != SASL_OK)
        return NULL;
    return value;
}

static inv_result take_conf(const char *value, inv_sasl_options *options, inv_verdict *verdict)
{
    if (value[0] != '/')
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"invite_conf: %s\": it needs an absolute path", value);
    options->conf = strdup(value);
    return options->conf != NULL ? INV_OK : inv_verdict_no_memory(verdict);
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && !inv_ascii_equal(word, *words))
        words++;
    return *words != NULL;
}

static inv_result take_plaintext(const char *value, inv_sasl_options *options, inv_verdict *verdict)
{
    static const char *const yes[] = {"yes", "true", "on", "1", NULL};
    static const char *const no[] = {"no", "false", "off", "0", NULL};

    options->plaintext = is_one_of(value, yes);
    if (options->plaintext || is_one_of(value, no))
        return INV_OK;
    return inv_verdict_set(verdict, INV_CONFIG, "option \"invite_plaintext: %s\": it is yes or no",
                           value);
}

/*
 * A short name of RFC 4512 1.4: with an OID or an option behind it, userPassword could be asked for
 * in other words.
 */
static bool is_attribute(const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char others[] = "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return strspn(word, letters) > 0 && word[strspn(word, others)] == '\0';
}

static inv_result take_attribute(const char *word, size_t *count, inv_sasl_options *options,
                                 inv_verdict *verdict)
{
    if (!is_attribute(word))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"invite_attributes\": %s is no attribute's name", word);
    if (is_one_of(word, secret_attributes))
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"invite_attributes\": %s never leaves; authPassword is "
                               "served where SCRAM asks for it",
                               word);
    if (*count == INV_SASL_ATTRIBUTES_MAX)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"invite_attributes\" has more than %d names",
                               INV_SASL_ATTRIBUTES_MAX);
    options->attributes[*count] = strdup(word);
    if (options->attributes[*count] == NULL)
        return inv_verdict_no_memory(verdict);
    (*count)++;
    return INV_OK;
}

static inv_result take_attributes(const char *value, inv_sasl_options *options,
                                  inv_verdict *verdict)
{
    char *copy = strdup(value);
    char *rest = NULL;
    size_t count = 0;
    inv_result result = INV_OK;

    options->attributes = calloc(INV_SASL_ATTRIBUTES_MAX + 1, sizeof(*options->attributes));
    if (copy == NULL || options->attributes == NULL)
        result = inv_verdict_no_memory(verdict);
    for (char *word = result == INV_OK ? strtok_r(copy, " \t,", &rest) : NULL;
         word != NULL && result == INV_OK; word = strtok_r(NULL, " \t,", &rest))
        result = take_attribute(word, &count, options, verdict);
    free(copy);
    return result;
}

inv_result inv_sasl_options_read(const sasl_utils_t *utils, inv_sasl_options *options,
                                 inv_verdict *verdict)
{
    const char *value;
    inv_result result = INV_OK;

    *options = (inv_sasl_options){.configured = false};
    /* each value is good until the next one is asked for */
    value = get(utils, "invite_conf");
    if (value != NULL) {
        options->configured = true;
        result = take_conf(value, options, verdict);
    }
    value = get(utils, "invite_attributes");
    if (value != NULL) {
        options->configured = true;
        if (result == INV_OK)
            result = take_attributes(value, options, verdict);
    }
    value = get(utils, "invite_plaintext");
    if (value != NULL) {
        options->configured = true;
        if (result == INV_OK)
            result = take_plaintext(value, options, verdict);
    }
    verdict->result = result;
    return result;
}

bool inv_sasl_options_serve(const inv_sasl_options *options, const char *attribute)
{
    return options->attributes != NULL &&
           is_one_of(attribute, (const char *const *)options->attributes);
}

void inv_sasl_options_clear(inv_sasl_options *options)
{
    for (char **attribute = options->attributes; attribute != NULL && *attribute != NULL;
         attribute++)
        free(*attribute);
    free(options->attributes);
    free(options->conf);
    *options = (inv_sasl_options){.configured = false};
}
