/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/invite.h"
#include "invitegate/timestamp.h"
#include "invitegate/utf8.h"
#include "op_create.h"

/* The operation create: invites that users of the XMPP server make. */

typedef struct creation {
    inv_invite_request request;
    inv_jid *inviter;
    inv_jid *user;
    char *made_by;
} creation;

static const char *const options[] = {"user=", "expires=", "note=", "roster-subscription=", NULL};

static bool is_known(const char *text)
{
    size_t i = 0;

    while (options[i] != NULL && strncmp(options[i], text, strlen(options[i])) != 0)
        i++;
    return options[i] != NULL;
}

const char *agent_create_problem(const char *const *arguments, size_t count)
{
    static const char words[] =
        "options are user=, expires=, note= and roster-subscription=, each once";

    for (size_t i = 2; i < count; i++) {
        if (!is_known(arguments[i]))
            return words;
        for (size_t j = 2; j < i; j++) {
            if (strncmp(arguments[i], arguments[j], strcspn(arguments[i], "=") + 1) == 0)
                return words;
        }
    }
    return NULL;
}

/* The value of an option ("user="), NULL when it is missing or empty. */
static const char *option(const agent_task *task, const char *name)
{
    for (size_t i = 2; i < task->argument_count; i++) {
        const char *value = task->arguments[i] + strlen(name);

        if (strncmp(task->arguments[i], name, strlen(name)) == 0)
            return value[0] != '\0' ? value : NULL;
    }
    return NULL;
}

/* NOT_ALLOWED with words for the inviter. */
static inv_result refuse(agent_task *task, const char *words)
{
    inv_result result = inv_verdict_set(&task->verdict, INV_NOT_ALLOWED, "%s", words);

    return agent_set_text(task, "%s", words) == INV_OK ? result : INV_NO_MEMORY;
}

static inv_result read_inviter(agent_task *task, creation *wanted)
{
    inv_result result =
        inv_jid_parse(task->arguments[0], &wanted->inviter, agent_clear_words(task));

    if (result != INV_OK)
        return result;
    wanted->request.inviter = wanted->inviter;
    if (asprintf(&wanted->made_by, "xmpp:%s", inv_jid_text(wanted->inviter)) == -1) {
        wanted->made_by = NULL;
        return inv_verdict_no_memory(&task->verdict);
    }
    wanted->request.made_by = wanted->made_by;
    if (strcmp(inv_jid_domain(wanted->inviter), task->domain->name) != 0)
        return refuse(task, "Only accounts of this server make invites.");
    return INV_OK;
}

/* "no" is for account invites only: the other types exist to make contacts. */
static inv_result read_subscription(agent_task *task, creation *wanted)
{
    static const char *const words[2][3] = {{"yes", "true", "1"}, {"no", "false", "0"}};
    const char *text = option(task, "roster-subscription=");
    size_t known = 0;

    if (text == NULL)
        return INV_OK;
    while (known < 6 && strcmp(text, words[known / 3][known % 3]) != 0)
        known++;
    wanted->request.no_pair = known >= 3;
    if (known == 6)
        return refuse(task, "Becoming contacts is yes or no.");
    if (wanted->request.no_pair && wanted->request.type != INV_INVITE_ACCOUNT)
        return refuse(task, "Whoever this invites always becomes a contact.");
    return INV_OK;
}

static inv_result read_type(agent_task *task, creation *wanted)
{
    const char *user = option(task, "user=");

    if (!inv_invite_type_parse(task->arguments[1], &wanted->request.type) ||
        wanted->request.type == INV_INVITE_RESET)
        return refuse(task, "Invites are of the type account, contact or contact-account.");
    if (user == NULL)
        return INV_OK;
    if (wanted->request.type == INV_INVITE_CONTACT)
        return refuse(task, "An invite for a contact is for no name.");
    return INV_OK;
}

static inv_result read_expires(agent_task *task, creation *wanted)
{
    const char *text = option(task, "expires=");
    time_t now = time(NULL);
    time_t last = now + task->domain->default_expiry;
    long seconds;

    wanted->request.expires = last;
    if (text == NULL)
        return INV_OK;
    if (inv_timestamp_parse_duration(text, &seconds))
        wanted->request.expires = now + seconds;
    else if (!inv_timestamp_parse_rfc3339(text, &wanted->request.expires))
        return refuse(task, "The end of an invite is a duration such as 2d or a time.");
    if (wanted->request.expires <= now || wanted->request.expires > last)
        return refuse(task, "An invite cannot end then.");
    return INV_OK;
}

/* A note is shown in lists and logs, and stored in the invite. */
static inv_result read_note(agent_task *task, creation *wanted)
{
    const char *note = option(task, "note=");

    wanted->request.note = note;
    if (note == NULL || (strlen(note) <= AGENT_NOTE_MAX && inv_utf8_is_text(note, strlen(note))))
        return INV_OK;
    return refuse(task, "A note is one line of at most 1024 bytes.");
}

static inv_result read_request(agent_task *task, creation *wanted)
{
    const char *user = option(task, "user=");
    inv_result result = read_inviter(task, wanted);

    wanted->request.uses = 1;
    if (result == INV_OK)
        result = read_type(task, wanted);
    if (result == INV_OK)
        result = read_subscription(task, wanted);
    if (result == INV_OK)
        result = read_expires(task, wanted);
    if (result == INV_OK)
        result = read_note(task, wanted);
    if (result == INV_OK && user != NULL)
        result =
            agent_redeem_name(task, user, inv_redeem_types(wanted->request.type), &wanted->user);
    wanted->request.user = wanted->user;
    return result;
}

static inv_result check_count(agent_task *task, const creation *wanted)
{
    unsigned most = task->service->context->config->agent.max_open_invites;
    size_t open = 0;
    inv_result result = inv_invite_count_open(&task->call, wanted->inviter, &open);

    if (result == INV_OK && open >= most)
        result = refuse(task, "You have as many open invites as one may have.");
    return result;
}

static inv_result answer_invite(agent_task *task, const creation *wanted, const inv_token *token)
{
    char expires[INV_TIMESTAMP_SIZE];
    char text[INV_TOKEN_LENGTH + 1];
    inv_result result;
    char *uri;
    char *url;

    inv_timestamp_write_rfc3339(wanted->request.expires, expires);
    inv_token_write(token, text);
    uri = inv_invite_uri(&wanted->request, task->domain->name, text);
    url = inv_invite_url(task->domain, text);
    if (uri != NULL)
        task->text =
            inv_secret_join("uri=", uri, url != NULL ? "\nurl=" : "", url != NULL ? url : "",
                            "\nexpires=", expires, "\nid=", inv_token_id(token), NULL);
    result = task->text != NULL ? INV_OK : inv_verdict_no_memory(&task->verdict);
    inv_wipe(text, sizeof(text));
    inv_wipe_text(&uri);
    inv_wipe_text(&url);
    return result;
}

static inv_result create(agent_task *task, creation *wanted)
{
    const char *inviter = inv_jid_text(wanted->inviter);
    agent_inviters *inviters = task->service->inviters;
    agent_inviter present = {.jid = inviter};
    inv_token *token = NULL;
    inv_result result;

    if (!agent_inviters_enter(inviters, &present, &task->call.deadline))
        return inv_verdict_set(agent_clear_words(task), INV_TIMEOUT,
                               "other invites of %s are being made", inviter);
    result = check_count(task, wanted);
    if (result == INV_OK)
        result = inv_invite_create(&task->call, &wanted->request, &token);
    agent_inviters_leave(inviters, &present);
    if (result == INV_OK)
        result = answer_invite(task, wanted, token);
    if (result == INV_OK)
        (void)inv_verdict_set(&task->verdict, INV_OK, "created by %s", inviter);
    inv_token_free(&token);
    return result;
}

inv_result agent_create(agent_task *task)
{
    creation wanted = {.inviter = NULL};
    inv_result result = read_request(task, &wanted);

    if (result == INV_OK)
        result = create(task, &wanted);
    inv_jid_free(&wanted.inviter);
    inv_jid_free(&wanted.user);
    free(wanted.made_by);
    return result;
}
