/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "invitegate/ascii.h"
#include "invitegate/password_form.h"
#include "keys.h"

#define BLANKS " \t"

static inv_result because(char *reason, const char *text)
{
    (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%s", text);
    return INV_CONFIG;
}

/*
 * The next item at or behind *cursor, which moves on; *item becomes NULL at the end. Blanks
 * separate items, a part in double quotes may hold them; the quotes go.
 */
static inv_result next_item(const char **cursor, char **item, char *reason)
{
    const char *text = *cursor + strspn(*cursor, BLANKS);
    bool quoted = false;
    size_t length = 0;
    char *copy;

    *item = NULL;
    if (*text == '\0')
        return INV_OK;
    if (*text == '#' || *text == ';')
        return because(reason, "a comment needs a line of its own");
    copy = malloc(strlen(text) + 1);
    if (copy == NULL)
        return INV_NO_MEMORY;
    for (; *text != '\0' && (quoted || strchr(BLANKS, *text) == NULL); text++) {
        if (*text == '"')
            quoted = !quoted;
        else
            copy[length++] = *text;
    }
    copy[length] = '\0';
    *cursor = text;
    if (quoted || length == 0) {
        free(copy);
        return because(reason, quoted ? "a double quote is not closed" : "an item is empty");
    }
    *item = copy;
    return INV_OK;
}

static size_t count_of(char *const *list)
{
    size_t count = 0;

    while (list[count] != NULL)
        count++;
    return count;
}

static bool holds(char *const *list, const char *item)
{
    for (; *list != NULL; list++) {
        if (inv_ascii_equal(*list, item))
            return true;
    }
    return false;
}

/* Appends item, which it takes over. */
static inv_result append(char ***list, char *item)
{
    size_t count = count_of(*list);
    char **longer = reallocarray(*list, count + 2, sizeof(*longer));

    if (longer == NULL) {
        free(item);
        return INV_NO_MEMORY;
    }
    longer[count] = item;
    longer[count + 1] = NULL;
    *list = longer;
    return INV_OK;
}

/* A list of items that valid accepts (NULL: all), none twice, at least fewest. */
static inv_result parse_list(const char *value, char ***list, size_t fewest,
                             bool (*valid)(const char *item, char *reason), char *reason)
{
    char *item;

    *list = calloc(1, sizeof(**list));
    if (*list == NULL)
        return INV_NO_MEMORY;
    for (;;) {
        inv_result result = next_item(&value, &item, reason);

        if (result != INV_OK)
            return result;
        if (item == NULL)
            break;
        if (holds(*list, item)) {
            (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%.80s stands there twice", item);
            free(item);
            return INV_CONFIG;
        }
        if (valid != NULL && !valid(item, reason)) {
            if (*reason == '\0')
                (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%.80s is not", item);
            free(item);
            return INV_CONFIG;
        }
        result = append(list, item);
        if (result != INV_OK)
            return result;
    }
    return count_of(*list) >= fewest ? INV_OK : INV_CONFIG;
}

inv_result inv_config_parse_words(const char *value, void *field, char *reason)
{
    return parse_list(value, field, 0, NULL, reason);
}

static bool is_dn_item(const char *item, char *reason)
{
    (void)reason;
    return inv_config_is_dn(item);
}

inv_result inv_config_parse_dns(const char *value, void *field, char *reason)
{
    return parse_list(value, field, 0, is_dn_item, reason);
}

static bool is_class(const char *item, char *reason)
{
    (void)reason;
    return inv_config_is_descriptor(item);
}

inv_result inv_config_parse_classes(const char *value, void *field, char *reason)
{
    inv_result result = parse_list(value, field, 1, is_class, reason);

    if (result == INV_OK && !holds(*(char ***)field, "xmppAccount"))
        return because(reason, "xmppAccount is missing");
    return result;
}

/* --------------------------------------------------------------------------------------- uri */

static bool is_uri(const char *item, char *reason)
{
    bool local = strncmp(item, "ldapi://", 8) == 0;
    const char *host;
    size_t length;

    if (strncmp(item, "ldap://", 7) == 0)
        host = item + 7;
    else if (local || strncmp(item, "ldaps://", 8) == 0)
        host = item + 8;
    else
        return false;
    length = strcspn(host, "/?#@");
    if (host[length] != '\0' && strcmp(host + length, "/") != 0) {
        if (local)
            (void)because(reason, "in a socket's path every / is written as %2F: "
                                  "ldapi://%2Frun%2Fslapd%2Fldapi");
        else
            (void)because(reason, "only a host name or address and a port may follow ://");
        return false;
    }
    return local || length > 0;
}

inv_result inv_config_parse_uris(const char *value, void *field, char *reason)
{
    return parse_list(value, field, 1, is_uri, reason);
}

/* ------------------------------------------------------------------------ password_verifiers */

static unsigned verifier_bit(const char *name)
{
    const inv_password_form *form = inv_password_verifiers;

    while (form->name != NULL && strcmp(name, form->name) != 0)
        form++;
    return form->verifiers;
}

static bool is_verifier(const char *item, char *reason)
{
    (void)reason;
    return verifier_bit(item) != 0;
}

static void free_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

inv_result inv_config_parse_verifiers(const char *value, void *field, char *reason)
{
    char **list = NULL;
    unsigned bits = 0;
    unsigned user_password;
    inv_result result = parse_list(value, &list, 1, is_verifier, reason);

    for (size_t i = 0; result == INV_OK && list[i] != NULL; i++)
        bits |= verifier_bit(list[i]);
    free_list(list);
    user_password = bits & INV_VERIFIERS_USER_PASSWORD;
    if ((user_password & (user_password - 1)) != 0)
        return because(reason, "server, crypt and ssha512 exclude each other: each is the one "
                               "value of userPassword");
    *(unsigned *)field = bits;
    return result;
}

/* ------------------------------------------------------------------------ account_attributes */

/* Attributes that a redemption writes by itself. */
static bool is_written_anyway(const char *attribute)
{
    static const char *const names[] = {"objectClass",   "userPassword",       "authPassword",
                                        "xmppJid",       "inviteId",           "inviteNonce",
                                        "xmppInvitedBy", "xmppAccountExpires", "xmppVerifiersOf"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (inv_ascii_equal(attribute, names[i]))
            return true;
    }
    return false;
}

static bool is_attribute_item(const char *item, char *reason)
{
    const char *equal = strchr(item, '=');
    bool names_user;

    if (equal == NULL || equal[1] == '\0') {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%.60s has no %s; quotes missing?", item,
                       equal == NULL ? "'='" : "value");
        return false;
    }
    return inv_config_is_template(equal + 1, &names_user, reason);
}

/* Splits attribute=value; item is left untouched. */
static inv_result part_item(const char *item, inv_attribute_template *part, char *reason)
{
    const char *equal = strchr(item, '=');

    part->attribute = strndup(item, (size_t)(equal - item));
    part->value = strdup(equal + 1);
    if (part->attribute == NULL || part->value == NULL)
        return INV_NO_MEMORY;
    if (!inv_config_is_descriptor(part->attribute)) {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%.60s is not an attribute name",
                       part->attribute);
        return INV_CONFIG;
    }
    if (is_written_anyway(part->attribute)) {
        (void)snprintf(reason, INV_CONFIG_REASON_SIZE, "%.60s is written by invitegate itself",
                       part->attribute);
        return INV_CONFIG;
    }
    return INV_OK;
}

inv_result inv_config_parse_attributes(const char *value, void *field, char *reason)
{
    inv_domain *domain = field;
    char **list = NULL;
    inv_result result = parse_list(value, &list, 0, is_attribute_item, reason);

    if (result != INV_OK)
        goto cleanup;
    /* one more, so that the array of no items is not NULL */
    domain->account_attributes = calloc(count_of(list) + 1, sizeof(*domain->account_attributes));
    if (domain->account_attributes == NULL) {
        result = INV_NO_MEMORY;
        goto cleanup;
    }
    for (size_t i = 0; result == INV_OK && list[i] != NULL; i++) {
        domain->account_attribute_count = i + 1;
        result = part_item(list[i], &domain->account_attributes[i], reason);
    }

cleanup:
    free_list(list);
    return result;
}
