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

#include "invitegate/account.h"
#include "invitegate/directory.h"

#define ADMIN "cn=admin,dc=example,dc=org"
#define A_DAY 86400

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
    write_configuration(site, settings);
    ck_assert_msg(inv_context_open(slapd_conf_path(site->slapd), keep_line, site, false,
                                   &site->context, &verdict) == INV_OK,
                  "%s", verdict.why);
}

void site_record_dates(const struct site *site)
{
    site_modify(site,
                "dn: " SITE_INVITES "\nchangetype: modify\nreplace: invitePasswordDates\n"
                "invitePasswordDates: %s\n",
                slapd_kind() == SLAPD_389DS ? "change" : "add");
}

struct site *site_start(const struct site_settings *settings)
{
    const struct site_settings defaults = {.timeout = NULL};
    struct site *site = calloc(1, sizeof(*site));

    if (settings == NULL)
        settings = &defaults;
    ck_assert_ptr_nonnull(site);
    site->slapd = slapd_start(settings->slapd_options);
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
    ck_assert_msg(slapd_modify(site->slapd, ldif) == 0, "ldapmodify refused:\n%s", ldif);
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

static void look(struct site *site, inv_operation *search)
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
    look(site, search);
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

    look(site, search);
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

    va_start(arguments, format);
    ck_assert_int_ge(vasprintf(&command, format, arguments), 0);
    va_end(arguments);
    ck_assert_msg(system(command) == 0, "failed: %s", command);
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

/* ------------------------------------------------------------------------------------ the heart */

inv_name *site_name(const struct site *site, const char *local)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_name *name = NULL;

    ck_assert_msg(inv_name_prepare(site_domain(site), local, strlen(local), &name, &verdict) ==
                      INV_OK,
                  "%s: %s", local, verdict.why);
    return name;
}

inv_name *site_jid(const char *jid)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_name *name = NULL;

    ck_assert_msg(inv_name_parse_jid(jid, &name, &verdict) == INV_OK, "%s: %s", jid, verdict.why);
    return name;
}

void site_request(const struct site *site, struct site_request *request, inv_invite_type type,
                  const char *inviter)
{
    (void)site;
    *request = (struct site_request){
        .request = {.type = type, .uses = 1, .expires = time(NULL) + A_DAY},
    };
    if (inviter != NULL)
        request->inviter = site_jid(inviter);
    request->request.inviter = request->inviter;
}

void site_request_user(const struct site *site, struct site_request *request, const char *user)
{
    request->user = site_name(site, user);
    request->request.user = request->user;
}

void site_request_contact(struct site_request *request, const char *contact)
{
    request->contact = site_jid(contact);
    request->contacts[0] = request->contact;
    request->request.contacts = request->contacts;
}

void site_request_end(struct site_request *request)
{
    inv_name_free(&request->inviter);
    inv_name_free(&request->user);
    inv_name_free(&request->contact);
}

inv_token *site_create(const struct site *site, struct site_request *request)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_call call;

    site_begin(site, &call, &verdict);
    ck_assert_msg(inv_invite_create(&call, &request->request, &token) == INV_OK, "%s: %s",
                  inv_result_name(verdict.result), verdict.why);
    inv_call_end(&call);
    site_request_end(request);
    return token;
}

inv_token *site_invite(const struct site *site, const char *inviter, long uses)
{
    struct site_request request;

    site_request(site, &request, INV_INVITE_ACCOUNT, inviter);
    request.request.uses = uses;
    return site_create(site, &request);
}

inv_result site_redeem_in(inv_call *call, const inv_token *token, const char *local,
                          const char *password)
{
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_name *name = NULL;
    inv_result result;

    *call->verdict = (inv_verdict)INV_VERDICT_INIT;
    ck_assert_ptr_nonnull(secret);
    result = inv_name_prepare(call->domain, local, strlen(local), &name, call->verdict);
    ck_assert_msg(result == INV_OK, "%s: %s", local, call->verdict->why);
    result =
        inv_redeem(call, token, name, secret, INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, time(NULL));
    ck_assert_int_eq(result, call->verdict->result);
    inv_name_free(&name);
    inv_secret_free(&secret);
    return result;
}

inv_result site_redeem(const struct site *site, const inv_token *token, const char *local,
                       const char *password, inv_verdict *verdict)
{
    inv_call call;
    inv_result result;

    site_begin(site, &call, verdict);
    result = site_redeem_in(&call, token, local, password);
    inv_call_end(&call);
    return result;
}

inv_result site_redeem_contact(const struct site *site, const inv_token *token, const char *jid,
                               inv_verdict *verdict)
{
    inv_name *name = site_jid(jid);
    inv_call call;
    inv_result result;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, verdict);
    result = inv_redeem_contact(&call, token, name, 0);
    ck_assert_int_eq(result, verdict->result);
    inv_call_end(&call);
    inv_name_free(&name);
    return result;
}

inv_result site_check(const struct site *site, const inv_token *token, const char *local,
                      inv_verdict *verdict)
{
    inv_name *name = local != NULL ? site_name(site, local) : NULL;
    inv_acceptance acceptance = {0};
    inv_call call;
    inv_result result;

    *verdict = (inv_verdict)INV_VERDICT_INIT;
    site_begin(site, &call, verdict);
    result =
        inv_redeem_check(&call, token, name, INV_ALLOW_REGISTRATION | INV_ALLOW_RESET, &acceptance);
    ck_assert_int_eq(result, verdict->result);
    inv_call_end(&call);
    inv_name_free(&name);
    return result;
}

inv_result site_revoke(const struct site *site, const inv_token *token)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_invite_revoke(&call, inv_token_id(token));
    inv_call_end(&call);
    return result;
}

bool site_login(const struct site *site, const char *local, const char *password)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_name *name = site_name(site, local);
    inv_call call;
    inv_result result;

    site_begin(site, &call, &verdict);
    result = inv_account_login(&call, name, secret);
    inv_call_end(&call);
    inv_name_free(&name);
    inv_secret_free(&secret);
    ck_assert_msg(result >= INV_OK, "login of %s: %s", local, verdict.why);
    return result == INV_OK;
}

/* ------------------------------------------------------------------------------- what must hold */

void site_state(struct site *site, const inv_token *token, struct site_state *state)
{
    static const char *const attributes[] = {"inviteUses", "inviteUsesLeft", "inviteClaim",
                                             "inviteUsedBy", NULL};
    char *dn = inv_invite_dn(site_domain(site), inv_token_id(token));
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    const inv_entry *entry;

    look(site, search);
    ck_assert_msg(search->entry_count == 1, "%s cannot be read: %d", dn, search->code);
    entry = search->entries[0];
    state->uses = strtol(inv_entry_text(entry, "inviteUses"), NULL, 10);
    state->uses_left = strtol(inv_entry_text(entry, "inviteUsesLeft"), NULL, 10);
    state->claims = inv_entry_count(entry, "inviteClaim");
    state->used_by = inv_entry_count(entry, "inviteUsedBy");
    inv_operation_free(&search);
    free(dn);
    state->accounts = site_count(site, SITE_BASE, "(&(objectClass=xmppAccount)(inviteId=%s))",
                                 inv_token_id(token));
    state->pairs = site_count(site, SITE_BASE, "(&(objectClass=xmppRosterPair)(inviteId=%s))",
                              inv_token_id(token));
}

void site_expect_consistent(struct site *site, const inv_token *token)
{
    struct site_state state;
    long open;

    site_state(site, token, &state);
    open = state.uses_left >= 0 ? state.uses_left : -1 - state.uses_left;
    if (state.uses == 0)
        return;
    ck_assert_msg((long)state.claims + (long)state.used_by + open == state.uses,
                  "%zu claims + %zu finished + %ld open of %ld uses", state.claims, state.used_by,
                  open, state.uses);
    ck_assert_msg(state.accounts <= state.claims + state.used_by,
                  "%zu accounts for %zu claims and %zu finished uses", state.accounts, state.claims,
                  state.used_by);
}

void site_expect(struct site *site, const inv_token *token, long uses_left, size_t claims,
                 size_t used_by, size_t accounts, size_t pairs)
{
    struct site_state state;

    site_state(site, token, &state);
    ck_assert_msg(state.uses_left == uses_left && state.claims == claims &&
                      state.used_by == used_by && state.accounts == accounts &&
                      state.pairs == pairs,
                  "left %ld (%ld), claims %zu (%zu), finished %zu (%zu), accounts %zu (%zu), pairs "
                  "%zu (%zu)",
                  state.uses_left, uses_left, state.claims, claims, state.used_by, used_by,
                  state.accounts, accounts, state.pairs, pairs);
    site_expect_consistent(site, token);
}
