/* SPDX-License-Identifier: BSD-2-Clause */
#include "terms.h"

#include <string.h>

#include "invitegate/utf8.h"

#define COUNT_MAX 1000

/* A decimal number from 1 to most, and nothing else. */
static bool parse_number(const char *text, long most, long *number)
{
    *number = 0;
    for (; *text >= '0' && *text <= '9' && *number <= most; text++)
        *number = 10 * *number + (*text - '0');
    return *text == '\0' && *number >= 1 && *number <= most;
}

static bool parse_type(const ctl_invocation *invocation, ctl_terms *terms)
{
    const char *text = ctl_option_text(invocation, "type");

    terms->type = INV_INVITE_ACCOUNT;
    if (text == NULL || inv_invite_type_parse(text, &terms->type))
        return true;
    ctl_usage(invocation, "--type is account, contact, contact-account or reset, not \"%s\"", text);
    return false;
}

/* False: an option that the type needs is missing. */
static bool check_needs(const ctl_invocation *invocation, const ctl_terms *terms)
{
    const char *type = inv_invite_type_name(terms->type);

    if (terms->type == INV_INVITE_RESET && !ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "--type reset needs --user: whose password?");
        return false;
    }
    if (inv_invite_type_connects(terms->type) && !ctl_option_given(invocation, "inviter")) {
        ctl_usage(invocation, "--type %s needs --inviter: whose contact?", type);
        return false;
    }
    return true;
}

/*
 * False: an option does nothing with this type. If it were accepted in silence, it would seem to
 * work.
 */
static bool check_fits(const ctl_invocation *invocation, const ctl_terms *terms)
{
    static const char *const of_accounts[] = {"group", "account-expires", NULL};
    const char *type = inv_invite_type_name(terms->type);

    for (size_t i = 0; of_accounts[i] != NULL && !inv_invite_type_registers(terms->type); i++) {
        if (ctl_option_given(invocation, of_accounts[i])) {
            ctl_usage(invocation, "--type %s makes no account: --%s does not go with it", type,
                      of_accounts[i]);
            return false;
        }
    }
    if (terms->type == INV_INVITE_CONTACT && ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "--type contact makes no account: --user does not go with it");
        return false;
    }
    if (terms->no_pair &&
        (terms->type != INV_INVITE_ACCOUNT || !ctl_option_given(invocation, "inviter"))) {
        ctl_usage(invocation, "--no-pair goes with --type account and --inviter");
        return false;
    }
    return true;
}

/* Checks --inherit-groups: whether a name may inherit groups is decided for each name alone. */
static bool check_inheritance(const ctl_invocation *invocation, ctl_terms *terms)
{
    terms->inherit_groups = ctl_option_given(invocation, "inherit-groups");
    if (!terms->inherit_groups)
        return true;
    if (!ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "--inherit-groups is for one name: it needs --user");
        return false;
    }
    if (!inv_invite_type_registers(terms->type)) {
        ctl_usage(invocation, "--type %s makes no account: --inherit-groups does not go with it",
                  inv_invite_type_name(terms->type));
        return false;
    }
    return true;
}

static bool parse_uses(const ctl_invocation *invocation, ctl_terms *terms)
{
    const char *text = ctl_option_text(invocation, "uses");
    long uses = 0;

    terms->uses = 1;
    if (text == NULL)
        return true;
    if (strcmp(text, "unlimited") != 0 && !parse_number(text, INV_INVITE_USES_MAX, &uses)) {
        ctl_usage(invocation, "--uses is a number from 1 to %d, or unlimited", INV_INVITE_USES_MAX);
        return false;
    }
    if (uses != 1 && ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "an invite for one name has one use: leave --uses away");
        return false;
    }
    terms->uses = uses;
    return true;
}

static bool parse_expires(const ctl_invocation *invocation, time_t now, ctl_terms *terms)
{
    const char *text = ctl_option_text(invocation, "expires");
    long seconds;

    terms->expires = 0;
    if (text == NULL)
        return true;
    if (strcmp(text, "never") == 0) {
        terms->expires = INV_NEVER;
        return true;
    }
    if (inv_timestamp_parse_duration(text, &seconds)) {
        terms->expires = now + seconds;
    } else if (!inv_timestamp_parse_rfc3339(text, &terms->expires)) {
        ctl_usage(invocation, "--expires is a duration such as 7d, a time such as "
                              "2030-01-31T12:00:00Z, or never");
        return false;
    }
    if (terms->expires <= now) {
        ctl_usage(invocation, "--expires %s is already over", text);
        return false;
    }
    return true;
}

static bool parse_account_expires(const ctl_invocation *invocation, time_t now, ctl_terms *terms)
{
    const char *text = ctl_option_text(invocation, "account-expires");
    time_t moment;
    long seconds;

    terms->account_expires = NULL;
    terms->account_over = 0;
    if (text == NULL)
        return true;
    if (inv_timestamp_parse_duration(text, &seconds) && seconds > 0) {
        terms->account_expires = text;
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
    inv_timestamp_write_generalized(moment, terms->account_end);
    terms->account_over = moment;
    terms->account_expires = terms->account_end;
    return true;
}

static bool parse_texts(const ctl_invocation *invocation, ctl_terms *terms)
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
        if (text != NULL && !inv_utf8_is_text(text, strlen(text))) {
            ctl_usage(invocation, "--%s has a tab, a line break or another control character",
                      texts[i]);
            return false;
        }
    }
    terms->note = ctl_option_text(invocation, "note");
    terms->roster_group = ctl_option_text(invocation, "roster-group");
    return true;
}

static bool parse_print(const ctl_invocation *invocation, ctl_terms *terms)
{
    static const char *const kinds[] = {"uri", "token", "id", "url", NULL};
    const char *text = ctl_option_text(invocation, "print");
    size_t i = 0;

    terms->print = text != NULL ? text : "uri";
    while (kinds[i] != NULL && strcmp(kinds[i], terms->print) != 0)
        i++;
    if (kinds[i] == NULL) {
        ctl_usage(invocation, "--print is uri, token, id or url, not \"%s\"", text);
        return false;
    }
    return true;
}

static bool parse_qr(const ctl_invocation *invocation, ctl_terms *terms)
{
    terms->qr = ctl_option_given(invocation, "qr");
    if (terms->qr && invocation->json) {
        ctl_usage(invocation, "--qr is for people: not with --json");
        return false;
    }
    if (terms->qr && strcmp(terms->print, "id") == 0) {
        ctl_usage(invocation, "an id cannot be redeemed: --qr goes with uri, token or url");
        return false;
    }
    return true;
}

static bool parse_count(const ctl_invocation *invocation, ctl_terms *terms)
{
    const char *text = ctl_option_text(invocation, "count");

    terms->count = 1;
    if (text == NULL)
        return true;
    if (!parse_number(text, COUNT_MAX, &terms->count)) {
        ctl_usage(invocation, "--count is a number from 1 to %d", COUNT_MAX);
        return false;
    }
    if (terms->count > 1 && ctl_option_given(invocation, "user")) {
        ctl_usage(invocation, "a name is for one invite: --count and --user do not go together");
        return false;
    }
    return true;
}

bool ctl_terms_parse(const ctl_invocation *invocation, ctl_terms *terms)
{
    time_t now = time(NULL);

    terms->no_pair = ctl_option_given(invocation, "no-pair");
    return parse_type(invocation, terms) && check_needs(invocation, terms) &&
           check_fits(invocation, terms) && check_inheritance(invocation, terms) &&
           parse_uses(invocation, terms) && parse_expires(invocation, now, terms) &&
           parse_account_expires(invocation, now, terms) && parse_texts(invocation, terms) &&
           parse_print(invocation, terms) && parse_qr(invocation, terms) &&
           parse_count(invocation, terms);
}
