/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/site.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "invitegate/directory.h"
#include "invitegate/timestamp.h"

#define ADMIN "cn=admin,dc=example,dc=org"

/* ------------------------------------------------------------------------------------- the site */

static void keep_line(void *context, inv_log_level level, const char *line)
{
    struct site *site = context;
    size_t used = strlen(site->log);

    (void)level;
    (void)snprintf(site->log + used, sizeof(site->log) - used, "%s\n", line);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void write_configuration(const struct site *site, const struct site_settings *settings)
{
    const char *folder = slapd_directory(site->slapd);
    FILE *file = fopen(slapd_conf_path(site->slapd), "w");

    ck_assert_ptr_nonnull(file);
    (void)fprintf(file,
                  "[directory]\nuri = %s\ntimeout = %s\n%s\n[tokens]\nkey_file = %s/token.keys\n",
                  or_else(settings->uri, slapd_uri(site->slapd)), or_else(settings->timeout, "20s"),
                  or_else(settings->directory_lines, slapd_bind_lines(site->slapd)), folder);
    (void)fprintf(file,
                  "[log]\n%s\n[domain example.org]\n"
                  "invites = " SITE_INVITES "\npeople = " SITE_PEOPLE "\nrosters = " SITE_ROSTERS
                  "\nname_search_base = " SITE_BASE "\nclaim_grace = 20m\n%s\n%s\n",
                  or_else(settings->log_lines, "level = debug"),
                  or_else(settings->domain_lines, "password_verifiers = server"),
                  or_else(settings->sections, ""));
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(slapd_conf_path(site->slapd), 0600), 0);
}

static void make_keys(const struct site *site)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    char *path = NULL;

    ck_assert_int_gt(asprintf(&path, "%s/token.keys", slapd_directory(site->slapd)), 0);
    ck_assert_msg(inv_keys_create(path, &verdict) == INV_OK, "%s", verdict.why);
    free(path);
}

static void read_admin_password(struct site *site)
{
    char text[128];
    FILE *file = fopen(slapd_admin_password_path(site->slapd), "r");
    size_t length;

    ck_assert_ptr_nonnull(file);
    length = fread(text, 1, sizeof(text), file);
    (void)fclose(file);
    site->admin_password = inv_secret_new(text, length);
    ck_assert_ptr_nonnull(site->admin_password);
}

void site_configure(struct site *site, const struct site_settings *settings)
{
    inv_verdict verdict = INV_VERDICT_INIT;

    inv_directory_free(&site->admin);
    inv_context_free(&site->context);
    site->log[0] = '\0';
    if (!settings->example)
        write_configuration(site, settings);
    ck_assert_msg(inv_context_open(slapd_conf_path(site->slapd),
                                   &(inv_own_log){keep_line, site, false}, &site->context,
                                   &verdict) == INV_OK,
                  "%s", verdict.why);
}

void site_record_dates(const struct site *site)
{
    site_modify(site,
                "dn: " SITE_INVITES "\nchangetype: modify\nreplace: invitePasswordDates\n"
                "invitePasswordDates: %s\n",
                slapd_kind() == SLAPD_389DS ? "change" : "add");
}

/* A new file with this text, for an option of the script that starts the directory. */
static void write_file(char path[], const char *text)
{
    int descriptor = mkstemp(path);

    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(descriptor), 0);
}

static struct slapd *start_directory(const struct site_settings *settings)
{
    char path[] = "/tmp/invitegate-site-XXXXXX";
    const char *const options[] = {settings->extra_conf != NULL ? "--extra-conf" : "--extra-ldif",
                                   path, NULL};
    const char *text = or_else(settings->extra_conf, settings->extra_ldif);
    struct slapd *slapd;

    if (text == NULL || slapd_kind() != SLAPD_OPENLDAP)
        return slapd_start(settings->slapd_options);
    write_file(path, text);
    slapd = slapd_start(options);
    (void)unlink(path);
    return slapd;
}

struct site *site_start(const struct site_settings *settings)
{
    const struct site_settings defaults = {.timeout = NULL};
    struct site *site = calloc(1, sizeof(*site));

    if (settings == NULL)
        settings = &defaults;
    ck_assert_ptr_nonnull(site);
    site->slapd = start_directory(settings);
    ck_assert_msg(site->slapd != NULL, "slapd did not start");
    make_keys(site);
    read_admin_password(site);
    site_modify(site, "dn: " SITE_INVITES "\nchangetype: modify\nadd: invitePasswordForm\n"
                      "invitePasswordForm: server\n-\nadd: inviteSoleContainer\n"
                      "inviteSoleContainer: TRUE\n"); /* as init does */
    site_record_dates(site);
    site_configure(site, settings);
    return site;
}

void site_stop(struct site **site)
{
    if (*site == NULL)
        return;
    inv_directory_free(&(*site)->admin);
    inv_context_free(&(*site)->context);
    inv_secret_free(&(*site)->admin_password);
    slapd_stop(&(*site)->slapd);
    free(*site);
    *site = NULL;
}

inv_domain *site_domain(const struct site *site)
{
    return &site->context->config->domains[0];
}

void site_begin(const struct site *site, inv_call *call, inv_verdict *verdict)
{
    ck_assert_msg(inv_call_begin(site->context, site_domain(site), 0, call, verdict) == INV_OK,
                  "%s", verdict->why);
}

/* ---------------------------------------------------------------------------- the admin's hands */

void site_modify(const struct site *site, const char *format, ...)
{
    va_list arguments;
    char *ldif = NULL;

    va_start(arguments, format);
    ck_assert_int_ge(vasprintf(&ldif, format, arguments), 0);
    va_end(arguments);
    /* Check cannot read a message of more than 16 kB back */
    ck_assert_msg(slapd_modify(site->slapd, ldif) == 0, "ldapmodify refused:\n%.2000s", ldif);
    free(ldif);
}

void site_add_account(const struct site *site, const char *local)
{
    site_modify(site,
                "dn: uid=%s," SITE_PEOPLE "\nchangetype: add\nobjectClass: inetOrgPerson\n"
                "objectClass: xmppAccount\ncn: %s\nsn: %s\nxmppJid: %s@example.org\n"
                "userPassword: " SITE_PASSWORD "\n",
                local, local, local, local);
}

void site_delete(const struct site *site, const char *dn)
{
    site_modify(site, "dn: %s\nchangetype: delete\n", dn);
}

void site_move_rosters(const struct site *site, const char *from, const char *to)
{
    site_modify(site,
                "dn: ou=%s," SITE_BASE "\nchangetype: modrdn\nnewrdn: ou=%s\ndeleteoldrdn: 1\n",
                from, to);
}

void site_look(struct site *site, inv_operation *search)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_deadline deadline = inv_deadline_in(30000);

    if (site->admin == NULL)
        ck_assert_int_eq(inv_directory_new(&site->context->config->directory, ADMIN,
                                           site->admin_password, &site->admin, &verdict),
                         INV_OK);
    ck_assert_msg(inv_directory_run(site->admin, &search, 1, &deadline, &verdict) == INV_OK, "%s",
                  verdict.why);
}

static const char *lock_attribute(void)
{
    return slapd_kind() == SLAPD_389DS ? "nsAccountLock" : "pwdAccountLockedTime";
}

void site_lock_account(const struct site *site, const char *local)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nadd: %s\n%s: %s\n", local,
                lock_attribute(), lock_attribute(),
                slapd_kind() == SLAPD_389DS ? "TRUE" : "000001010000Z");
}

bool site_is_locked(struct site *site, const char *local)
{
    char *dn = NULL;
    bool locked;

    ck_assert_int_gt(asprintf(&dn, "uid=%s," SITE_PEOPLE, local), 0);
    locked = site_values(site, dn, lock_attribute()) > 0;
    free(dn);
    return locked;
}

void site_unlock_account(const struct site *site, const char *local)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\ndelete: %s\n", local,
                lock_attribute());
}

static const char *failures_attribute(void)
{
    return slapd_kind() == SLAPD_389DS ? "accountUnlockTime" : "pwdAccountLockedTime";
}

void site_lock_by_failures(const struct site *site, const char *local)
{
    char moment[INV_TIMESTAMP_SIZE] = "20990102030405Z";

    if (slapd_kind() == SLAPD_OPENLDAP)
        inv_timestamp_write_generalized(time(NULL), moment);
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\nadd: %s\n%s: %s\n", local,
                failures_attribute(), failures_attribute(), moment);
}

void site_unlock_after_failures(const struct site *site, const char *local)
{
    site_modify(site, "dn: uid=%s," SITE_PEOPLE "\nchangetype: modify\ndelete: %s\n", local,
                failures_attribute());
}

#define SERVICE "\"ldap:///cn=invitegate,ou=services," SITE_BASE "\""

void site_show_verifiers(struct site *site)
{
    if (slapd_kind() == SLAPD_389DS)
        site_modify(
            site, "dn: " SITE_PEOPLE "\nchangetype: modify\ndelete: aci\naci: (targetfilter = "
                  "\"(!(inviteId=0000000000000000000000000000000000000000))\")(targetattr = "
                  "\"authPassword\")(version 3.0; acl \"invitegate: nor does "
                  "invitegate\"; deny (read, search, compare) userdn = " SERVICE ";)\n-\nadd: aci\n"
                  "aci: (targetattr = \"authPassword\")(version 3.0; acl \"scram\"; allow (read, "
                  "search, compare) userdn = " SERVICE ";)\n");
    else
        site_restart(site, "invitegate-acl.conf", "s/ =w$/ write/");
}

size_t site_count(struct site *site, const char *base, const char *format, ...)
{
    static const char *const nothing[] = {NULL};
    va_list arguments;
    char *filter = NULL;
    inv_operation *search;
    size_t count;

    va_start(arguments, format);
    ck_assert_int_ge(vasprintf(&filter, format, arguments), 0);
    va_end(arguments);
    search = inv_operation_search(base, INV_SCOPE_SUBTREE, filter, nothing);
    site_look(site, search);
    ck_assert_msg(search->code == INV_LDAP_SUCCESS, "search for %s: %d", filter, search->code);
    count = search->entry_count;
    inv_operation_free(&search);
    free(filter);
    return count;
}

static inv_operation *read_entry(struct site *site, const char *dn, const char *attribute)
{
    const char *const attributes[] = {attribute, NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);

    site_look(site, search);
    return search;
}

char *site_value(struct site *site, const char *dn, const char *attribute)
{
    inv_operation *search = read_entry(site, dn, attribute);
    const char *text =
        search->entry_count == 1 ? inv_entry_text(search->entries[0], attribute) : NULL;
    char *copy = text != NULL ? strdup(text) : NULL;

    inv_operation_free(&search);
    return copy;
}

size_t site_values(struct site *site, const char *dn, const char *attribute)
{
    inv_operation *search = read_entry(site, dn, attribute);
    size_t count = search->entry_count == 1 ? inv_entry_count(search->entries[0], attribute) : 0;

    inv_operation_free(&search);
    return count;
}

void site_expect_value(struct site *site, const char *dn, const char *attribute, const char *wanted)
{
    char *value = site_value(site, dn, attribute);

    ck_assert_msg(value != NULL, "%s has no %s", dn, attribute);
    ck_assert_str_eq(value, wanted);
    free(value);
}

size_t site_pairs_of(struct site *site, const char *jid)
{
    return site_count(site, SITE_ROSTERS, "(xmppContactJid=%s)", jid);
}

void site_next_second(void)
{
    time_t began = time(NULL);

    while (time(NULL) == began)
        (void)nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    va_list arguments;
    char *command = NULL;
    char *line = NULL;

    va_start(arguments, format);
    ck_assert_int_ge(vasprintf(&command, format, arguments), 0);
    va_end(arguments);
    /* as slapd.c starts its programs */
    ck_assert_int_ge(asprintf(&line, "unset SASL_PATH SASL_CONF_PATH; %s", command), 0);
    ck_assert_msg(system(line) == 0, "failed: %s", command);
    free(line);
    free(command);
}

void site_restart(struct site *site, const char *file, const char *edit)
{
    const char *script = slapd_script(site->slapd);
    const char *folder = slapd_directory(site->slapd);

    inv_directory_free(&site->admin);
    run("'%s' stop '%s'", script, folder);
    if (edit != NULL)
        run("sed -i -e '%s' '%s/%s'", edit, folder, file);
    run("'%s' start --fast '%s' >/dev/null </dev/null", script, folder);
}

pid_t site_slapd_pid(const struct site *site)
{
    char *path = NULL;
    FILE *file;
    long pid = 0;

    ck_assert_int_gt(asprintf(&path, "%s/slapd.pid", slapd_directory(site->slapd)), 0);
    file = fopen(path, "r");
    free(path);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%ld", &pid), 1);
    (void)fclose(file);
    ck_assert_int_gt(pid, 1);
    return (pid_t)pid;
}

void site_give_tree(struct site *site, const char *base)
{
    char *edit = NULL;

    if (slapd_kind() == SLAPD_389DS) {
        site_modify(site,
                    "dn: %s\nchangetype: modify\nadd: aci\naci: (targetattr = \"*\")(version "
                    "3.0; acl \"given\"; allow (all) userdn = " SERVICE ";)\n",
                    base);
        return;
    }
    ck_assert_int_gt(asprintf(&edit,
                              "s|^include .*invitegate-acl.conf|access to dn.subtree=\"%s\" "
                              "by dn.exact=\"gidNumber=%u+uidNumber=%u,cn=peercred,cn=external,"
                              "cn=auth\" write by anonymous auth\\n&|",
                              base, (unsigned)getgid(), (unsigned)getuid()),
                     0);
    site_restart(site, "slapd.conf", edit);
    free(edit);
}
