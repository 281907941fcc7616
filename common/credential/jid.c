/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h> /* memrchr, asprintf */

#include "invitegate/jid.h"

#include <idna.h>
#include <pr29.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stringprep.h>

#include "base/own_locale.h"
#include "invitegate/ascii.h"
#include "invitegate/utf8.h"

#define LOCAL_MAX  1023 /* bytes, RFC 6122 2.3 */
#define DOMAIN_MAX 253  /* characters of A-labels with their dots */

/* Bytes of a part before preparation, which may shorten it. */
#define UNPREPARED_MAX 4096

/* A user name as hosts give it: longer than any can be before preparation shortens it. */
#define USER_MAX 3100

struct inv_jid {
    char *local;
    char *domain;
    char *jid;
};

/* What holds for every part before libidn sees it; what: "name" or "domain". */
static inv_result check_bytes(const char *what, const char *text, size_t length,
                              inv_verdict *verdict)
{
    if (length == 0)
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the %s is empty", what);
    if (length > UNPREPARED_MAX)
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the %s is too long", what);
    if (memchr(text, '\0', length) != NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the %s has a NUL byte in it", what);
    if (!inv_utf8_valid(text, length))
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the %s is not UTF-8", what);
    return INV_OK;
}

static inv_result nodeprep_refused(int cause, inv_verdict *verdict)
{
    switch (cause) {
    case STRINGPREP_MALLOC_ERROR:
        return inv_verdict_no_memory(verdict);
    case STRINGPREP_CONTAINS_UNASSIGNED:
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the name has a character that is not in Unicode 3.2");
    case STRINGPREP_CONTAINS_PROHIBITED:
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the name has a character that JIDs forbid: \" & ' / : < > @, a "
                               "space, a control character or the like");
    case STRINGPREP_BIDI_BOTH_L_AND_RAL:
    case STRINGPREP_BIDI_LEADTRAIL_NOT_RAL:
    case STRINGPREP_BIDI_CONTAINS_PROHIBITED:
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the name mixes right-to-left and left-to-right characters");
    case STRINGPREP_TOO_SMALL_BUFFER:
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the name is longer than %d bytes",
                               LOCAL_MAX);
    default:
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the name has no prepared form (%d)",
                               cause);
    }
}

static inv_result check_prepared(const char *prepared, inv_verdict *verdict)
{
    if (prepared[0] == '\0')
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "nothing of the name is left by nodeprep");
    if (strlen(prepared) > LOCAL_MAX)
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the name is longer than %d bytes",
                               LOCAL_MAX);
    return INV_OK;
}

/*
 * Whether local has only a-z, 0-9 and . _ -, as most names do. nodeprep changes none of these (RFC
 * 3920 A), and libidn takes some ten thousand instructions to say so.
 */
static bool is_plain(const char *local, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char letter = local[i];

        if ((letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') && letter != '.' &&
            letter != '_' && letter != '-')
            return false;
    }
    return true;
}

/* Takes text over, also when it fails. */
static inv_result nodeprep(char *text, char **prepared, inv_verdict *verdict)
{
    inv_result result;
    int cause = pr29_8z(text);

    if (cause != PR29_SUCCESS) {
        free(text);
        return cause != PR29_PROBLEM
                   ? inv_verdict_no_memory(verdict)
                   : inv_verdict_set(verdict, INV_NAME_INVALID,
                                     "the name has characters that servers prepare in different "
                                     "ways");
    }
    cause =
        stringprep(text, UNPREPARED_MAX + 1, STRINGPREP_NO_UNASSIGNED, stringprep_xmpp_nodeprep);
    result =
        cause == STRINGPREP_OK ? check_prepared(text, verdict) : nodeprep_refused(cause, verdict);
    if (result == INV_OK)
        *prepared = text;
    else
        free(text);
    return result;
}

static inv_result prepare_local(const char *local, size_t length, char **prepared,
                                inv_verdict *verdict)
{
    inv_result result = check_bytes("name", local, length, verdict);
    bool plain;
    char *text;

    *prepared = NULL;
    if (result != INV_OK)
        return result;
    if (memchr(local, '@', length) != NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "there is another @ in front of the domain, and names have none; is "
                               "the domain given twice?");
    plain = length <= LOCAL_MAX && is_plain(local, length);
    text = calloc(1, plain ? length + 1 : UNPREPARED_MAX + 1);
    if (text == NULL)
        return inv_verdict_no_memory(verdict);
    memcpy(text, local, length);
    if (!plain)
        return nodeprep(text, prepared, verdict);
    *prepared = text;
    return INV_OK;
}

static inv_result prepare_domain(const char *domain, size_t length, char **prepared,
                                 inv_verdict *verdict)
{
    inv_result result = check_bytes("domain", domain, length, verdict);
    char *copy = NULL;
    char *labels = NULL;
    size_t labels_length;
    int cause;

    *prepared = NULL;
    if (result != INV_OK)
        return result;
    if (memchr(domain, '/', length) != NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "there is a resource behind the domain; leave the / and what "
                               "follows away");
    copy = calloc(length + 1, 1);
    if (copy == NULL)
        return inv_verdict_no_memory(verdict);
    memcpy(copy, domain, length);
    cause = idna_to_ascii_8z(copy, &labels, IDNA_USE_STD3_ASCII_RULES);
    free(copy);
    if (cause == IDNA_MALLOC_ERROR)
        return inv_verdict_no_memory(verdict);
    if (cause != IDNA_SUCCESS)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the domain is no DNS name: labels of letters, digits and inner "
                               "hyphens, with dots between");
    labels_length = strlen(labels);
    if (labels_length > 0 && labels[labels_length - 1] == '.')
        labels[--labels_length] = '\0';
    for (char *label = labels; *label != '\0'; label++) {
        if (*label >= 'A' && *label <= 'Z')
            *label = (char)(*label - 'A' + 'a');
    }
    if (labels_length == 0 || labels_length > DOMAIN_MAX || labels[0] == '.' ||
        strstr(labels, "..") != NULL) {
        free(labels);
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the domain is empty, too long or has an empty label");
    }
    *prepared = labels;
    return INV_OK;
}

/* Takes local and domain over, also when it fails. */
static inv_result make_name(char *local, char *domain, inv_jid **name, inv_verdict *verdict)
{
    inv_jid *made = calloc(1, sizeof(*made));

    if (made == NULL) {
        free(local);
        free(domain);
        return inv_verdict_no_memory(verdict);
    }
    made->local = local;
    made->domain = domain;
    if (asprintf(&made->jid, "%s@%s", local, domain) < 0) {
        made->jid = NULL;
        inv_jid_free(&made);
        return inv_verdict_no_memory(verdict);
    }
    *name = made;
    return INV_OK;
}

/* The configured domain that the option names; NULL without an option. */
static inv_result find_option(const inv_config *config, const char *option,
                              const inv_domain **domain, inv_verdict *verdict)
{
    inv_verdict unused = INV_VERDICT_INIT;
    char *prepared = NULL;
    inv_result result;

    *domain = NULL;
    if (option == NULL)
        return INV_OK;
    result = prepare_domain(option, strlen(option), &prepared, &unused);
    if (result == INV_NO_MEMORY)
        return inv_verdict_no_memory(verdict);
    if (result == INV_OK)
        *domain = inv_config_domain(config, prepared);
    free(prepared);
    if (*domain == NULL)
        return inv_verdict_set(verdict, INV_CONFIG,
                               "the option says domain %s, but %s has no section [domain %s]",
                               option, config->path, option);
    return INV_OK;
}

inv_result inv_user_find_domain(const inv_config *config, const inv_user *user,
                                const inv_domain **domain, size_t *local_length,
                                inv_verdict *verdict)
{
    const char *at = user->length > 0 ? memrchr(user->text, '@', user->length) : NULL;
    const inv_domain *wanted;
    char *prepared = NULL;
    inv_result result;

    *domain = NULL;
    *local_length = at != NULL ? (size_t)(at - user->text) : user->length;
    if (user->length > USER_MAX)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "a user name of %zu bytes is longer than any can be", user->length);
    result = find_option(config, user->option, &wanted, verdict);
    if (result != INV_OK)
        return result;
    if (at == NULL) {
        if (wanted == NULL && config->domain_count == 1)
            wanted = &config->domains[0];
        if (wanted == NULL)
            return inv_verdict_set(verdict, INV_CONFIG,
                                   "%s has several domains and the user name tells none: name one "
                                   "with the option domain=",
                                   config->path);
        *domain = wanted;
        return INV_OK;
    }
    result = prepare_domain(at + 1, user->length - *local_length - 1, &prepared, verdict);
    if (result != INV_OK)
        return result;
    *domain = inv_config_domain(config, prepared);
    free(prepared);
    if (*domain == NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID, "the user name's domain is not one of %s",
                               config->path);
    if (wanted != NULL && *domain != wanted) {
        *domain = NULL;
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the user name's domain is not %s, which the option asks for",
                               wanted->name);
    }
    return INV_OK;
}

/*
 * Matches the whole name: in a pattern with | the ^ and $ at its ends hold for one alternative
 * only.
 */
static inv_result match_pattern(const inv_domain *domain, const char *local, inv_verdict *verdict)
{
    regmatch_t match = {.rm_so = -1};
    bool plain = inv_ascii_only(domain->name_pattern_text);
    bool again = plain && !inv_ascii_only(local);
    locale_t before = own_locale_enter(plain && !again);
    regex_t characters;
    int error = 0;

    /* an ASCII pattern was compiled in C, where each byte counts as a character */
    if (again)
        error = regcomp(&characters, domain->name_pattern_text, REG_EXTENDED);
    if (error == 0) {
        error = regexec(again ? &characters : &domain->name_pattern, local, 1, &match, 0);
        if (again)
            regfree(&characters);
    }
    own_locale_leave(before);
    if (error == REG_ESPACE)
        return inv_verdict_no_memory(verdict);
    if (!inv_ascii_only(local) && !own_locale_knows_utf8())
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the name has characters beyond ASCII, and this host lacks the "
                               "locale C.UTF-8 to judge them");
    if (error == 0 && match.rm_so == 0 && (size_t)match.rm_eo == strlen(local))
        return INV_OK;
    return inv_verdict_set(verdict, INV_NAME_INVALID,
                           "the name does not match name_pattern %s of [domain %s]",
                           domain->name_pattern_text, domain->name);
}

/* RFC 5322 3.2.3: in a mail address a dot comes only between other characters. */
static inv_result check_mail(const inv_domain *domain, const char *local, inv_verdict *verdict)
{
    bool good = local[0] != '.' && local[strlen(local) - 1] != '.' && strstr(local, "..") == NULL;

    if (!domain->names_are_mail || good)
        return INV_OK;
    return inv_verdict_set(verdict, INV_NAME_INVALID,
                           "no mail address can be made of the name: a dot at its beginning, at "
                           "its end or beside another, and account_attributes of [domain %s] makes "
                           "one",
                           domain->name);
}

/* A name of the domain. Takes local over, also when it fails. */
static inv_result make_in(const inv_domain *domain, char *local, inv_jid **name,
                          inv_verdict *verdict)
{
    char *domain_name = strdup(domain->name);
    inv_result result;

    if (domain_name == NULL) {
        free(local);
        return inv_verdict_no_memory(verdict);
    }
    result = make_name(local, domain_name, name, verdict);
    if (result == INV_OK)
        (void)snprintf(verdict->user, sizeof(verdict->user), "%s", (*name)->jid);
    return result;
}

inv_result inv_jid_prepare(const inv_domain *domain, const char *local, size_t length,
                           inv_jid **name, inv_verdict *verdict)
{
    char *prepared = NULL;
    inv_result result = prepare_local(local, length, &prepared, verdict);

    *name = NULL;
    if (result != INV_OK)
        return result;
    result = match_pattern(domain, prepared, verdict);
    if (result == INV_OK)
        result = check_mail(domain, prepared, verdict);
    if (result != INV_OK) {
        free(prepared);
        return result;
    }
    return make_in(domain, prepared, name, verdict);
}

inv_result inv_jid_prepare_existing(const inv_domain *domain, const char *local, size_t length,
                                    inv_jid **name, inv_verdict *verdict)
{
    char *prepared = NULL;
    inv_result result = prepare_local(local, length, &prepared, verdict);

    *name = NULL;
    return result == INV_OK ? make_in(domain, prepared, name, verdict) : result;
}

inv_result inv_jid_parse(const char *jid, inv_jid **name, inv_verdict *verdict)
{
    const char *at = strrchr(jid, '@');
    char *local = NULL;
    char *domain = NULL;
    inv_result result;

    *name = NULL;
    if (strchr(jid, '/') != NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the JID has a resource; write it without the / and what follows");
    if (at == NULL)
        return inv_verdict_set(verdict, INV_NAME_INVALID,
                               "the JID has no @; write it as name@domain");
    result = prepare_local(jid, (size_t)(at - jid), &local, verdict);
    if (result != INV_OK)
        return result;
    result = prepare_domain(at + 1, strlen(at + 1), &domain, verdict);
    if (result != INV_OK) {
        free(local);
        return result;
    }
    return make_name(local, domain, name, verdict);
}

/*
 * Whether nodeprep makes local of reserved. A reserved name that cannot be prepared equals no name.
 */
static inv_result prepares_to(const char *reserved, const char *local, bool *same)
{
    inv_verdict unused = INV_VERDICT_INIT;
    size_t length = strlen(reserved);
    char *prepared = NULL;
    inv_result result;

    if (is_plain(reserved, length)) {
        *same = strcmp(reserved, local) == 0;
        return INV_OK;
    }
    result = prepare_local(reserved, length, &prepared, &unused);
    *same = result == INV_OK && strcmp(prepared, local) == 0;
    free(prepared);
    return result == INV_NO_MEMORY ? INV_NO_MEMORY : INV_OK;
}

inv_result inv_jid_check_reserved(const inv_domain *domain, const inv_jid *name,
                                  inv_verdict *verdict)
{
    for (char **reserved = domain->reserved_names; *reserved != NULL; reserved++) {
        bool same = false;

        if (prepares_to(*reserved, name->local, &same) != INV_OK)
            return inv_verdict_no_memory(verdict);
        if (same)
            return inv_verdict_set(verdict, INV_NAME_RESERVED, "%s is one of reserved_names",
                                   name->local);
    }
    return INV_OK;
}

bool inv_jid_equal(const inv_jid *a, const inv_jid *b)
{
    return strcmp(a->jid, b->jid) == 0;
}

const char *inv_jid_local(const inv_jid *name)
{
    return name->local;
}

const char *inv_jid_domain(const inv_jid *name)
{
    return name->domain;
}

const char *inv_jid_text(const inv_jid *name)
{
    return name->jid;
}

const char *inv_jid_text_domain(const char *jid)
{
    const char *at = strrchr(jid, '@');

    return at != NULL ? at + 1 : NULL;
}

bool inv_jid_text_is_of(const char *jid, const inv_domain *domain)
{
    const char *of_jid = inv_jid_text_domain(jid);

    return of_jid != NULL && inv_ascii_equal(of_jid, domain->name);
}

void inv_jid_free(inv_jid **name)
{
    if (*name == NULL)
        return;
    free((*name)->local);
    free((*name)->domain);
    free((*name)->jid);
    free(*name);
    *name = NULL;
}
