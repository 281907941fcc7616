/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "invitegate/utf8.h"

#undef inv_verdict_set
#undef inv_verdict_no_memory

inv_result inv_verdict_set(inv_verdict *verdict, inv_result result, const char *why, ...)
{
    va_list arguments;

    verdict->result = result;
    va_start(arguments, why);
    if (vsnprintf(verdict->why, sizeof(verdict->why), why, arguments) < 0)
        verdict->why[0] = '\0';
    va_end(arguments);
    inv_utf8_make_text(verdict->why);
    return result;
}

inv_result inv_verdict_no_memory(inv_verdict *verdict)
{
    return inv_verdict_set(verdict, INV_NO_MEMORY, "out of memory");
}

void inv_verdict_set_text(inv_verdict *verdict, const char *text)
{
    (void)snprintf(verdict->text, sizeof(verdict->text), "%s", text != NULL ? text : "");
    inv_utf8_make_text(verdict->text);
}

void inv_verdict_set_weak_password(inv_verdict *verdict, bool too_short, const char *words)
{
    size_t length;

    inv_verdict_set_text(verdict,
                         too_short ? "Please use a longer password." : "The password is too weak");
    if (words == NULL || words[0] == '\0')
        return;
    length = strlen(verdict->text);
    verdict->text[length++] = '\n';
    (void)snprintf(verdict->text + length, sizeof(verdict->text) - length, "%s", words);
    inv_utf8_make_text(verdict->text + length);
}

inv_verdict *inv_verdict_clear_words(inv_verdict *verdict)
{
    verdict->why[0] = '\0';
    verdict->text[0] = '\0';
    return verdict;
}

bool inv_verdict_has_text(const inv_verdict *verdict)
{
    return (verdict->result == INV_PASSWORD_REFUSED || verdict->result == INV_NAME_RESERVED) &&
           verdict->text[0] != '\0';
}

const char *inv_verdict_words(const inv_verdict *verdict)
{
    const char *feed = strchr(verdict->text, '\n');

    return feed != NULL ? feed + 1 : verdict->text;
}
