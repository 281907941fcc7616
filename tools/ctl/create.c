/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "invitegate/utf8.h"
#include "output.h"
#include "progress.h"
#include "qr.h"

#define COUNT_MAX 1000

static const ctl_option options[] = {
    {"type", 't', "TYPE", false, "account, contact, contact-account or reset [account]"},
    {"user", 'u', "NAME", false, "the only name it registers or resets; implies one use"},
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
    inv_invite_request request;
    inv_name *user;
    inv_name *inviter;
    inv_name **contacts;
    const char **groups;
    char account_expires[INV_TIMESTAMP_SIZE];
    const char *print;
    long count;
    bool qr;
} creation;

static bool parse_type(const ctl_invocation *invocation, creation *wanted)
{
    const char *text = ctl_option_text(invocation, "type");

    wanted->request.type = INV_INVITE_ACCOUNT;
    if (text == NULL || inv_invite_type_parse(text, &wanted->request.type))
        return true;
    ctl_usage(invocation, "--type is account, contact, contact-account or reset, not \"%s\"", text);
    return false;
}

/* A decimal number from 1 to most, and nothing else. */
static bool parse_number(const char *text, long most, long *number)
{
    *number = 0;
    for (; *text >= '0' && *text <= '9' && *number <= most; text++)
        *number = 10 * *number + (*text - '0');
    return *text == '\0' && *number >= 1 && *number <= most;
}

static bool parse_pair(const ctl_invocation *invocation, creation *wanted)
{
    wanted->request.no_pair = ctl_option_given(invocation, "no-pair");
    if (!wanted->request.no_pair ||
        (wanted->request.type == INV_INVITE_ACCOUNT && ctl_option_given(invocation, "inviter")))
        return true;
    ctl_usage(invocation, "--no-pair goes with --type account and --inviter");
    return false;
}

static bool parse_uses(const ctl_invocation *invocation, creation *wanted)
{
    const char *text = ctl_option_text(invocation, "uses");
    bool single = ctl_option_given(invocation, "user") || wanted->request.type == INV_INVITE_RESET;
    long uses = 0;

    wanted->request.uses = 1;
    if (text == NULL)
        return true;
    if (strcmp(text, "unlimited") != 0 && !parse_number(text, INV_INVITE_USES_MAX, &uses)) {
        ctl_usage(invocation, "--uses is a number from 1 to %d, or unlimited", INV_INVITE_USES_MAX);
        return false;
    }
    if (single && uses != 1) {
        ctl_usage(invocation, "an invite for one name has one use: leave --uses away");
        return false;
    }
    wanted->request.uses = uses;
    return true;
}

/* A moment from a duration or an RFC 3339 time; false when it is neither. */
static bool parse_moment(const char *text, time_t now, time_t *moment)
{
    long seconds;

    if (inv_timestamp_parse_duration(text, &seconds)) {
        *moment = now + seconds;
        return true;
    }
    return inv_timestamp_parse_rfc3339(text, moment);
}

static bool parse_expires(const ctl_invocation *invocation, const inv_domain *domain, time_t now,
                          creation *wanted)
{
    const char *text = ctl_option_text(invocation, "expires");

    wanted->request.expires = now + domain->default_expiry;
    if (text == NULL)
        return true;
    if (strcmp(text, "never") == 0) {
        wanted->request.expires = INV_NEVER;
        return true;
    }
    if (!parse_moment(text, now, &wanted->request.expires)) {
        ctl_usage(invocation, "--expires is a duration such as 7d, a time such as "
                              "2030-01-31T12:00:00Z, or never");
        return false;
    }
    if (wanted->request.expires <= now) {
        ctl_usage(invocation, "--expires %s is already over", text);
        return false;
    }
    return true;
}

static bool parse_account_expires(const ctl_invocation *invocation, time_t now, creation *wanted)
{
    const char *text = ctl_option_text(invocation, "account-expires");
    time_t moment;
    long seconds;

    if (text == NULL)
        return true;
    if (inv_timestamp_parse_duration(text, &seconds) && seconds > 0) {
        wanted->request.account_expires = text;
        return true;
    }
    if (!inv_timestamp_parse_rfc3339(text, &moment)) {
        ctl_usage(invocation, "--account-expires is a duration such as 30d or a time such as "
                              "2030-01-31T12:00:00Z");
        return false;
    }
    if (moment <= now) {
        ctl_usage(invocation, "--account-expires %s is already over", text);
        return false;
    }
    inv_timestamp_write_generalized(moment, wanted->account_expires);
    wanted->request.account_expires = wanted->account_expires;
    return true;
}

static bool parse_print(const ctl_invocation *invocation, const inv_domain *domain,
                        creation *wanted)
{
    static const char *const kinds[] = {"uri", "token", "id", "url", NULL};
    const char *text = ctl_option_text(invocation, "print");
    size_t i = 0;

    wanted->print = text != NULL ? text : "uri";
    while (kinds[i] != NULL && strcmp(kinds[i], wanted->print) != 0)
        i++;
    if (kinds[i] == NULL) {
        ctl_usage(invocation, "--print is uri, token, id or url, not \"%s\"", text);
        return false;
    }
    if (strcmp(wanted->print, "url") == 0 && domain->landing_url[0] == '\0') {
        ctl_usage(invocation, "--print url needs landing_url in [domain %s]", domain->name);
        return false;
    }
    return true;
}

static bool parse_texts(const ctl_invocation *invocation, creation *wanted)
{
    static const char *const texts[] = {"note", "roster-group", NULL};

    for (size_t i = 0; texts[i] != NULL; i++) {
        const char *text = ctl_option_text(invocation, texts[i]);

        if (text != NULL && text[0] == '\0') {
            ctl_usage(invocation, "--%s is empty: leave it away", texts[i]);
            return false;
        }
        if (text != NULL && !inv_utf8_valid(text, strlen(text))) {
            ctl_usage(invocation, "--%s is not UTF-8 text", texts[i]);
            return false;
        }
    }
    wanted->request.note = ctl_option_text(invocation, "note");
    wanted->request.roster_group = ctl_option_text(invocation, "roster-group");
    return true;
}

static bool parse_amount(const ctl_invocation *invocation, creation *wanted)
{
    const char *text = ctl_option_text(invocation, "count");

    wanted->qr = ctl_option_given(invocation, "qr");
    if (wanted->qr && invocation->json) {
        ctl_usage(invocation, "--qr is for people: not with --json");
        return false;
    }
    if (wanted->qr && strcmp(wanted->print, "id") == 0) {
        ctl_usage(invocation, "an id lets nobody in: --qr goes with uri, token or url");
        return false;
    }
    wanted->count = 1;
    if (text == NULL)
        return true;
    if (!parse_number(text, COUNT_MAX, &wanted->count)) {
        ctl_usage(invocation, "--count is a number from 1 to %d", COUNT_MAX);
        return false;
    }
    if (wanted->count > 1 && ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "a name is for one invite: --count and --user do not go together");
        return false;
    }
    return true;
}

/* What needs no directory and no names; what is wrong here is wrong usage. */
static bool parse_terms(const ctl_invocation *invocation, const inv_domain *domain,
                        creation *wanted)
{
    time_t now = time(NULL);

    if (!parse_type(invocation, wanted) || !parse_pair(invocation, wanted) ||
        !parse_uses(invocation, wanted) || !parse_expires(invocation, domain, now, wanted) ||
        !parse_account_expires(invocation, now, wanted) ||
        !parse_print(invocation, domain, wanted) || !parse_amount(invocation, wanted) ||
        !parse_texts(invocation, wanted))
        return false;
    if (wanted->request.type == INV_INVITE_RESET && !ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "--type reset needs --user: whose password?");
        return false;
    }
    if ((wanted->request.type == INV_INVITE_CONTACT ||
         wanted->request.type == INV_INVITE_CONTACT_ACCOUNT) &&
        !ctl_option_given(invocation, "inviter")) {
        ctl_usage(invocation, "--type %s needs --inviter: whose contact?",
                  inv_invite_type_name(wanted->request.type));
        return false;
    }
    return true;
}

static inv_result read_user(const ctl_invocation *invocation, ctl_session *session,
                            creation *wanted)
{
    const char *text = ctl_option_text(invocation, "user");
    const inv_domain *domain;
    inv_result result;
    size_t local;

    if (text == NULL)
        return INV_OK;
    result = inv_name_find_domain(session->gate->config, text, strlen(text), session->domain->name,
                                  &domain, &local, &session->verdict);
    if (result == INV_OK && wanted->request.type == INV_INVITE_RESET)
        result = ctl_read_jid(session, text, &wanted->user); /* it exists: no name_pattern */
    else if (result == INV_OK)
        result = inv_name_prepare(domain, text, local, &wanted->user, &session->verdict);
    wanted->request.user = wanted->user;
    return result;
}

/* Of several names, which is wrong? */
static inv_result read_person(ctl_session *session, const char *option, const char *text,
                              inv_name **name)
{
    inv_result result = ctl_read_jid(session, text, name);
    char why[sizeof(session->verdict.why)];

    if (result != INV_NAME_INVALID)
        return result;
    memcpy(why, session->verdict.why, sizeof(why));
    return inv_verdict_set(&session->verdict, result, "--%s %.80s: %s", option, text, why);
}

static inv_result read_names(const ctl_invocation *invocation, ctl_session *session,
                             creation *wanted)
{
    const char **contacts = ctl_option_texts(invocation, "contact");
    const char *inviter = ctl_option_text(invocation, "inviter");
    inv_result result = INV_OK;

    wanted->groups = ctl_option_texts(invocation, "group");
    wanted->contacts = calloc(invocation->value_count + 1, sizeof(*wanted->contacts));
    if (contacts == NULL || wanted->groups == NULL || wanted->contacts == NULL) {
        result = inv_verdict_no_memory(&session->verdict);
        goto cleanup;
    }
    result = read_user(invocation, session, wanted);
    if (result == INV_OK && inviter != NULL)
        result = read_person(session, "inviter", inviter, &wanted->inviter);
    for (size_t i = 0; result == INV_OK && contacts[i] != NULL; i++)
        result = read_person(session, "contact", contacts[i], &wanted->contacts[i]);
    wanted->request.inviter = wanted->inviter;
    wanted->request.contacts = (const inv_name *const *)wanted->contacts;
    wanted->request.groups = wanted->groups;
cleanup:
    free(contacts);
    return result;
}

static void clear(creation *wanted)
{
    for (size_t i = 0; wanted->contacts != NULL && wanted->contacts[i] != NULL; i++)
        inv_name_free(&wanted->contacts[i]);
    free(wanted->contacts);
    free(wanted->groups);
    inv_name_free(&wanted->user);
    inv_name_free(&wanted->inviter);
}

/* The stored invite, or at least its id: a token that exists must not stay unseen. */
static json_t *describe(ctl_session *session, const char *id)
{
    inv_verdict verdict = INV_VERDICT_INIT;
    inv_invite *invite = NULL;
    json_t *object;

    if (inv_invite_read(&session->call, id, INV_INVITE_ALL, &invite, &verdict) == INV_OK) {
        object = ctl_invite_json(invite, time(NULL));
    } else {
        ctl_warn("the invite was made but cannot be read back: %s", verdict.why);
        object = json_object();
        ctl_json_text(object, "id", id);
    }
    inv_invite_free(&invite);
    return object;
}

static bool print_text(const creation *wanted, const char *text)
{
    (void)puts(text);
    if (!wanted->qr || ctl_print_qr(stdout, text))
        return true;
    ctl_warn("this cannot be made a QR code: %s", strerror(errno));
    return false;
}

/* The token must not stay unseen, whatever fails. */
static bool print_created(const ctl_invocation *invocation, ctl_session *session,
                          const creation *wanted, const inv_token *token)
{
    char text[INV_TOKEN_LENGTH + 1];
    char *uri;
    char *url;
    bool printed = true;

    inv_token_write(token, text);
    uri = inv_invite_uri(&wanted->request, session->domain->name, text);
    url = inv_invite_url(session->domain, text);
    if (uri == NULL) {
        /* The token alone still redeems. */
        ctl_warn("out of memory: here is the token alone");
        (void)puts(text);
    } else if (invocation->json) {
        json_t *object = describe(session, inv_token_id(token));

        ctl_json_text(object, "token", text);
        ctl_json_text(object, "uri", uri);
        ctl_json_text(object, "url", url);
        printed = ctl_json_print(object);
    } else {
        printed = print_text(wanted, strcmp(wanted->print, "token") == 0 ? text
                                     : strcmp(wanted->print, "id") == 0  ? inv_token_id(token)
                                     : strcmp(wanted->print, "url") == 0 && url != NULL ? url
                                                                                        : uri);
    }
    /* those that were made before something fails are good */
    (void)fflush(stdout);
    inv_wipe(text, sizeof(text));
    inv_wipe_text(&uri);
    inv_wipe_text(&url);
    return printed;
}

static int create_one(const ctl_invocation *invocation, ctl_session *session,
                      const creation *wanted)
{
    inv_token *token = NULL;
    int status;

    if (ctl_session_begin(session) != INV_OK)
        return ctl_fail(&session->verdict);
    if (inv_invite_create(&session->call, &wanted->request, &token, &session->verdict) != INV_OK) {
        ctl_session_log(session);
        return ctl_fail(&session->verdict);
    }
    (void)inv_verdict_set(&session->verdict, INV_OK, "created"); /* for the log */
    status = ctl_session_log(session);
    if (!print_created(invocation, session, wanted, token))
        status = CTL_EXIT_TEMPORARY;
    inv_token_free(&token);
    return status;
}

static int create_all(const ctl_invocation *invocation, ctl_session *session,
                      const creation *wanted)
{
    ctl_progress progress;
    int status = CTL_EXIT_OK;
    long made = 0;

    ctl_progress_start(&progress);
    for (; status == CTL_EXIT_OK && made < wanted->count; made++) {
        /* on one terminal the lines themselves are the progress */
        if (isatty(STDOUT_FILENO) != 1)
            ctl_progress_show(&progress, "invites", (size_t)made, (size_t)wanted->count);
        status = create_one(invocation, session, wanted);
        if (ferror(stdout) && status == CTL_EXIT_OK)
            status = CTL_EXIT_TEMPORARY; /* no more tokens that nobody sees */
    }
    ctl_progress_clear(&progress);
    if (status != CTL_EXIT_OK && wanted->count > 1)
        ctl_warn("ended at invite %ld of %ld; those before it are good", made, wanted->count);
    return status;
}

static int run(const ctl_invocation *invocation)
{
    creation wanted = {.print = "uri"};
    ctl_session session;
    int status = CTL_EXIT_USAGE;

    if (ctl_session_open(invocation, true, &session) != INV_OK ||
        ctl_session_choose_domain(invocation, &session) != INV_OK) {
        status = ctl_fail(&session.verdict);
        goto cleanup;
    }
    if (!parse_terms(invocation, session.domain, &wanted))
        goto cleanup;
    if (read_names(invocation, &session, &wanted) != INV_OK) {
        status = ctl_fail(&session.verdict);
        goto cleanup;
    }
    status = create_all(invocation, &session, &wanted);
    if (status == CTL_EXIT_OK && wanted.request.expires == INV_NEVER)
        ctl_warn("%s never expires: revoke it when it has served its purpose",
                 wanted.count == 1 ? "this invite" : "each of these invites");
cleanup:
    clear(&wanted);
    ctl_session_close(&session);
    return status;
}

const ctl_command ctl_create = {
    .name = "create",
    .arguments = "",
    .summary = "Make an invite and print its URI.",
    .details = "The token is shown now and never again: the directory only holds its digest.\n"
               "contact and contact-account invites need --inviter, reset needs --user.",
    .options = options,
    .run = run,
};
