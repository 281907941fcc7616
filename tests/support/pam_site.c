/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "pam_site.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "invitegate/redeem.h"
#include "pam_host.h"
#include "slapd.h"

struct pam_site {
    struct slapd *slapd;
    char *stacks;
    inv_context *context;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "pam_site: %s: %s\n", what, why);
    abort();
}

static void need(inv_result result, const char *what, const inv_verdict *verdict)
{
    if (result != INV_OK)
        fail(what, verdict->why);
}

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *format, ...)
{
    va_list arguments;
    char *result = NULL;

    va_start(arguments, format);
    if (vasprintf(&result, format, arguments) < 0)
        fail("memory", format);
    va_end(arguments);
    return result;
}

pam_site *pam_site_open(void)
{
    static const char *const options[] = {"--conf", NULL};
    pam_site *site = calloc(1, sizeof(*site));
    inv_verdict verdict = INV_VERDICT_INIT;
    char *keys;

    if (site == NULL || (site->slapd = slapd_start(options)) == NULL)
        fail("slapd", "does not start");
    keys = text("%s/token.keys", slapd_directory(site->slapd));
    need(inv_keys_create(keys, &verdict), "keys", &verdict);
    free(keys);
    site->stacks = text("%s/pam.d", slapd_directory(site->slapd));
    if (mkdir(site->stacks, 0700) != 0)
        fail(site->stacks, strerror(errno));
    pam_host_write_stack(site->stacks, "other",
                         "auth required pam_deny.so\naccount required pam_deny.so\n"
                         "password required pam_deny.so\nsession required pam_deny.so");
    need(inv_context_open(slapd_conf_path(site->slapd), inv_log_to_stderr, NULL, false,
                          &site->context, &verdict),
         "gate", &verdict);
    if (slapd_modify(site->slapd, "dn: ou=invites,dc=example,dc=org\nchangetype: modify\n"
                                  "add: invitePasswordForm\ninvitePasswordForm: server\n") != 0)
        fail("invitePasswordForm", "cannot be recorded as init does");
    pam_site_account(site, "alice", PAM_SITE_PASSWORD, NULL);
    return site;
}

void pam_site_close(pam_site **site)
{
    inv_context_free(&(*site)->context);
    slapd_stop(&(*site)->slapd);
    free((*site)->stacks);
    free(*site);
    *site = NULL;
}

const char *pam_site_folder(const pam_site *site)
{
    return site->stacks;
}

const char *pam_site_conf(const pam_site *site)
{
    return slapd_conf_path(site->slapd);
}

const char *pam_site_conf_with(const pam_site *site, const char *name, const char *key,
                               const char *value)
{
    static char path[256];
    FILE *from = fopen(pam_site_conf(site), "r");
    FILE *to = NULL;
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    (void)snprintf(path, sizeof(path), "%s/%s", slapd_directory(site->slapd), name);
    to = fopen(path, "w");
    if (from == NULL || to == NULL)
        fail(path, strerror(errno));
    while (getline(&line, &size, from) >= 0) {
        size_t length = strcspn(line, " =");

        if (length == strlen(key) && strncmp(line, key, length) == 0) {
            fprintf(to, "%s = %s\n", key, value);
            found = true;
        } else {
            fputs(line, to);
        }
    }
    if (!found)
        fail("the example configuration has no key", key);
    free(line);
    fclose(from);
    fclose(to);
    return path;
}

static void begin(const pam_site *site, inv_call *call, inv_verdict *verdict)
{
    need(inv_call_begin(site->context, &site->context->config->domains[0], 10000, call, verdict),
         "call", verdict);
}

static inv_token *make_invite(const pam_site *site, const inv_invite_request *request)
{
    inv_invite_request full =
        request != NULL ? *request : (inv_invite_request){.type = INV_INVITE_ACCOUNT};
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *token = NULL;
    inv_call call = {0};

    if (full.uses == 0)
        full.uses = 1;
    if (full.expires == 0)
        full.expires = time(NULL) + 86400;
    begin(site, &call, &verdict);
    need(inv_invite_create(&call, &full, &token), "invite", &verdict);
    inv_call_end(&call);
    return token;
}

void pam_site_invite(const pam_site *site, const inv_invite_request *request,
                     char token[INV_TOKEN_LENGTH + 1])
{
    inv_token *made = make_invite(site, request);

    inv_token_write(made, token);
    inv_token_free(&made);
}

void pam_site_account(const pam_site *site, const char *local, const char *password,
                      const inv_invite_request *request)
{
    inv_token *token = make_invite(site, request);
    inv_secret *secret = inv_secret_new(password, strlen(password));
    inv_name *name = pam_site_name(site, local);
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = {0};

    begin(site, &call, &verdict);
    need(inv_redeem(&call, token, name, secret, INV_ALLOW_REGISTRATION, 0), local, &verdict);
    inv_call_end(&call);
    inv_name_free(&name);
    inv_secret_free(&secret);
    inv_token_free(&token);
}

void pam_site_modify(const pam_site *site, const char *ldif)
{
    if (slapd_modify(site->slapd, ldif) != 0)
        fail("ldapmodify", ldif);
}

void pam_site_revoke(const pam_site *site, const char *token)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_token *parsed = NULL;
    inv_call call = {0};

    begin(site, &call, &verdict);
    need(inv_token_parse(call.keys, call.domain->name, token, strlen(token), &parsed, &verdict),
         "token", &verdict);
    need(inv_invite_revoke(&call, inv_token_id(parsed)), "revoke", &verdict);
    inv_call_end(&call);
    inv_token_free(&parsed);
}

/* The invite of a token, with its claims and uses; the caller frees it. */
static inv_invite *read_invite(const pam_site *site, const char *token)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_invite *invite = NULL;
    inv_token *parsed = NULL;
    inv_call call = {0};

    begin(site, &call, &verdict);
    need(inv_token_parse(call.keys, call.domain->name, token, strlen(token), &parsed, &verdict),
         "token", &verdict);
    need(inv_invite_read(&call, inv_token_id(parsed), INV_INVITE_ALL, &invite), "read", &verdict);
    inv_call_end(&call);
    inv_token_free(&parsed);
    return invite;
}

void pam_site_unfinish(const pam_site *site, const char *token, const char *jid)
{
    inv_invite *invite = read_invite(site, token);
    char *ldif = text("dn: %s\nchangetype: modify\ndelete: inviteUsedBy\n-\nadd: inviteClaim\n"
                      "inviteClaim: %s 00112233445566ff\n",
                      invite->dn, jid);

    pam_site_modify(site, ldif);
    free(ldif);
    inv_invite_free(&invite);
}

bool pam_site_is_unfinished(const pam_site *site, const char *token)
{
    inv_invite *invite = read_invite(site, token);
    bool unfinished = invite->claim_count == 1 && invite->used_by_count == 0;

    inv_invite_free(&invite);
    return unfinished;
}

inv_name *pam_site_name(const pam_site *site, const char *local)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_name *name = NULL;

    need(
        inv_name_prepare(&site->context->config->domains[0], local, strlen(local), &name, &verdict),
        local, &verdict);
    return name;
}

const char *pam_site_combined(const char *token, const char *password)
{
    static char combined[2048];

    (void)snprintf(combined, sizeof(combined), "%s:%s", token, password);
    return combined;
}

void pam_site_stack(const pam_site *site, const char *name, const char *lines)
{
    char *result = text("%s", lines);
    char *at;

    while ((at = strstr(result, "CONF")) != NULL) {
        char *longer =
            text("%.*s%s%s", (int)(at - result), result, pam_site_conf(site), at + strlen("CONF"));

        free(result);
        result = longer;
    }
    pam_host_write_stack(site->stacks, name, result);
    free(result);
}
