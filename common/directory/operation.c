/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "invitegate/directory.h"

#include "libldap.h"

static inv_operation *new_operation(inv_operation_kind kind, const char *dn)
{
    inv_operation *operation = calloc(1, sizeof(*operation));

    if (operation == NULL)
        return NULL;
    operation->kind = kind;
    operation->policy_error = -1;
    operation->dn = strdup(dn);
    if (operation->dn == NULL)
        inv_operation_free(&operation);
    return operation;
}

/*
 * One allocation, to be freed as such: the list, and the names behind it. NULL when memory is
 * short.
 */
static char **copy_attributes(const char *const *attributes, size_t *count)
{
    size_t size = sizeof(char *);
    char **copy;
    char *end;

    for (*count = 0; attributes[*count] != NULL; (*count)++)
        size += sizeof(char *) + strlen(attributes[*count]) + 1;
    copy = calloc(1, size);
    if (copy == NULL)
        return NULL;
    end = (char *)(copy + *count + 1);
    for (size_t i = 0; i < *count; i++) {
        copy[i] = end;
        end = stpcpy(end, attributes[i]) + 1;
    }
    return copy;
}

inv_operation *inv_operation_search(const char *base, inv_scope scope, const char *filter,
                                    const char *const *attributes)
{
    inv_operation *operation = NULL;

    if (base != NULL)
        operation = new_operation(INV_OPERATION_SEARCH, base);
    if (operation == NULL)
        return NULL;
    operation->scope = scope;
    operation->filter = strdup(filter != NULL ? filter : "(objectClass=*)");
    operation->attributes = copy_attributes(attributes, &operation->attribute_count);
    if (operation->filter == NULL || operation->attributes == NULL)
        inv_operation_free(&operation);
    return operation;
}

inv_operation *inv_operation_new_add(const char *dn)
{
    return dn != NULL ? new_operation(INV_OPERATION_ADD, dn) : NULL;
}

inv_operation *inv_operation_new_modify(const char *dn)
{
    return dn != NULL ? new_operation(INV_OPERATION_MODIFY, dn) : NULL;
}

inv_operation *inv_operation_new_delete(const char *dn)
{
    return dn != NULL ? new_operation(INV_OPERATION_DELETE, dn) : NULL;
}

inv_operation *inv_operation_new_who_am_i(void)
{
    return new_operation(INV_OPERATION_WHO_AM_I, "");
}

/* An add names each attribute once (RFC 4511 4.7), wherever its values came from. */
static inv_change *change_of_add(inv_operation *operation, const char *attribute)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        if (inv_ascii_equal(operation->changes[i].attribute, attribute))
            return &operation->changes[i];
    }
    return NULL;
}

/* The change a further value goes to: an existing one that fits, else a new one. */
static inv_change *change_for(inv_operation *operation, inv_change_kind kind, const char *attribute)
{
    inv_change *last =
        operation->change_count > 0 ? &operation->changes[operation->change_count - 1] : NULL;
    inv_change *grown;

    if (operation->kind == INV_OPERATION_ADD)
        last = change_of_add(operation, attribute);
    if (last != NULL && last->kind == kind && inv_ascii_equal(last->attribute, attribute))
        return last;
    grown = reallocarray(operation->changes, operation->change_count + 1, sizeof(*grown));
    if (grown == NULL)
        return NULL;
    operation->changes = grown;
    last = &grown[operation->change_count];
    *last = (inv_change){.kind = kind, .attribute = strdup(attribute)};
    if (last->attribute == NULL)
        return NULL;
    operation->change_count++;
    return last;
}

static bool append_value(inv_change *change, const char *bytes, size_t length)
{
    inv_secret **grown =
        reallocarray(change->values, change->value_count + 1, sizeof(inv_secret *));

    if (grown == NULL)
        return false;
    change->values = grown;
    grown[change->value_count] = inv_secret_new(bytes, length);
    if (grown[change->value_count] == NULL)
        return false;
    change->value_count++;
    return true;
}

void inv_operation_value(inv_operation *operation, inv_change_kind kind, const char *attribute,
                         const char *bytes, size_t length)
{
    inv_change *change;

    if (operation == NULL)
        return;
    change = change_for(operation, kind, attribute);
    if (change == NULL || (bytes != NULL && !append_value(change, bytes, length)))
        operation->no_memory = true;
}

void inv_operation_text(inv_operation *operation, inv_change_kind kind, const char *attribute,
                        const char *text)
{
    inv_operation_value(operation, kind, attribute, text, text != NULL ? strlen(text) : 0);
}

void inv_operation_read_after(inv_operation *operation, const char *const *attributes)
{
    size_t count = 0;

    if (operation == NULL ||
        (operation->kind != INV_OPERATION_ADD && operation->kind != INV_OPERATION_MODIFY))
        return;
    free(operation->read_after);
    operation->read_after = copy_attributes(attributes, &count);
    if (operation->read_after == NULL)
        operation->no_memory = true;
}

static void free_change(inv_change *change)
{
    for (size_t i = 0; i < change->value_count; i++)
        inv_secret_free(&change->values[i]);
    free(change->values);
    free(change->attribute);
}

static void free_entries(inv_operation *operation)
{
    for (size_t i = 0; i < operation->entry_count; i++)
        inv_entry_free(&operation->entries[i]);
    free(operation->entries);
    operation->entries = NULL;
    operation->entry_count = 0;
    inv_entry_free(&operation->after);
}

void inv_operation_free(inv_operation **operation)
{
    if (*operation == NULL)
        return;
    free((*operation)->attributes);
    free((*operation)->read_after);
    for (size_t i = 0; i < (*operation)->change_count; i++)
        free_change(&(*operation)->changes[i]);
    free((*operation)->changes);
    free_entries(*operation);
    free((*operation)->cookie);
    free((*operation)->matched_dn);
    free((*operation)->diagnostic);
    free((*operation)->referral);
    free((*operation)->authorization);
    free((*operation)->filter);
    free((*operation)->dn);
    free(*operation);
    *operation = NULL;
}

bool inv_operation_append_entry(inv_operation *operation, inv_entry *entry)
{
    inv_entry **grown =
        reallocarray(operation->entries, operation->entry_count + 1, sizeof(*grown));

    if (grown == NULL) {
        inv_entry_free(&entry);
        return false;
    }
    operation->entries = grown;
    grown[operation->entry_count++] = entry;
    return true;
}

void inv_operation_set_after(inv_operation *operation, inv_entry *entry)
{
    inv_entry_free(&operation->after);
    operation->after = entry;
}

void inv_operation_answer(inv_operation *operation, int code, const char *matched_dn,
                          const char *diagnostic)
{
    free(operation->matched_dn);
    free(operation->diagnostic);
    operation->matched_dn = matched_dn != NULL ? strdup(matched_dn) : NULL;
    operation->diagnostic = diagnostic != NULL && diagnostic[0] != '\0' ? strdup(diagnostic) : NULL;
    operation->code = code;
    operation->state = INV_OPERATION_ANSWERED;
}

void inv_operation_reset(inv_operation *operation)
{
    free_entries(operation);
    free(operation->referral);
    operation->referral = NULL;
    free(operation->authorization);
    operation->authorization = NULL;
    inv_operation_set_after(operation, NULL);
    operation->state = INV_OPERATION_UNSENT;
    operation->code = 0;
    operation->policy_error = -1;
}

bool inv_operation_has_more(const inv_operation *operation)
{
    return operation->cookie != NULL;
}

bool inv_operation_set_page(inv_operation *operation, const char *cookie, size_t length,
                            size_t estimate)
{
    char *copy = NULL;

    if (length > 0) {
        copy = malloc(length);
        if (copy == NULL)
            return false;
        memcpy(copy, cookie, length);
    }
    free(operation->cookie);
    operation->cookie = copy;
    operation->cookie_length = length;
    operation->estimate = estimate;
    return true;
}

bool inv_operation_answered(const inv_operation *operation, int code)
{
    return operation->state == INV_OPERATION_ANSWERED && operation->code == code;
}

/* Undecided: codes of RFC 4511 4.1.9, and of libldap -1 (server down) and 85 (timeout). */
bool inv_operation_decided(const inv_operation *operation)
{
    static const int undecided[] = {3, 11, 51, 52, 80, -1, 85};

    for (size_t i = 0; i < sizeof(undecided) / sizeof(undecided[0]); i++) {
        if (operation->code == undecided[i])
            return false;
    }
    return operation->state == INV_OPERATION_ANSWERED;
}

bool inv_operation_set_referral(inv_operation *operation, const char *url)
{
    const char *host = strstr(url, "://");
    const char *end = host != NULL ? strchr(host + 3, '/') : NULL;
    char *server = end != NULL ? strndup(url, (size_t)(end - url)) : strdup(url);

    if (server == NULL)
        return false;
    free(operation->referral);
    operation->referral = server;
    return true;
}
