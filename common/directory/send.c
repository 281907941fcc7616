/* SPDX-License-Identifier: BSD-2-Clause */
#include "send.h"

#include <stdint.h>
#include <stdlib.h>

#include "invitegate/directory.h"

#define PAGE_SIZE_ENTRIES 500 /* RFC 2696: below the usual server limits */

/* An operation's changes as libldap wants them; the values' bytes are borrowed. */
typedef struct modifications {
    LDAPMod **list; /* both end with NULL: the list, and in pointers the part of each change */
    LDAPMod *items;
    struct berval **pointers;
    struct berval *values;
} modifications;

static void modifications_free(modifications *made)
{
    free(made->list);
    free(made->items);
    free(made->pointers);
    free(made->values);
}

static bool modifications_allocate(modifications *made, const inv_operation *operation)
{
    size_t changes = operation->change_count;
    size_t values = 0;

    for (size_t i = 0; i < changes; i++)
        values += operation->changes[i].value_count;
    *made = (modifications){
        .list = calloc(changes + 1, sizeof(LDAPMod *)),
        .items = calloc(changes + 1, sizeof(LDAPMod)),
        .pointers = calloc(values + changes + 1, sizeof(struct berval *)),
        .values = calloc(values + 1, sizeof(struct berval)),
    };
    return made->list != NULL && made->items != NULL && made->pointers != NULL &&
           made->values != NULL;
}

static void modifications_fill(modifications *made, const inv_operation *operation)
{
    static const int kinds[] = {
        [INV_CHANGE_ADD] = LDAP_MOD_ADD,
        [INV_CHANGE_DELETE] = LDAP_MOD_DELETE,
        [INV_CHANGE_REPLACE] = LDAP_MOD_REPLACE,
    };
    struct berval **pointer = made->pointers;
    struct berval *value = made->values;

    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        made->list[i] = &made->items[i];
        made->items[i].mod_op = kinds[change->kind] | LDAP_MOD_BVALUES;
        made->items[i].mod_type = change->attribute;
        if (change->value_count == 0)
            continue;
        made->items[i].mod_bvalues = pointer;
        for (size_t j = 0; j < change->value_count; j++) {
            value->bv_len = inv_secret_length(change->values[j]);
            value->bv_val = (char *)(uintptr_t)inv_secret_bytes(change->values[j]);
            *pointer++ = value++;
        }
        pointer++;
    }
}

/* RFC 4527 3.2: the names as an AttributeSelection; freed by ber_memfree. */
static bool write_selection(char **attributes, struct berval *selection)
{
    BerElement *writer = ber_alloc_t(LBER_USE_DER);
    bool written = writer != NULL && ber_printf(writer, "{v}", attributes) != -1 &&
                   ber_flatten2(writer, selection, 1) != -1;

    if (writer != NULL)
        ber_free(writer, 1);
    return written;
}

static int send_update(LDAP *handle, inv_operation *operation)
{
    LDAPControl policy = {.ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_PASSWORDPOLICYREQUEST};
    LDAPControl after = {.ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_POST_READ};
    LDAPControl *controls[] = {NULL, NULL, NULL};
    size_t count = 0;
    modifications made;
    int error = LDAP_NO_MEMORY;

    if (!modifications_allocate(&made, operation))
        goto cleanup;
    if (operation->password_policy)
        controls[count++] = &policy;
    if (operation->read_after != NULL) {
        if (!write_selection(operation->read_after, &after.ldctl_value))
            goto cleanup;
        controls[count] = &after;
    }
    modifications_fill(&made, operation);
    if (operation->kind == INV_OPERATION_ADD)
        error =
            ldap_add_ext(handle, operation->dn, made.list, controls, NULL, &operation->message_id);
    else
        error = ldap_modify_ext(handle, operation->dn, made.list, controls, NULL,
                                &operation->message_id);
cleanup:
    ber_memfree(after.ldctl_value.bv_val);
    modifications_free(&made);
    return error;
}

int send_search(LDAP *handle, inv_operation *operation, struct berval *cookie)
{
    static const int scopes[] = {
        [INV_SCOPE_BASE] = LDAP_SCOPE_BASE,
        [INV_SCOPE_ONE] = LDAP_SCOPE_ONELEVEL,
        [INV_SCOPE_SUBTREE] = LDAP_SCOPE_SUBTREE,
    };
    char no_attributes[] = LDAP_NO_ATTRS;
    char *nothing[] = {no_attributes, NULL};
    char **attributes = operation->attribute_count > 0 ? operation->attributes : nothing;
    LDAPControl *controls[] = {NULL, NULL};
    int error = LDAP_SUCCESS;

    if (operation->paged)
        error = ldap_create_page_control(handle, PAGE_SIZE_ENTRIES, cookie, 1, &controls[0]);
    if (error != LDAP_SUCCESS)
        return error;
    error = ldap_search_ext(handle, operation->dn, scopes[operation->scope], operation->filter,
                            attributes, 0, controls, NULL, NULL,
                            operation->size_limit > 0 ? (int)operation->size_limit : LDAP_NO_LIMIT,
                            &operation->message_id);
    if (controls[0] != NULL)
        ldap_control_free(controls[0]);
    return error;
}

int send_operation(LDAP *handle, inv_operation *operation)
{
    struct berval cookie = {operation->cookie_length, operation->cookie};

    switch (operation->kind) {
    case INV_OPERATION_SEARCH:
        return send_search(handle, operation, operation->cookie != NULL ? &cookie : NULL);
    case INV_OPERATION_ADD:
    case INV_OPERATION_MODIFY:
        return send_update(handle, operation);
    case INV_OPERATION_DELETE:
        return ldap_delete_ext(handle, operation->dn, NULL, NULL, &operation->message_id);
    case INV_OPERATION_WHO_AM_I:
        return ldap_whoami(handle, NULL, NULL, &operation->message_id);
    }
    return LDAP_PARAM_ERROR;
}
