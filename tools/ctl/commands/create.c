/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invitegate/invite.h"
#include "invitegate/redeem.h"
#include "invitegate/secret.h"
#include "io/interrupt.h"
#include "io/output.h"
#include "io/progress.h"
#include "io/qr.h"
#include "session.h"
#include "terms.h"

static const ctl_option options[] = {
    {"type", 't', "TYPE", false, "account, contact, contact-account or reset [account]"},
    {"user", 'u', "NAME", false, "the only name it registers or resets; implies one use"},
    {"inherit-groups", 0, NULL, false, "even if a group has that name as a member: with --user"},
    {"inviter", 'i', "JID", false, "who invites; gets onto the new account's roster"},
    {"no-pair", 0, NULL, false, "record the inviter, but make them no contacts of each other"},
    {"contact", 0, "JID", true, "one more contact to pre-approve"},
    {"group", 0, "DN", true, "a group that the account joins, one of allowed_groups"},
    {"roster-group", 0, "NAME", false, "the contacts' group [roster_group of the domain]"},
    {"uses", 'n', "N", false, "how many uses, 1 to 1000, or unlimited [1]"},
    {"expires", 'e', "WHEN", false, "7d, never or an RFC 3339 time [default_expiry]"},
    {"account-expires", 0, "WHEN", false, "the end of a guest's account: 30d or an RFC 3339 time"},
    {"note", 0, "TEXT", false, "a remark for the list"},
    {"print", 'p', "WHAT", false, "uri, token, id or url [uri]"},
    {"count", 0, "N", false, "make N such invites, 1 to 1000 [1]"},
    {"qr", 0, NULL, false, "also print it as a QR code"},
    {NULL, 0, NULL, false, NULL},
};

/* What was asked for, with everything that the request borrows. */
typedef struct creation {
    ctl_terms terms;
    inv_invite_request request;
    inv_jid *user;
    inv_jid *inviter;
    inv_jid **contacts;
    const char **groups;
    char made_by[32];
    int status;
} creation;

/*
 * Fills in the request, with what the domain sets where the command line does not. False: wrong
 * usage, which has been printed.
 */
static bool complete_terms(const ctl_session *session, creation *wanted)
{
    const inv_domain *domain = session->domain;
    const ctl_terms *terms = &wanted->terms;
    long usual = terms->type == INV_INVITE_RESET ? domain->reset_expiry : domain->default_expiry;

    if (strcmp(terms->print, "url") == 0 && domain->landing_url[0] == '\0') {
        ctl_usage(session->invocation, "--print url needs landing_url in [domain %s]",
                  domain->name);
        return false;
    }
    (void)snprintf(wanted->made_by, sizeof(wanted->made_by), "ctl:%lu", (unsigned long)getuid());
    wanted->request = (inv_invite_request){
        .type = terms->type,
        .roster_group = terms->roster_group,
        .no_pair = terms->no_pair,
        .uses = terms->uses,
        .expires = terms->expires != 0 ? terms->expires : time(NULL) + usual,
        .account_expires = terms->account_expires,
        .made_by = wanted->made_by,
        .inherit_groups = terms->inherit_groups,
        .note = terms->note,
    };
    return true;
}

static inv_result read_user(ctl_session *session, creation *wanted)
{
    const char *text = ctl_option_text(session->invocation, "user");
    inv_allowed_types allowed_types = inv_redeem_types(wanted->request.type);
    const inv_domain *domain;
    inv_result result;
    size_t local;

    if (text == NULL)
        return INV_OK;
    result = inv_user_find_domain(session->context->config,
                                  &(inv_user){text, strlen(text), session->domain->name}, &domain,
                                  &local, &session->verdict);
    if (result == INV_OK)
        result = inv_redeem_name(domain, text, &allowed_types, &wanted->user, &session->verdict);
    wanted->request.user = wanted->user;
    return result;
}

/* Tells in the error which of several names is wrong. */
static inv_result read_person(ctl_session *session, const char *option, const char *text,
                              inv_jid **name)
{
    inv_result result = ctl_read_jid(session, text, name);
    char why[sizeof(session->verdict.why)];

    if (result != INV_NAME_INVALID)
        return result;
    memcpy(why, session->verdict.why, sizeof(why));
    return inv_verdict_set(&session->verdict, result, "--%s %.80s: %s", option, text, why);
}

static inv_result read_names(ctl_session *session, creation *wanted)
{
    const ctl_invocation *invocation = session->invocation;
    const char **contacts = ctl_option_texts(invocation, "contact");
    const char *inviter = ctl_option_text(invocation, "inviter");
    inv_result result = INV_OK;

    wanted->groups = ctl_option_texts(invocation, "group");
    wanted->contacts = calloc(invocation->value_count + 1, sizeof(*wanted->contacts));
    if (contacts == NULL || wanted->groups == NULL || wanted->contacts == NULL) {
        result = inv_verdict_no_memory(&session->verdict);
        goto cleanup;
    }
    result = read_user(session, wanted);
    if (result == INV_OK && inviter != NULL)
        result = read_person(session, "inviter", inviter, &wanted->inviter);
    for (size_t i = 0; result == INV_OK && contacts[i] != NULL; i++)
        result = read_person(session, "contact", contacts[i], &wanted->contacts[i]);
    wanted->request.inviter = wanted->inviter;
    wanted->request.contacts = (const inv_jid *const *)wanted->contacts;
    wanted->request.groups = wanted->groups;
cleanup:
    free(contacts);
    return result;
}

static void clear(void *state)
{
    creation *wanted = state;

    for (size_t i = 0; wanted->contacts != NULL && wanted->contacts[i] != NULL; i++)
        inv_jid_free(&wanted->contacts[i]);
    free(wanted->contacts);
    free(wanted->groups);
    inv_jid_free(&wanted->user);
    inv_jid_free(&wanted->inviter);
}

/*
 * The stored invite, or at least its id: a failure to read it must not keep the token from being
 * shown.
 */
static json_t *describe(ctl_session *session, const char *id)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_call call = inv_call_aside(&session->call, &verdict);
    inv_invite *invite = NULL;
    json_t *object;

    if (inv_invite_read(&call, id, INV_INVITE_ALL, &invite) == INV_OK) {
        object = ctl_invite_json(invite, time(NULL));
    } else {
        ctl_warn("the invite was made but cannot be read back: %s", verdict.why);
        object = json_object();
        ctl_json_text(object, "id", id);
    }
    inv_invite_free(&invite);
    return object;
}

static bool print_text(const ctl_terms *terms, const char *text)
{
    (void)puts(text);
    if (!terms->qr || ctl_print_qr(stdout, text))
        return true;
    ctl_warn("this cannot be made a QR code: %s", strerror(errno));
    return false;
}

/* Prints the token in any case, whatever else fails. */
static bool print_created(ctl_session *session, const creation *wanted, const inv_token *token)
{
    const char *print = wanted->terms.print;
    char text[INV_TOKEN_LENGTH + 1];
    char *uri;
    char *url;
    bool printed = true;

    inv_token_write(token, text);
    uri = inv_invite_uri(&wanted->request, session->domain->name, text);
    url = inv_invite_url(session->domain, text);
    if (uri == NULL) {
        /* the token alone can be redeemed, too */
        ctl_warn("out of memory: here is the token alone");
        (void)puts(text);
    } else if (session->invocation->json) {
        json_t *object = describe(session, inv_token_id(token));

        ctl_json_text(object, "token", text);
        ctl_json_text(object, "uri", uri);
        ctl_json_text(object, "url", url);
        printed = ctl_json_print(object);
    } else {
        printed = print_text(&wanted->terms, strcmp(print, "token") == 0 ? text
                                             : strcmp(print, "id") == 0  ? inv_token_id(token)
                                             : strcmp(print, "url") == 0 && url != NULL ? url
                                                                                        : uri);
    }
    inv_wipe(text, sizeof(text));
    inv_wipe_text(&uri);
    inv_wipe_text(&url);
    return printed;
}

/*
 * Each token is written before the next invite is made: when something fails, the invites before
 * are good.
 */
static bool is_out(const inv_token *token)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return true;
    ctl_warn("the token of invite %s could not be written and is lost: revoke it",
             inv_token_id(token));
    return false;
}

static int create_one(ctl_session *session, const creation *wanted)
{
    inv_token *token = NULL;
    int status = CTL_EXIT_OK;

    if (ctl_session_begin(session) != INV_OK)
        return ctl_fail(&session->verdict);
    if (inv_invite_create(&session->call, &wanted->request, &token) != INV_OK) {
        ctl_session_log(session);
        return ctl_fail(&session->verdict);
    }
    (void)inv_verdict_set(&session->verdict, INV_OK, "created"); /* for the log */
    ctl_session_log(session);
    if (!print_created(session, wanted, token))
        status = CTL_EXIT_TEMPORARY;
    if (!is_out(token))
        status = CTL_EXIT_TEMPORARY;
    inv_token_free(&token);
    return status;
}

static int create_all(ctl_session *session, const creation *wanted)
{
    long count = wanted->terms.count;
    ctl_progress progress;
    int status = CTL_EXIT_OK;
    long made = 0;

    ctl_progress_start(&progress);
    for (; status == CTL_EXIT_OK && made < count; made++) {
        sigset_t before;

        /* on one terminal the lines themselves are the progress */
        if (isatty(STDOUT_FILENO) != 1)
            ctl_progress_show(&progress, "invites", (size_t)made, (size_t)count);
        /* an interrupt between an invite and its token would lose the token */
        ctl_hold_interrupts(&before);
        status = create_one(session, wanted);
        ctl_release_interrupts(&before);
    }
    ctl_progress_clear(&progress);
    if (status != CTL_EXIT_OK && count > 1)
        ctl_warn("ended at invite %ld of %ld; those before it are good", made, count);
    return status;
}

/*
 * False: no invite is made where its token cannot be shown. A closed standard output is open for
 * reading here (main.c).
 */
static bool can_print(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);

    /* a reader that goes away is an error of writing then, which is reported */
    (void)signal(SIGPIPE, SIG_IGN);
    if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
        return true;
    ctl_warn("standard output is closed, the token would be lost: nothing is made");
    return false;
}

/*
 * Tells people until when the link works: on standard error, so that standard output has one line
 * an invite.
 */
static void print_end(const ctl_invocation *invocation, const creation *wanted)
{
    const char *which = wanted->terms.count == 1 ? "this invite" : "each of these invites";
    bool account_first =
        wanted->terms.account_over != 0 && wanted->terms.account_over < wanted->request.expires;
    char own[INV_TIMESTAMP_SIZE];
    char end[INV_TIMESTAMP_SIZE];

    ctl_write_time(wanted->request.expires, own);
    ctl_write_time(account_first ? wanted->terms.account_over : wanted->request.expires, end);
    if (account_first)
        ctl_warn("warning: the account is over at %s, before the invite's own end (%s): %s "
                 "registers no account after that",
                 end, own, which);
    else if (wanted->request.expires == INV_NEVER)
        ctl_warn("%s never expires: revoke it when it has served its purpose", which);
    else if (!invocation->json)
        ctl_warn("%s ends at %s", which, end);
}

static int parse(const ctl_invocation *invocation, void *state)
{
    creation *wanted = state;

    if (!ctl_terms_parse(invocation, &wanted->terms))
        return CTL_EXIT_USAGE;
    return can_print() ? CTL_EXIT_OK : CTL_EXIT_TEMPORARY;
}

static inv_result read_domain(ctl_session *session, void *state)
{
    (void)state;
    return ctl_choose_domain_of(session, ctl_option_text(session->invocation, "user"));
}

static inv_result run(ctl_session *session, void *state)
{
    creation *wanted = state;
    inv_result result;

    if (!complete_terms(session, wanted)) {
        wanted->status = CTL_EXIT_USAGE;
        return INV_OK;
    }
    result = read_names(session, wanted);
    if (result == INV_OK)
        wanted->status = create_all(session, wanted);
    return result;
}

static int print(const ctl_session *session, void *state)
{
    const creation *made = state;

    if (made->status == CTL_EXIT_OK)
        print_end(session->invocation, made);
    return made->status;
}

const ctl_command ctl_create = {
    .name = "create",
    .arguments = "",
    .summary = "Make an invite and print its URI.",
    .details = "The token is shown now and never again: the directory only holds its digest.\n"
               "contact and contact-account invites need --inviter, reset needs --user.",
    .options = options,
    .calls = CTL_OWN_CALLS, /* one an invite */
    .state_size = sizeof(creation),
    .parse = parse,
    .read = read_domain,
    .run = run,
    .print = print,
    .clear = clear,
};
