/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "output.h"

static void complain(const char *prefix, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void complain(const char *prefix, const char *format, va_list arguments)
{
    char line[1024];
    char *whole = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&whole, &size);

    if (vsnprintf(line, sizeof(line), format, arguments) < 0)
        line[0] = '\0';
    if (text != NULL) {
        (void)fputs(prefix, text);
        ctl_print_safe(text, line);
        (void)fputc('\n', text);
    }
    /* in one piece: standard output may go to the same file */
    if (text != NULL && fclose(text) == 0)
        (void)fwrite(whole, 1, size, stderr);
    free(whole);
}

int ctl_usage(const ctl_invocation *invocation, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("invitectl: ", format, arguments);
    va_end(arguments);
    if (invocation->command != NULL)
        (void)fprintf(stderr, "Try: invitectl %s --help\n", invocation->command->name);
    else
        (void)fputs("Try: invitectl --help\n", stderr);
    return CTL_EXIT_USAGE;
}

void ctl_warn(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("invitectl: ", format, arguments);
    va_end(arguments);
}

int ctl_exit_status(inv_result result)
{
    switch (result) {
    case INV_OK:
        return CTL_EXIT_OK;
    case INV_CONFIG:
        return CTL_EXIT_CONFIG;
    case INV_THROTTLED:
    case INV_DIRECTORY_DOWN:
    case INV_TIMEOUT:
    case INV_NO_MEMORY:
        return CTL_EXIT_TEMPORARY;
    case INV_BAD_TOKEN:
    case INV_NAME_TAKEN:
    case INV_NAME_INVALID:
    case INV_NAME_RESERVED:
    case INV_NOT_ALLOWED:
    case INV_PASSWORD_REFUSED:
    case INV_NOT_OURS:
    case INV_WRONG_PASSWORD:
    case INV_NO_ACCOUNT:
    case INV_ACCOUNT_EXPIRED:
        break;
    }
    return CTL_EXIT_REFUSED;
}

/* Words in front of the cause where the cause does not say what it means; else NULL. */
static const char *meaning(inv_result result)
{
    switch (result) {
    case INV_BAD_TOKEN:
        return "the invite is not valid";
    case INV_NAME_TAKEN:
        return "the name is taken";
    case INV_PASSWORD_REFUSED:
        return "the password is refused";
    case INV_DIRECTORY_DOWN:
        return "no answer, try again";
    case INV_TIMEOUT:
        return "no answer in time, try again";
    case INV_THROTTLED:
        return "too much at once, try again later";
    case INV_OK:
    case INV_NAME_INVALID:
    case INV_NAME_RESERVED:
    case INV_NO_ACCOUNT:
    case INV_NO_MEMORY:
    case INV_CONFIG:
    case INV_NOT_ALLOWED:
    case INV_NOT_OURS:
    case INV_WRONG_PASSWORD:
    case INV_ACCOUNT_EXPIRED:
        break;
    }
    return NULL;
}

int ctl_fail(const inv_verdict *verdict)
{
    const char *text = inv_verdict_has_text(verdict) ? inv_verdict_words(verdict) : verdict->why;
    const char *prefix = meaning(verdict->result);

    if (text[0] == '\0')
        text = inv_result_name(verdict->result);
    ctl_warn("%s%s%s", prefix != NULL ? prefix : "", prefix != NULL ? ": " : "", text);
    return ctl_exit_status(verdict->result);
}
