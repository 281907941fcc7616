/* SPDX-License-Identifier: BSD-2-Clause */
#include "invitegate/verdict.h"

#include <stdarg.h>
#include <stdio.h>

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
