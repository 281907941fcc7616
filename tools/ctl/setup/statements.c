/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "statements.h"

#include <stddef.h>

#include "invitegate/ascii.h"
#include "setup/value.h"

/* How slapd.conf(5) spells an attribute of slapd-config(5). */
static const struct spelling {
    const char *attribute;
    size_t place;       /* in ctl_statements */
    const char *format; /* with the value */
    bool is_switch;     /* TRUE is the format alone */
} spellings[] = {
    {"olcAttributeTypes", offsetof(ctl_statements, schema), "attributetype %s\n", false},
    {"olcObjectClasses", offsetof(ctl_statements, schema), "objectclass %s\n", false},
    {"olcModuleLoad", offsetof(ctl_statements, modules), "moduleload %s\n", false},
    {"olcAddContentAcl", offsetof(ctl_statements, database), "add_content_acl on\n", true},
    {"olcLimits", offsetof(ctl_statements, database), "limits %s\n", false},
    {"olcDbIndex", offsetof(ctl_statements, database), "index %s\n", false},
    {"olcAccess", offsetof(ctl_statements, access), "access %s\n", false},
    {"olcOverlay", offsetof(ctl_statements, overlay), "overlay %s\n", false},
    {"olcPPolicyDefault", offsetof(ctl_statements, overlay), "ppolicy_default \"%s\"\n", false},
    {"olcPPolicyHashCleartext", offsetof(ctl_statements, overlay), "ppolicy_hash_cleartext\n",
     true},
};

static void print_value(const ctl_statements *to, const char *attribute, const char *value)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        const struct spelling *spelling = &spellings[i];
        FILE *const *stream = (FILE *const *)(const void *)((const char *)to + spelling->place);
        const char *at = spelling->format;

        if (!inv_ascii_equal(spelling->attribute, attribute))
            continue;
        for (; *at != '\0'; at++) {
            if (!spelling->is_switch && at[0] == '%' && at[1] == 's') {
                (void)fputs(ctl_value_text(value), *stream);
                at++;
            } else {
                (void)fputc(*at, *stream);
            }
        }
    }
}

void ctl_statements_print(const ctl_statements *to, const inv_operation *operation)
{
    for (size_t i = 0; i < operation->change_count; i++) {
        const inv_change *change = &operation->changes[i];

        for (size_t j = 0; j < change->value_count && change->kind != INV_CHANGE_DELETE; j++)
            print_value(to, change->attribute, inv_secret_bytes(change->values[j]));
    }
}
