/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "tests/support/pam_site.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/support/leftover.h"
#include "tests/support/pam_host.h"

#define A_DAY 86400

void pam_site_start(void)
{
    static const char *const options[] = {"--conf", NULL};
    const struct site_settings settings = {.slapd_options = options, .example = true};

    site = site_start(&settings);
    ck_assert_int_eq(mkdir(pam_site_folder(), 0700), 0);
    pam_host_write_stack(pam_site_folder(), "other",
                         "auth required pam_deny.so\naccount required pam_deny.so\n"
                         "password required pam_deny.so\nsession required pam_deny.so");
    pam_site_account("alice", SITE_PASSWORD, NULL);
}

const char *pam_site_folder(void)
{
    static char folder[256];

    (void)snprintf(folder, sizeof(folder), "%s/pam.d", slapd_directory(site->slapd));
    return folder;
}

const char *pam_site_conf(void)
{
    return slapd_conf_path(site->slapd);
}

const char *pam_site_conf_with(const char *name, const char *key, const char *value)
{
    static char path[256];
    FILE *from = fopen(pam_site_conf(), "r");
    FILE *to = NULL;
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    (void)snprintf(path, sizeof(path), "%s/%s", slapd_directory(site->slapd), name);
    to = fopen(path, "w");
    ck_assert_ptr_nonnull(from);
    ck_assert_ptr_nonnull(to);
    while (getline(&line, &size, from) >= 0) {
        size_t length = strcspn(line, " =");

        if (length == strlen(key) && strncmp(line, key, length) == 0) {
            fprintf(to, "%s = %s\n", key, value);
            found = true;
        } else {
            fputs(line, to);
        }
    }
    ck_assert_msg(found, "the example configuration has no key %s", key);
    free(line);
    fclose(from);
    fclose(to);
    return path;
}

static inv_token *make_invite(const inv_invite_request *request)
{
    struct site_request full = {.request = {.type = INV_INVITE_ACCOUNT}};

    if (request != NULL)
        full.request = *request;
    if (full.request.uses == 0)
        full.request.uses = 1;
    if (full.request.expires == 0)
        full.request.expires = time(NULL) + A_DAY;
    return site_create(site, &full);
}

void pam_site_invite(const inv_invite_request *request, char token[INV_TOKEN_LENGTH + 1])
{
    inv_token *made = make_invite(request);

    inv_token_write(made, token);
    inv_token_free(&made);
}

void pam_site_account(const char *local, const char *password, const inv_invite_request *request)
{
    inv_token *token = make_invite(request);

    redeem(token, local, password);
    expect(INV_OK);
    inv_token_free(&token);
}

static inv_token *parse(const char *text)
{
    inv_token *token = NULL;

    ck_assert_msg(inv_token_parse(site->context->keys, site_domain(site)->name, text, strlen(text),
                                  &token, &verdict) == INV_OK,
                  "%s", verdict.why);
    return token;
}

void pam_site_revoke(const char *token)
{
    inv_token *parsed = parse(token);

    ck_assert_int_eq(site_revoke(site, parsed), INV_OK);
    inv_token_free(&parsed);
}

void pam_site_unfinish(const char *token, const char *jid)
{
    inv_token *parsed = parse(token);

    site_modify(site,
                "dn: inviteId=%s," SITE_INVITES "\nchangetype: modify\ndelete: inviteUsedBy\n-\n"
                "add: inviteClaim\ninviteClaim: %s " LEFTOVER_NONCE "\n",
                inv_token_id(parsed), jid);
    inv_token_free(&parsed);
}

bool pam_site_is_unfinished(const char *token)
{
    inv_token *parsed = parse(token);
    struct site_state state;

    site_state(site, parsed, &state);
    inv_token_free(&parsed);
    return state.claims == 1 && state.used_by == 0;
}

const char *pam_site_combined(const char *token, const char *password)
{
    static char combined[2048];

    (void)snprintf(combined, sizeof(combined), "%s:%s", token, password);
    return combined;
}

void pam_site_stack(const char *name, const char *lines)
{
    char *result = strdup(lines);
    char *at;

    ck_assert_ptr_nonnull(result);
    while ((at = strstr(result, "CONF")) != NULL) {
        char *longer = NULL;

        ck_assert_int_gt(asprintf(&longer, "%.*s%s%s", (int)(at - result), result, pam_site_conf(),
                                  at + strlen("CONF")),
                         0);
        free(result);
        result = longer;
    }
    pam_host_write_stack(pam_site_folder(), name, result);
    free(result);
}

bool pam_site_logged(const char *words)
{
    return strstr(pam_host_log(), words) != NULL;
}
