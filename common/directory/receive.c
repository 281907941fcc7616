/* SPDX-License-Identifier: BSD-2-Clause */
#include "receive.h"

#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "send.h"

/* RFC 4512: no name of an entry or of an attribute has a NUL; liblber puts one behind each. */
static bool has_no_nul(const struct berval *bytes)
{
    return bytes->bv_val != NULL && memchr(bytes->bv_val, '\0', bytes->bv_len) == NULL;
}

/* Copies the values, which lie in the message itself, and wipes them there. */
static bool take_values(const char *attribute, struct berval *values, inv_entry *entry)
{
    bool taken = true;

    for (size_t i = 0; values != NULL && values[i].bv_val != NULL; i++) {
        taken = taken && inv_entry_append(entry, attribute, values[i].bv_val, values[i].bv_len);
        inv_wipe(values[i].bv_val, values[i].bv_len);
    }
    return taken;
}

/*
 * Takes the attributes behind position, in one pass and without copies of libldap's. Returns its
 * error.
 */
static int take_attributes(LDAP *handle, LDAPMessage *message, BerElement *position,
                           inv_entry *entry)
{
    for (;;) {
        struct berval name = {0, NULL};
        struct berval *values = NULL;
        int error = ldap_get_attribute_ber(handle, message, position, &name, &values);

        if (error == LDAP_SUCCESS && name.bv_val == NULL)
            return LDAP_SUCCESS;
        if (error == LDAP_SUCCESS && !has_no_nul(&name))
            error = LDAP_DECODING_ERROR;
        if (error == LDAP_SUCCESS && !take_values(name.bv_val, values, entry))
            error = LDAP_NO_MEMORY;
        ldap_memfree(values);
        if (error != LDAP_SUCCESS)
            return error;
    }
}

static int take_entry(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    BerElement *position = NULL;
    struct berval dn = {0, NULL};
    inv_entry *entry = NULL;
    int error = ldap_get_dn_ber(handle, message, &position, &dn);

    if (error == LDAP_SUCCESS && !has_no_nul(&dn))
        error = LDAP_DECODING_ERROR;
    if (error == LDAP_SUCCESS) {
        entry = inv_entry_new(dn.bv_val);
        error = entry != NULL ? take_attributes(handle, message, position, entry) : LDAP_NO_MEMORY;
    }
    ber_free(position, 0);
    if (error != LDAP_SUCCESS) {
        inv_entry_free(&entry);
        return error;
    }
    return inv_operation_append_entry(operation, entry) ? LDAP_SUCCESS : LDAP_NO_MEMORY;
}

static void take_policy_error(LDAP *handle, LDAPControl **controls, inv_operation *operation)
{
    LDAPControl *policy = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
    LDAPPasswordPolicyError error = PP_noError;

    if (policy != NULL &&
        ldap_parse_passwordpolicy_control(handle, policy, NULL, NULL, &error) == LDAP_SUCCESS &&
        error != PP_noError)
        operation->policy_error = (int)error;
}

/* The SearchResultEntry (RFC 4511 4.5.2) that reader holds, or NULL. */
static inv_entry *read_entry(BerElement *reader)
{
    struct berval dn = {0, NULL};
    inv_entry *entry = NULL;
    ber_len_t length = 0;
    char *end = NULL;

    if (ber_scanf(reader, "{m", &dn) == LBER_ERROR || !has_no_nul(&dn))
        return NULL;
    entry = inv_entry_new(dn.bv_val);
    for (ber_tag_t tag = ber_first_element(reader, &length, &end);
         entry != NULL && tag != LBER_DEFAULT; tag = ber_next_element(reader, &length, end)) {
        struct berval name = {0, NULL};
        struct berval *values = NULL;
        ber_len_t size = sizeof(*values); /* of one value for M, which puts it at offset 0 */

        if (ber_scanf(reader, "{mM}", &name, &values, &size, (ber_len_t)0) == LBER_ERROR ||
            !has_no_nul(&name) || !take_values(name.bv_val, values, entry))
            inv_entry_free(&entry);
        ber_memfree(values);
    }
    return entry;
}

/*
 * RFC 4527 3.2. A control that cannot be read counts as not given: the operation was done, and that
 * is the answer.
 */
static void take_after(LDAPControl **controls, inv_operation *operation)
{
    LDAPControl *control = ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL);
    BerElement *reader = NULL;

    if (operation->read_after == NULL || control == NULL || control->ldctl_value.bv_val == NULL)
        return;
    reader = ber_init(&control->ldctl_value);
    if (reader == NULL)
        return;
    inv_operation_set_after(operation, read_entry(reader));
    ber_free(reader, 1);
}

/*
 * RFC 2696: asks for the next page, or leaves that to the caller (by_page). *more: its answer is to
 * come.
 */
static int continue_pages(LDAP *handle, LDAPControl **controls, inv_operation *operation,
                          bool *more)
{
    LDAPControl *page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
    struct berval cookie = {0, NULL};
    ber_int_t estimate = 0;
    int error = LDAP_SUCCESS;

    *more = false;
    if (page != NULL)
        error = ldap_parse_pageresponse_control(handle, page, &estimate, &cookie);
    if (error == LDAP_SUCCESS && operation->by_page) {
        if (!inv_operation_set_page(operation, cookie.bv_val, cookie.bv_len,
                                    estimate > 0 ? (size_t)estimate : 0))
            error = LDAP_NO_MEMORY;
    } else if (error == LDAP_SUCCESS && cookie.bv_len > 0) {
        *more = true;
        error = send_search(handle, operation, &cookie);
    }
    ldap_memfree(cookie.bv_val);
    return error;
}

/* The first of the servers that an answer names (RFC 4511 4.1.10); takes the list over. */
static int take_referrals(char **referrals, inv_operation *operation)
{
    bool taken = referrals == NULL || referrals[0] == NULL ||
                 inv_operation_set_referral(operation, referrals[0]);

    ldap_memvfree((void **)referrals);
    return taken ? LDAP_SUCCESS : LDAP_NO_MEMORY;
}

/* Part of the tree is elsewhere: an answer without it would decide on half the facts. */
static int take_reference(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    char **referrals = NULL;
    int error = ldap_parse_reference(handle, message, &referrals, NULL, 0);

    if (error == LDAP_SUCCESS)
        error = take_referrals(referrals, operation);
    inv_operation_answer(operation, LDAP_REFERRAL, NULL, "part of the tree is on another server");
    return error;
}

/* RFC 4532 2.2; the answer has no name of its own. */
static int take_authorization(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    struct berval *found = NULL;
    int error = ldap_parse_extended_result(handle, message, NULL, &found, 0);

    if (error == LDAP_SUCCESS) {
        operation->authorization = found != NULL && found->bv_val != NULL
                                       ? strndup(found->bv_val, found->bv_len)
                                       : strdup("");
        error = operation->authorization != NULL ? LDAP_SUCCESS : LDAP_NO_MEMORY;
    }
    ber_bvfree(found);
    return error;
}

static int take_result(LDAP *handle, LDAPMessage *message, inv_operation *operation)
{
    LDAPControl **controls = NULL;
    char **referrals = NULL;
    char *matched_dn = NULL;
    char *diagnostic = NULL;
    bool more = false;
    int code = LDAP_OTHER;
    int error = ldap_parse_result(handle, message, &code, &matched_dn, &diagnostic, &referrals,
                                  &controls, 0);

    if (error == LDAP_SUCCESS)
        error = take_referrals(referrals, operation);

    if (error == LDAP_SUCCESS && operation->paged && code == LDAP_SUCCESS)
        error = continue_pages(handle, controls, operation, &more);
    else if (operation->by_page)
        (void)inv_operation_set_page(operation, NULL, 0, 0);
    if (error == LDAP_SUCCESS && operation->kind == INV_OPERATION_WHO_AM_I)
        error = take_authorization(handle, message, operation);
    if (error == LDAP_SUCCESS && !more) {
        take_policy_error(handle, controls, operation);
        take_after(controls, operation);
        inv_operation_answer(operation, code, matched_dn, diagnostic);
    }
    ldap_controls_free(controls);
    ldap_memfree(diagnostic);
    ldap_memfree(matched_dn);
    return error;
}

static inv_operation *find_operation(inv_operation *const *operations, size_t count, int message_id)
{
    for (size_t i = 0; i < count; i++) {
        if (operations[i]->state == INV_OPERATION_UNANSWERED &&
            operations[i]->message_id == message_id)
            return operations[i];
    }
    return NULL;
}

int receive_message(LDAP *handle, LDAPMessage *message, inv_operation *const *operations,
                    size_t count)
{
    inv_operation *operation = find_operation(operations, count, ldap_msgid(message));

    if (operation == NULL)
        return LDAP_SUCCESS;
    switch (ldap_msgtype(message)) {
    case LDAP_RES_SEARCH_ENTRY:
        return take_entry(handle, message, operation);
    case LDAP_RES_SEARCH_REFERENCE:
        return take_reference(handle, message, operation);
    default:
        return take_result(handle, message, operation);
    }
}
