/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/pam_options.h"

#include <stddef.h>
#include <string.h>

/* In the order of names below. */
enum {
    OPTION_CONF,
    OPTION_DOMAIN,
    OPTION_REGISTER,
    OPTION_LOGIN,
    OPTION_KEEP_CONNECTION,
    OPTION_LOCAL_USERS,
    OPTION_MINIMUM_UID,
    OPTION_DEBUG,
    OPTION_NO_WARN,
    OPTION_USE_FIRST_PASS,
    OPTION_TRY_FIRST_PASS,
    OPTION_USE_AUTHTOK,
    OPTION_NULLOK,
    OPTION_AUDIT,
    OPTION_COUNT,
};

/* A name that ends in '=' takes a value. */
static const char *const names[OPTION_COUNT + 1] = {
    "conf=",          "domain=",      "register", "login",   "keep_connection",
    "local_users=",   "minimum_uid=", "debug",    "no_warn", "use_first_pass",
    "try_first_pass", "use_authtok",  "nullok",   "audit",   NULL,
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

const char *inv_pam_options_idle_text(unsigned idle)
{
    switch (idle) {
    case INV_PAM_IDLE_NULLOK:
        return "option \"nullok\" does nothing: pam_invite.so refuses every empty password";
    case INV_PAM_IDLE_AUDIT:
        return "option \"audit\" does nothing: pam_invite.so logs every verdict; \"debug\" logs "
               "more";
    default:
        return "";
    }
}

static inv_result take_local_users(inv_pam_options *options, const char *value,
                                   inv_verdict *verdict)
{
    if (strcmp(value, "nss") == 0)
        options->local_users = INV_PAM_LOCAL_USERS_NSS;
    else if (strcmp(value, "files") == 0)
        options->local_users = INV_PAM_LOCAL_USERS_FILES;
    else if (strcmp(value, "no") == 0)
        options->local_users = INV_PAM_LOCAL_USERS_NO;
    else
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"local_users=%s\": it is nss, files or no", value);
    return INV_OK;
}

static inv_result take_minimum_uid(inv_pam_options *options, const char *value,
                                   inv_verdict *verdict)
{
    const uid_t most = (uid_t)-2; /* (uid_t)-1 is no user */
    uid_t number = 0;
    size_t digits = strspn(value, "0123456789");
    bool fits = digits > 0 && value[digits] == '\0';

    for (size_t i = 0; fits && i < digits; i++) {
        uid_t digit = (uid_t)(value[i] - '0');

        fits = number <= (most - digit) / 10;
        number = number * 10 + digit;
    }
    if (!fits)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "option \"minimum_uid=%s\": it needs the number of a user", value);
    options->minimum_uid = number;
    return INV_OK;
}

/*
 * pam_ldap's and pam_sss's ignore_unknown_user and the like: the error tells how a line of
 * pam.conf(5) says it.
 */
static inv_result refuse_unknown(const char *word, inv_verdict *verdict)
{
    static const char prefix[] = "ignore_";
    const char *code = word + strlen(prefix);

    if (strncmp(word, prefix, strlen(prefix)) != 0 ||
        code[strspn(code, "abcdefghijklmnopqrstuvwxyz_")] != '\0')
        return inv_verdict_set(verdict, INV_CONFIG,
                               "unknown option \"%s\" of pam_invite.so; pam_invite(8) lists them",
                               word);
    if (strcmp(code, "unknown_user") == 0)
        code = "user_unknown";
    return inv_verdict_set(
        verdict, INV_CONFIG,
        "unknown option \"%s\" of pam_invite.so: what a result does to the stack "
        "stands in brackets in front of the module, as in [success=done %s=ignore "
        "default=die] pam_invite.so; see pam.conf(5)",
        word, code);
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
    case OPTION_KEEP_CONNECTION:
        options->keep_connection = true;
        break;
    case OPTION_LOCAL_USERS:
        return take_local_users(options, value, verdict);
    case OPTION_MINIMUM_UID:
        return take_minimum_uid(options, value, verdict);
    case OPTION_NULLOK:
        options->idle |= INV_PAM_IDLE_NULLOK;
        break;
    case OPTION_AUDIT:
        options->idle |= INV_PAM_IDLE_AUDIT;
        break;
    default:
        return refuse_unknown(word, verdict);
    }
    return INV_OK;
}

inv_result inv_pam_options_parse(int argc, const char *const *argv, inv_pam_options *options,
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
