/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_kind.h"

#include <string.h>

#define NAME_SIZE 64

static const struct {
    const char *name;
    ctl_pam_kind kind;
} kinds[] = {
    {"pam_invite", CTL_PAM_INVITE},
    {"pam_unix", CTL_PAM_VERIFIES},
    {"pam_unix_auth", CTL_PAM_VERIFIES},
    {"pam_unix_acct", CTL_PAM_VERIFIES},
    {"pam_unix_passwd", CTL_PAM_VERIFIES},
    {"pam_ldap", CTL_PAM_VERIFIES},
    {"pam_ldapd", CTL_PAM_VERIFIES},
    {"pam_sss", CTL_PAM_VERIFIES},
    {"pam_krb5", CTL_PAM_VERIFIES},
    {"pam_winbind", CTL_PAM_VERIFIES},
    {"pam_userdb", CTL_PAM_VERIFIES},
    {"pam_pwdfile", CTL_PAM_VERIFIES},
    {"pam_mysql", CTL_PAM_VERIFIES},
    {"pam_pgsql", CTL_PAM_VERIFIES},
    {"pam_systemd_home", CTL_PAM_VERIFIES},
    {"pam_ecryptfs", CTL_PAM_SAYS_NONE},
    {"pam_permit", CTL_PAM_PERMITS},
    {"pam_rootok", CTL_PAM_PERMITS},
    {"pam_deny", CTL_PAM_DENIES},
    {"pam_faildelay", CTL_PAM_PASSES},
    {"pam_pwquality", CTL_PAM_PASSES},
    {"pam_cracklib", CTL_PAM_PASSES},
    {"pam_passwdqc", CTL_PAM_PASSES},
    {"pam_pwhistory", CTL_PAM_PASSES},
    {"pam_limits", CTL_PAM_PASSES},
    {"pam_umask", CTL_PAM_PASSES},
    {"pam_mkhomedir", CTL_PAM_PASSES},
    {"pam_systemd", CTL_PAM_PASSES},
    {"pam_loginuid", CTL_PAM_PASSES},
    {"pam_env", CTL_PAM_SAYS_NONE},
    {"pam_nologin", CTL_PAM_SAYS_NONE},
    {"pam_warn", CTL_PAM_SAYS_NONE},
    {"pam_echo", CTL_PAM_SAYS_NONE},
    {"pam_group", CTL_PAM_SAYS_NONE},
    {"pam_cap", CTL_PAM_SAYS_NONE},
    {"pam_mail", CTL_PAM_SAYS_NONE},
    {"pam_motd", CTL_PAM_SAYS_NONE},
    {"pam_lastlog", CTL_PAM_SAYS_NONE},
    {"pam_gnome_keyring", CTL_PAM_SAYS_NONE},
    {"pam_issue", CTL_PAM_SAYS_NONE},
    {"pam_succeed_if", CTL_PAM_DEPENDS},
    {"pam_listfile", CTL_PAM_DEPENDS},
    {"pam_access", CTL_PAM_DEPENDS},
    {"pam_time", CTL_PAM_DEPENDS},
    {"pam_shells", CTL_PAM_DEPENDS},
    {"pam_securetty", CTL_PAM_DEPENDS},
    {"pam_localuser", CTL_PAM_DEPENDS},
    {"pam_wheel", CTL_PAM_DEPENDS},
    {"pam_faillock", CTL_PAM_DEPENDS},
    {"pam_tally2", CTL_PAM_DEPENDS},
    {"pam_abl", CTL_PAM_DEPENDS},
    {"pam_usertype", CTL_PAM_DEPENDS},
};

ctl_pam_kind ctl_pam_kind_of(const ctl_pam_line *line)
{
    char name[NAME_SIZE];

    ctl_pam_module_name(line, name, sizeof(name));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    }
    return CTL_PAM_UNKNOWN;
}

bool ctl_pam_asks_new_password(const ctl_pam_line *line)
{
    static const char *const names[] = {"pam_pwquality", "pam_cracklib", "pam_passwdqc", "pam_unix",
                                        NULL};
    char name[NAME_SIZE];

    ctl_pam_module_name(line, name, sizeof(name));
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    /* one that is not known here may ask */
    return ctl_pam_kind_of(line) == CTL_PAM_UNKNOWN;
}

int ctl_pam_case_answer(void *context, const ctl_pam_line *line)
{
    const ctl_pam_case *situation = context;

    switch (ctl_pam_kind_of(line)) {
    case CTL_PAM_INVITE:
        return situation->answer;
    case CTL_PAM_VERIFIES:
        return situation->stranger;
    case CTL_PAM_PERMITS:
    case CTL_PAM_PASSES:
        return CTL_PAM_SUCCESS;
    case CTL_PAM_DENIES:
        return line->type == CTL_PAM_ACCOUNT    ? CTL_PAM_PERM_DENIED
               : line->type == CTL_PAM_PASSWORD ? CTL_PAM_AUTHTOK_ERR
                                                : CTL_PAM_AUTH_ERR;
    case CTL_PAM_SAYS_NONE:
        return CTL_PAM_IGNORE;
    case CTL_PAM_DEPENDS:
    case CTL_PAM_UNKNOWN:
        break;
    }
    return situation->luck                  ? CTL_PAM_SUCCESS
           : line->type == CTL_PAM_PASSWORD ? CTL_PAM_AUTHTOK_ERR
                                            : CTL_PAM_PERM_DENIED;
}
