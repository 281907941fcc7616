/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stddef.h>
#include <string.h>

/* In the order of names below. */
enum {
    OPTION_CONF,
    OPTION_DOMAIN,
    OPTION_REGISTER,
    OPTION_LOGIN,
    OPTION_DEBUG,
    OPTION_NO_WARN,
    OPTION_USE_FIRST_PASS,
    OPTION_TRY_FIRST_PASS,
    OPTION_USE_AUTHTOK,
    OPTION_COUNT,
};

/* A name that ends in '=' takes a value. */
static const char *const names[OPTION_COUNT + 1] = {
    "conf=",   "domain=",        "register",       "login",       "debug",
    "no_warn", "use_first_pass", "try_first_pass", "use_authtok", NULL,
};

const char *const *inv_pam_options_names(void)
{
    return names;
}

static int find(const char *word, const char **value)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        size_t length = strlen(names[i]);

        if (names[i][length - 1] == '=' && strncmp(word, names[i], length) == 0) {
            *value = word + length;
            return i;
        }
        if (strcmp(word, names[i]) == 0)
            return i;
    }
    return OPTION_COUNT;
}

static inv_result take(inv_pam_options *options, const char *word, inv_verdict *verdict)
{
    const char *value = "";

    switch (find(word, &value)) {
    case OPTION_CONF:
        if (value[0] != '/')
            return inv_verdict_set(verdict, INV_CONFIG,
                                   "option \"%s\": conf= needs an absolute path", word);
        options->conf = value;
        break;
    case OPTION_DOMAIN:
        if (value[0] == '\0')
            return inv_verdict_set(verdict, INV_CONFIG, "option \"%s\": domain= needs a domain",
                                   word);
        options->domain = value;
        break;
    case OPTION_REGISTER:
        options->registers = true;
        break;
    case OPTION_LOGIN:
        options->login = true;
        break;
    case OPTION_DEBUG:
        options->debug = true;
        break;
    case OPTION_NO_WARN:
        options->no_warn = true;
        break;
    case OPTION_USE_FIRST_PASS:
        options->use_first_pass = true;
        break;
    case OPTION_TRY_FIRST_PASS:
        options->try_first_pass = true;
        break;
    case OPTION_USE_AUTHTOK:
        options->use_authtok = true;
        break;
    default:
        return inv_verdict_set(verdict, INV_CONFIG,
                               "unknown option \"%s\" of pam_invite.so; pam_invite(8) lists them",
                               word);
    }
    return INV_OK;
}

inv_result inv_pam_options_parse(int argc, const char **argv, inv_pam_options *options,
                                 inv_verdict *verdict)
{
    *options = (inv_pam_options){0};
    for (int i = 0; i < argc; i++) {
        inv_result result = take(options, argv[i], verdict);

        if (result != INV_OK)
            return result;
    }
    return INV_OK;
}
