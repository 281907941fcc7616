/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <string.h>

#include "command.h"
#include "invitegate/secret.h"
#include "invitegate/timestamp.h"
#include "output.h"

bool ctl_json_print(json_t *object)
{
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    bool printed = line != NULL;

    if (printed)
        (void)puts(line);
    else
        ctl_warn("out of memory");
    /* it may hold a token */
    inv_wipe_text(&line);
    json_decref(object);
    return printed;
}

/* The directory may hold bytes that are not UTF-8; JSON cannot. */
static json_t *json_of_text(const char *text)
{
    json_t *string = json_string(text);

    return string != NULL ? string : json_string("\xef\xbf\xbd");
}

void ctl_json_text(json_t *object, const char *key, const char *text)
{
    (void)json_object_set_new(object, key, text != NULL ? json_of_text(text) : json_null());
}

void ctl_write_time(time_t moment, char text[INV_TIMESTAMP_SIZE])
{
    text[0] = '\0';
    if (moment == INV_NEVER)
        (void)snprintf(text, INV_TIMESTAMP_SIZE, "never");
    else if (moment != 0)
        inv_timestamp_write_rfc3339(moment, text);
}

/* A duration as stored, or a stored generalizedTime as RFC 3339; stored may be NULL. */
static const char *write_end(const char *stored, char text[INV_TIMESTAMP_SIZE])
{
    time_t moment;

    if (stored == NULL || !inv_timestamp_parse_generalized(stored, &moment))
        return stored;
    ctl_write_time(moment, text);
    return text;
}

static json_t *json_of_list(char *const *texts)
{
    json_t *list = json_array();

    for (; texts != NULL && *texts != NULL; texts++)
        (void)json_array_append_new(list, json_of_text(*texts));
    return list;
}

static void set_time(json_t *object, const char *key, time_t moment)
{
    char text[INV_TIMESTAMP_SIZE];

    ctl_write_time(moment, text);
    ctl_json_text(object, key, text[0] != '\0' ? text : NULL);
}

static json_t *json_of_uses(const inv_use *uses, size_t count, bool with_time)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *use = json_object();

        ctl_json_text(use, "jid", uses[i].jid);
        if (with_time)
            set_time(use, "time", uses[i].time);
        (void)json_array_append_new(list, use);
    }
    return list;
}

void ctl_json_claims(json_t *object, const inv_invite *invite)
{
    (void)json_object_set_new(object, "claims",
                              json_of_uses(invite->claims, invite->claim_count, false));
}

json_t *ctl_invite_json(const inv_invite *invite, time_t now)
{
    json_t *object = json_object();
    char end[INV_TIMESTAMP_SIZE];

    ctl_json_text(object, "id", invite->id);
    ctl_json_text(object, "type", inv_invite_type_name(invite->type));
    ctl_json_text(object, "domain", invite->domain);
    ctl_json_text(object, "user", invite->user);
    ctl_json_text(object, "inviter", invite->inviter);
    (void)json_object_set_new(object, "contacts", json_of_list(invite->contacts));
    (void)json_object_set_new(object, "groups", json_of_list(invite->groups));
    ctl_json_text(object, "rosterGroup", invite->roster_group);
    if (invite->no_pair)
        (void)json_object_set_new(object, "rosterSubscription", json_false());
    set_time(object, "created", invite->created);
    set_time(object, "expires", inv_invite_end(invite));
    ctl_json_text(object, "accountExpires", write_end(invite->account_expires, end));
    (void)json_object_set_new(object, "uses", json_integer(invite->uses));
    (void)json_object_set_new(object, "usesLeft", json_integer(inv_invite_open_uses(invite)));
    ctl_json_text(object, "state", inv_invite_state_name(inv_invite_state_at(invite, now)));
    ctl_json_claims(object, invite);
    (void)json_object_set_new(object, "usedBy",
                              json_of_uses(invite->used_by, invite->used_by_count, true));
    ctl_json_text(object, "note", invite->note);
    ctl_json_text(object, "madeBy", invite->made_by);
    if (inv_invite_state_at(invite, now) == INV_INVITE_EXPIRED &&
        inv_invite_expired_because(invite, now) != NULL)
        ctl_json_text(object, "why", inv_invite_expired_because(invite, now));
    return object;
}

void ctl_invite_uses(const inv_invite *invite, char text[48])
{
    if (invite->uses == 0)
        (void)snprintf(text, 48, "unlimited");
    else
        (void)snprintf(text, 48, "%ld of %ld", inv_invite_open_uses(invite), invite->uses);
}

static void print_line(FILE *stream, const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    (void)fprintf(stream, "%-16s", label);
    (void)ctl_print_safe(stream, text);
    (void)fputc('\n', stream);
}

static void print_lines(FILE *stream, const char *label, char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++)
        print_line(stream, label, *texts);
}

void ctl_invite_print(FILE *stream, const inv_invite *invite, time_t now)
{
    char text[INV_TIMESTAMP_SIZE];
    char uses[48];

    print_line(stream, "id", invite->id);
    print_line(stream, "state", inv_invite_state_name(inv_invite_state_at(invite, now)));
    if (inv_invite_state_at(invite, now) == INV_INVITE_EXPIRED)
        print_line(stream, "because", inv_invite_expired_because(invite, now));
    print_line(stream, "type", inv_invite_type_name(invite->type));
    print_line(stream, "domain", invite->domain);
    print_line(stream, "user", invite->user);
    print_line(stream, "inviter", invite->inviter);
    print_lines(stream, "contact", invite->contacts);
    print_lines(stream, "group", invite->groups);
    print_line(stream, "roster group", invite->roster_group);
    print_line(stream, "subscription", invite->no_pair ? "none with the inviter" : NULL);
    ctl_write_time(invite->created, text);
    print_line(stream, "created", text);
    ctl_write_time(inv_invite_end(invite), text);
    print_line(stream, "expires", text);
    print_line(stream, "account expires", write_end(invite->account_expires, text));
    ctl_invite_uses(invite, uses);
    print_line(stream, "uses left", uses);
    for (size_t i = 0; i < invite->claim_count; i++)
        print_line(stream, "claimed by", invite->claims[i].jid);
    for (size_t i = 0; i < invite->used_by_count; i++) {
        ctl_write_time(invite->used_by[i].time, text);
        (void)fprintf(stream, "%-16s%s  ", "used by", text);
        (void)ctl_print_safe(stream, invite->used_by[i].jid);
        (void)fputc('\n', stream);
    }
    print_line(stream, "made by", invite->made_by);
    print_line(stream, "note", invite->note);
}

json_t *ctl_verdict_json(const inv_verdict *verdict, const char *domain)
{
    json_t *object = json_object();

    ctl_json_text(object, "result", inv_result_name(verdict->result));
    ctl_json_text(object, "invite", verdict->invite_id[0] != '\0' ? verdict->invite_id : NULL);
    ctl_json_text(object, "user", verdict->user[0] != '\0' ? verdict->user : NULL);
    ctl_json_text(object, "domain", domain);
    ctl_json_text(object, "why", verdict->why[0] != '\0' ? verdict->why : NULL);
    return object;
}
