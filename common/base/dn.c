/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/dn.h"

#include <ldap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"

#define FILTER_DEPTH_MAX 32

/* dn in libldap's own normal spelling, or NULL; freed by ldap_memfree. */
static char *normal_dn(const char *dn)
{
    LDAPDN parsed = NULL;
    char *normal = NULL;

    if (dn == NULL || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
        return NULL;
    if (parsed == NULL || ldap_dn2str(parsed, &normal, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
        normal = NULL;
    ldap_dnfree(parsed);
    return normal;
}

char *inv_dn_child(const char *attribute, const char *value, const char *parent)
{
    LDAPAVA ava = {
        .la_attr = {strlen(attribute), (char *)(uintptr_t)attribute},
        .la_value = {strlen(value), (char *)(uintptr_t)value},
        .la_flags = LDAP_AVA_STRING,
    };
    LDAPAVA *rdn[] = {&ava, NULL};
    LDAPAVA **dn[] = {rdn, NULL};
    char *relative = NULL;
    char *child = NULL;

    if (ldap_dn2str(dn, &relative, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS || relative == NULL)
        return NULL;
    child = malloc(strlen(relative) + strlen(parent) + 2);
    if (child != NULL) {
        char *end = stpcpy(child, relative);

        *end++ = ',';
        (void)stpcpy(end, parent);
    }
    ldap_memfree(relative);
    return child;
}

bool inv_dn_valid(const char *dn)
{
    char *normal = normal_dn(dn);
    bool valid = normal != NULL && normal[0] != '\0';

    ldap_memfree(normal);
    return valid;
}

bool inv_dn_leaf(const char *dn, char **attribute, char **value)
{
    LDAPDN parsed = NULL;

    *attribute = NULL;
    *value = NULL;
    if (dn == NULL || ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
        return false;
    if (parsed != NULL && parsed[0] != NULL && parsed[0][0] != NULL && parsed[0][1] == NULL) {
        const LDAPAVA *ava = parsed[0][0];

        *attribute = strndup(ava->la_attr.bv_val, ava->la_attr.bv_len);
        *value = strndup(ava->la_value.bv_val, ava->la_value.bv_len);
    }
    ldap_dnfree(parsed);
    if (*attribute != NULL && *value != NULL)
        return true;
    free(*attribute);
    free(*value);
    *attribute = NULL;
    *value = NULL;
    return false;
}

bool inv_dn_equal(const char *a, const char *b)
{
    char *normal_a;
    char *normal_b;
    bool equal;

    if (a != NULL && b != NULL && strcmp(a, b) == 0)
        return inv_dn_valid(a); /* mostly they are the same text: one DN to parse, not two */
    normal_a = normal_dn(a);
    normal_b = normal_dn(b);
    equal = normal_a != NULL && normal_b != NULL && inv_ascii_equal(normal_a, normal_b);

    ldap_memfree(normal_a);
    ldap_memfree(normal_b);
    return equal;
}

bool inv_dn_within(const char *dn, const char *parent)
{
    LDAPDN parsed = NULL;
    LDAPDN parsed_parent = NULL;
    size_t count = 0;
    size_t parent_count = 0;
    bool within = false;

    if (ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
        ldap_str2dn(parent, &parsed_parent, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
        parsed != NULL && parsed_parent != NULL) {
        char *tail = NULL;

        while (parsed[count] != NULL)
            count++;
        while (parsed_parent[parent_count] != NULL)
            parent_count++;
        if (count >= parent_count && ldap_dn2str(&parsed[count - parent_count], &tail,
                                                 LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
            within = inv_dn_equal(tail, parent);
        ldap_memfree(tail);
    }
    ldap_dnfree(parsed);
    ldap_dnfree(parsed_parent);
    return within;
}

char *inv_filter_escape(const char *value)
{
    struct berval in = {strlen(value), (char *)(uintptr_t)value};
    struct berval out = {0, NULL};
    char *escaped;

    if (in.bv_len == 0)
        return strdup(""); /* libldap gives NULL for the empty value */
    if (ldap_bv2escaped_filter_value(&in, &out) != 0)
        return NULL;
    escaped = strdup(out.bv_val);
    ldap_memfree(out.bv_val);
    return escaped;
}

const char *inv_dn_parent(const char *dn)
{
    for (; *dn != '\0' && *dn != ','; dn++) {
        if (*dn == '\\' && dn[1] != '\0')
            dn++;
    }
    return *dn == ',' && dn[1] != '\0' ? dn + 1 : NULL;
}

/*
 * Checks the shape of an RFC 4515 filter and returns what follows it, or NULL. Values are the
 * directory's to judge.
 */
static const char *skip_filter(const char *text, int depth)
{
    const char *start = text + 1;

    if (*text != '(' || depth >= FILTER_DEPTH_MAX)
        return NULL;
    text++;
    if (*text == '&' || *text == '|' || *text == '!') {
        bool many = *text != '!';

        text++;
        do
            text = skip_filter(text, depth + 1);
        while (many && text != NULL && *text == '(');
        return text != NULL && *text == ')' ? text + 1 : NULL;
    }
    text += strcspn(text, "()=");
    if (*text != '=' || text == start)
        return NULL;
    text += strcspn(text, "()");
    return *text == ')' ? text + 1 : NULL;
}

bool inv_filter_valid(const char *filter)
{
    const char *end = skip_filter(filter, 0);

    return end != NULL && *end == '\0';
}

bool inv_filter_attribute(const char **rest, char attribute[INV_FILTER_ATTRIBUTE_SIZE])
{
    for (const char *p = strchr(*rest, '('); p != NULL; p = strchr(p, '(')) {
        size_t length = strcspn(++p, "()=~<>:;!&|");

        if (length == 0 || length >= INV_FILTER_ATTRIBUTE_SIZE ||
            strchr("=~<>:;", p[length]) == NULL)
            continue;
        memcpy(attribute, p, length);
        attribute[length] = '\0';
        *rest = p;
        return true;
    }
    return false;
}
