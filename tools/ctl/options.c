/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"

const ctl_option ctl_global_options[] = {
    {"config", 'c', "FILE", false, "read FILE instead of " INV_CONFIG_PATH},
    {"domain", 'd', "DOMAIN", false, "work in this domain, where several are configured"},
    {"json", 0, NULL, false, "print one JSON object a line"},
    {"help", 'h', NULL, false, "print help, for the command if one is given"},
    {"version", 'V', NULL, false, "print the version"},
    {NULL, 0, NULL, false, NULL},
};

const ctl_option ctl_no_options[] = {
    {NULL, 0, NULL, false, NULL},
};

const char *ctl_option_text(const ctl_invocation *invocation, const char *name)
{
    const char *text = NULL;

    for (size_t i = 0; i < invocation->value_count; i++) {
        if (strcmp(invocation->values[i].option->name, name) == 0)
            text = invocation->values[i].text;
    }
    return text;
}

bool ctl_option_given(const ctl_invocation *invocation, const char *name)
{
    for (size_t i = 0; i < invocation->value_count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): each value has one */
        if (strcmp(invocation->values[i].option->name, name) == 0)
            return true;
    }
    return false;
}

const char **ctl_option_texts(const ctl_invocation *invocation, const char *name)
{
    const char **texts = calloc(invocation->value_count + 1, sizeof(*texts));
    size_t count = 0;

    if (texts == NULL)
        return NULL;
    for (size_t i = 0; i < invocation->value_count; i++) {
        if (strcmp(invocation->values[i].option->name, name) == 0)
            texts[count++] = invocation->values[i].text;
    }
    return texts;
}
