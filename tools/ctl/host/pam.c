/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "invitegate/pam_options.h"
#include "pam_judge.h"
#include "pam_kind.h"
#include "text.h"

/* The PAM services that people register and log in by. */

#define FOLDER   "/etc/pam.d"
#define OURS     "pam_invite.so"
#define INCLUDES 8 /* files in one another that are looked into for our module */

typedef struct checking {
    ctl_host *host;
    const char *name;
    bool has_auth;     /* an auth line asks pam_invite */
    bool has_password; /* a password line does */
    bool logs_in;      /* an auth line has "login" */
    bool fine;         /* nothing is wrong yet */
} checking;

/* ---------------------------------------------------------------------------- one line of ours */

static void check_conf(checking *work, const ctl_pam_line *line, const char *conf)
{
    const ctl_sight sight = ctl_host_exists(work->host, conf);

    if (sight == CTL_SIGHT_ABSENT) {
        work->fine = false;
        ctl_host_finding(work->host, "pam", &line->place,
                         "name the file by its path, or leave conf= out",
                         "conf=%s: there is no such file", conf);
    } else if (sight == CTL_SIGHT_HIDDEN) {
        work->fine = false;
        ctl_host_unseen(work->host, "pam", &line->place, NULL, "conf=%s could not be looked at",
                        conf);
    }
}

static void check_options(checking *work, const ctl_pam_line *line)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_pam_options options;
    const inv_result result = inv_pam_options_parse(
        (int)line->word_count, (const char *const *)line->words, &options, &verdict);

    if (result != INV_OK) {
        work->fine = false;
        ctl_host_finding(work->host, "pam", &line->place, "pam_invite(8) lists the options",
                         "%s: everybody is refused for it", verdict.why);
        return;
    }
    if (options.conf != NULL)
        check_conf(work, line, options.conf);
    if (options.domain != NULL && options.conf == NULL && work->host->config != NULL &&
        inv_config_domain(work->host->config, options.domain) == NULL) {
        work->fine = false;
        ctl_host_finding(work->host, "pam", &line->place,
                         "the name of a section, or a section for it",
                         "domain=%s: %s has no section [domain %s]", options.domain,
                         work->host->config_path, options.domain);
    }
    work->has_auth |= line->type == CTL_PAM_AUTH;
    work->has_password |= line->type == CTL_PAM_PASSWORD;
    work->logs_in |= line->type == CTL_PAM_AUTH && options.login;
}

static bool has_word(const ctl_pam_line *line, const char *word)
{
    for (size_t i = 0; i < line->word_count; i++) {
        if (strcmp(line->words[i], word) == 0)
            return true;
    }
    return false;
}

/* Whether another line behind ours verifies passwords. */
static bool is_verified_behind(const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    for (const ctl_pam_line *line = ours + 1; line < stack->lines + stack->count; line++) {
        const ctl_pam_kind kind = ctl_pam_kind_of(line);

        if (!line->substack && (kind == CTL_PAM_VERIFIES || kind == CTL_PAM_UNKNOWN))
            return true;
    }
    return false;
}

/* What an auth line of ours is there for. */
static void check_purpose(checking *work, const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    const bool registers = has_word(ours, "register");
    const bool logs_in = has_word(ours, "login");

    if (!registers && !logs_in) {
        work->fine = false;
        ctl_host_finding(work->host, "pam", &ours->place, ctl_pam_remedy(CTL_PAM_AUTH),
                         "has neither \"register\" nor \"login\", so that it does nothing");
    } else if (!logs_in && !is_verified_behind(stack, ours)) {
        work->fine = false;
        ctl_host_finding(work->host, "pam", &ours->place, ctl_pam_remedy(CTL_PAM_AUTH),
                         "without \"login\" nothing here verifies passwords: people register, and "
                         "do not get in again with the password alone");
    } else if (!registers) {
        ctl_host_note(work->host, "pam", &ours->place,
                      "add \"register\" where people are to "
                      "register by logging in",
                      "without \"register\" TOKEN:PASSWORD is refused here");
    }
}

/* use_authtok wants a module in front that has asked for the new password. */
static void check_authtok(checking *work, const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    if (!has_word(ours, "use_authtok"))
        return;
    for (const ctl_pam_line *line = stack->lines; line < ours; line++) {
        if (!line->substack && ctl_pam_asks_new_password(line))
            return;
    }
    work->fine = false;
    ctl_host_finding(work->host, "pam", &ours->place,
                     "put pam_pwquality.so in front, or leave use_authtok out",
                     "has use_authtok, but no module in front asks for the new password");
}

/* ---------------------------------------------------------------------------- installed modules */

static bool is_installed(ctl_host *host, const char *module)
{
    static const char *const folders[] = {"/lib/security",
                                          "/lib/*/security",
                                          "/lib64/security",
                                          "/usr/lib/security",
                                          "/usr/lib/*/security",
                                          "/usr/lib64/security",
                                          NULL};
    bool found = false;

    if (module[0] == '/')
        return ctl_host_exists(host, module) != CTL_SIGHT_ABSENT;
    for (size_t i = 0; folders[i] != NULL && !found; i++) {
        char *pattern = NULL;
        glob_t hits;

        if (asprintf(&pattern, "%s%s/%s", host->root, folders[i], module) < 0)
            return true;
        if (glob(pattern, GLOB_NOSORT, NULL, &hits) == 0) {
            found = hits.gl_pathc > 0;
            globfree(&hits);
        }
        free(pattern);
    }
    return found;
}

static void check_installed(checking *work, const ctl_pam_line *line)
{
    char name[64];

    if (line->substack || line->quiet || line->module[0] == '\0' ||
        is_installed(work->host, line->module))
        return;
    work->fine = false;
    ctl_pam_module_name(line, name, sizeof(name));
    if (ctl_text_distance(name, "pam_invite", 2) <= 2 && strcmp(name, "pam_invite") != 0)
        ctl_host_finding(work->host, "pam", &line->place, "write " OURS,
                         "there is no module %s; libpam counts it as a refusal", line->module);
    else
        ctl_host_finding(work->host, "pam", &line->place,
                         strcmp(name, "pam_invite") == 0
                             ? "configure --libdir (or --with-pamdir) says where it is installed; "
                               "libpam looks in its own folder only, unless a path is written"
                             : "install the module, or take the line out",
                         "%s is not where libpam looks for modules: it counts as a refusal",
                         line->module);
}

/* ---------------------------------------------------------------------------------- one service */

static ctl_pam_line *find_ours(const ctl_pam_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (!stack->lines[i].substack && ctl_pam_kind_of(&stack->lines[i]) == CTL_PAM_INVITE)
            return &stack->lines[i];
    }
    return NULL;
}

/* Checks the lines of one type that ask pam_invite. */
static void judge(checking *work, const ctl_pam_stack *stack, const ctl_pam_line *ours)
{
    for (size_t i = 0; i < stack->count; i++) {
        if (!stack->lines[i].substack && ctl_pam_kind_of(&stack->lines[i]) == CTL_PAM_INVITE)
            check_options(work, &stack->lines[i]);
    }
    if (ours->type == CTL_PAM_SESSION || !work->fine)
        return;
    if (ours->type == CTL_PAM_AUTH)
        check_purpose(work, stack, ours);
    if (ours->type == CTL_PAM_PASSWORD)
        check_authtok(work, stack, ours);
    if (!ctl_pam_judge_success(work->host, stack, ours) ||
        !ctl_pam_judge_refusals(work->host, stack, ours))
        work->fine = false;
}

static void judge_account(checking *work, ctl_pam_stack *stack, const ctl_place *place)
{
    const ctl_pam_line *ours = find_ours(stack);

    if (ours != NULL) {
        judge(work, stack, ours);
        return;
    }
    if (!work->has_auth)
        return;
    if (stack->count == 0) {
        /* libpam takes the lines of "other" for a type that a service has none of */
        ctl_pam_stack_clear(stack);
        (void)ctl_pam_stack_read(work->host, "other", CTL_PAM_ACCOUNT, stack);
    }
    if (stack->hidden)
        ctl_host_unseen(work->host, "pam", place, NULL, "its account lines were not judged");
    else if (!ctl_pam_judge_without(work->host, stack, place, work->logs_in))
        work->fine = false;
}

/* needed: the types that have to ask pam_invite, a list that ends with CTL_PAM_TYPES. */
static void check_service(ctl_host *host, const char *name, const ctl_pam_type *needed)
{
    checking work = {.host = host, .name = name, .fine = true};
    char *path = ctl_host_path(host, FOLDER "/");
    char *file = NULL;
    ctl_place place = {.line = 0};

    if (path == NULL || asprintf(&file, "%s%s", path, name) < 0)
        file = NULL;
    place.file = file;
    for (ctl_pam_type type = CTL_PAM_AUTH; type < CTL_PAM_TYPES; type++) {
        ctl_pam_stack stack;

        if (ctl_pam_stack_read(host, name, type, &stack) != CTL_SIGHT_READ || stack.hidden) {
            work.fine = false;
            ctl_host_unseen(host, "pam", &place, NULL, "was not judged: not all of it was read");
            ctl_pam_stack_clear(&stack);
            break;
        }
        if (stack.broken) {
            work.fine = false;
            ctl_pam_stack_clear(&stack);
            break;
        }
        for (size_t i = 0; i < stack.count; i++)
            check_installed(&work, &stack.lines[i]);
        if (type == CTL_PAM_ACCOUNT)
            judge_account(&work, &stack, &place);
        else if (find_ours(&stack) != NULL)
            judge(&work, &stack, find_ours(&stack));
        for (const ctl_pam_type *each = needed; *each != CTL_PAM_TYPES; each++) {
            if (*each == type && find_ours(&stack) == NULL) {
                work.fine = false;
                ctl_host_finding(host, "pam", &place, ctl_pam_remedy(type),
                                 "its %s lines do not ask " OURS, ctl_pam_type_name(type));
            }
        }
        ctl_pam_stack_clear(&stack);
    }
    if (work.fine)
        ctl_host_fine(host, "pam", "%s: whom " OURS " lets in gets in, and nobody else", file);
    free(path);
    free(file);
}

/* ------------------------------------------------------------------------------------ all files */

/* Services that let people into the machine itself. */
static bool is_login(const char *name)
{
    static const char *const logins[] = {
        "login",       "sshd",          "su",           "su-l",         "sudo",    "sudo-i",
        "runuser",     "runuser-l",     "remote",       "gdm-password", "lightdm", "sddm",
        "xdm",         "polkit-1",      "cron",         "cockpit",      "chsh",    "chfn",
        "system-auth", "password-auth", "system-login", "other",        NULL};

    if (strncmp(name, "common-", strlen("common-")) == 0)
        return true;
    for (size_t i = 0; logins[i] != NULL; i++) {
        if (strcmp(logins[i], name) == 0)
            return true;
    }
    return false;
}

static bool has_capitals(const char *name)
{
    for (; *name != '\0'; name++) {
        if (isupper((unsigned char)*name))
            return true;
    }
    return false;
}

/* The line that names our module, or something like it; 0: none. */
static unsigned find_name(const ctl_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        const char *line = text->lines[i];

        for (const char *at = strstr(line, "pam_"); at != NULL; at = strstr(at + 1, "pam_")) {
            char name[16];
            const size_t length = strcspn(at, " \t.#");

            if (memchr(line, '#', (size_t)(at - line)) != NULL || length >= sizeof(name))
                continue;
            ctl_host_write(name, sizeof(name), "%.*s", (int)length, at);
            if (ctl_text_distance(name, "pam_invite", 2) <= 2)
                return (unsigned)i + 1;
        }
    }
    return 0;
}

/* The service that a line includes, cut off in place, or NULL. */
static char *find_included(char *line)
{
    char *words[3] = {NULL};
    char *state = NULL;

    line[strcspn(line, "#")] = '\0';
    for (size_t i = 0; i < 3; i++)
        words[i] = strtok_r(i == 0 ? line : NULL, " \t", &state);
    if (words[0] == NULL || words[1] == NULL)
        return NULL;
    if (strcasecmp(words[0], "@include") == 0)
        return words[1];
    return strcasecmp(words[1], "include") == 0 || strcasecmp(words[1], "substack") == 0 ? words[2]
                                                                                         : NULL;
}

/*
 * Whether a file, or one that it includes, names our module. include: of these too, whose names are
 * kept in parts.
 */
static bool names_ours(ctl_host *host, const char *name, unsigned depth, ctl_names *parts)
{
    char path[512];
    ctl_text text;
    bool ours = false;

    ctl_host_write(path, sizeof(path), "%s%s", name[0] == '/' ? "" : FOLDER "/", name);
    if (depth == 0)
        return false;
    (void)ctl_text_read(host, "pam", path, &text);
    ours = find_name(&text) > 0;
    for (size_t i = 0; i < text.count; i++) {
        const char *included = find_included(text.lines[i]);

        if (included == NULL || strcmp(included, name) == 0)
            continue;
        (void)ctl_names_add(parts, included);
        ours |= names_ours(host, included, depth - 1, parts);
    }
    ctl_text_clear(&text);
    return ours;
}

/* A file that names our module by itself and is none of a service that it is meant for. */
static bool is_misplaced(ctl_host *host, const char *name)
{
    char path[512];
    ctl_text text;
    unsigned line = 0;

    ctl_host_write(path, sizeof(path), FOLDER "/%s", name);
    if (ctl_text_read(host, "pam", path, &text) == CTL_SIGHT_READ)
        line = find_name(&text);
    if (line > 0 && has_capitals(name))
        ctl_host_finding(host, "pam", &(ctl_place){text.path, 0},
                         "rename it: libpam looks for services by small letters",
                         "is never read, because its name has capitals");
    else if (line > 0 && is_login(name))
        ctl_host_finding(host, "pam", &(ctl_place){text.path, line},
                         "take pam_invite.so out of it, and give the XMPP service a file of its "
                         "own: pam_invite(8), SECURITY CONSIDERATIONS",
                         "is asked by logins to this machine: who holds an invite could log in "
                         "here");
    else
        line = 0;
    ctl_text_clear(&text);
    return line > 0;
}

/* Checks all files; whether there are any with our module. */
static bool check_files(ctl_host *host, const ctl_names *names)
{
    static const ctl_pam_type none[] = {CTL_PAM_TYPES};
    bool *ours = calloc(names->count + 1, sizeof(*ours));
    ctl_names parts = {.names = NULL};
    bool any = false;

    for (size_t i = 0; i < names->count && ours != NULL; i++)
        ours[i] = names_ours(host, names->names[i], INCLUDES, &parts);
    for (size_t i = 0; i < names->count && ours != NULL; i++) {
        any |= ours[i];
        /* what others include is judged with them, and a login to the machine where it is named */
        if (ours[i] && !is_misplaced(host, names->names[i]) && !is_login(names->names[i]) &&
            !ctl_names_have(&parts, names->names[i]))
            check_service(host, names->names[i], none);
    }
    if (ours == NULL)
        ctl_host_unseen(host, "pam", NULL, NULL, "no file was judged: out of memory");
    free(ours);
    ctl_names_clear(&parts);
    return any;
}

/* A service that something asks for, whether or not its file names our module. */
static void check_wanted(ctl_host *host, const char *name, const char *who,
                         const ctl_pam_type *needed)
{
    char path[512];
    char vendor[512];

    ctl_host_write(path, sizeof(path), FOLDER "/%s", name);
    ctl_host_write(vendor, sizeof(vendor), "/usr/lib/pam.d/%s", name);
    if (ctl_host_exists(host, path) != CTL_SIGHT_ABSENT ||
        ctl_host_exists(host, vendor) != CTL_SIGHT_ABSENT) {
        check_service(host, name, needed);
        return;
    }
    ctl_host_finding(host, "pam", NULL,
                     "copy the example from config-examples/pam.d, or name another service",
                     "%s asks for the service %s, but %s%s is not there: everybody is refused", who,
                     name, host->root, path);
}

/* /etc/pam.conf counts only where there is no folder of services. */
static void check_old_file(ctl_host *host)
{
    ctl_text text;

    if (ctl_text_read(host, "pam", "/etc/pam.conf", &text) == CTL_SIGHT_READ &&
        find_name(&text) > 0)
        ctl_host_finding(host, "pam", &(ctl_place){text.path, find_name(&text)},
                         "move the lines to a file of " FOLDER,
                         "is not read while there is the folder " FOLDER);
    ctl_text_clear(&text);
}

void ctl_host_check_pam(ctl_host *host, const char *service)
{
    static const ctl_pam_type by_login[] = {CTL_PAM_AUTH, CTL_PAM_TYPES};
    static const ctl_pam_type by_change[] = {CTL_PAM_PASSWORD, CTL_PAM_TYPES};
    ctl_names names;
    const ctl_sight sight = ctl_names_read(host, "pam", FOLDER, "", &names);
    bool any = check_files(host, &names);

    if (service != NULL) {
        any = true;
        check_wanted(host, service, "Prosody, by Cyrus SASL,", by_login);
    }
    for (size_t i = 0; host->config != NULL && i < host->config->domain_count; i++) {
        const inv_domain *domain = &host->config->domains[i];
        char who[300];

        if (domain->pam_service[0] == '\0' || !ctl_host_wants(host, domain->name))
            continue;
        any = true;
        ctl_host_write(who, sizeof(who), "pam_service of [domain %.200s]", domain->name);
        check_wanted(host, domain->pam_service, who, by_change);
    }
    if (sight == CTL_SIGHT_READ)
        check_old_file(host);
    if (!any && sight != CTL_SIGHT_HIDDEN)
        ctl_host_note(host, "pam", NULL,
                      "cp config-examples/pam.d/xmpp /etc/pam.d/, where people are to register by "
                      "logging in",
                      "no file of %s" FOLDER " names " OURS, host->root);
    ctl_names_clear(&names);
}
