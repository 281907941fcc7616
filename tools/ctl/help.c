/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>

#include "command.h"

#define HELP_COLUMN 28

static void help_options(FILE *stream, const ctl_option *table)
{
    for (; table->name != NULL; table++) {
        int width = table->letter != 0 ? fprintf(stream, "  -%c, --%s", table->letter, table->name)
                                       : fprintf(stream, "      --%s", table->name);

        if (table->argument != NULL)
            width += fprintf(stream, " %s", table->argument);
        if (width >= HELP_COLUMN) {
            (void)fputc('\n', stream);
            width = 0;
        }
        (void)fprintf(stream, "%*s%s%s\n", HELP_COLUMN - width, "", table->help,
                      table->repeats ? " (may be repeated)" : "");
    }
}

static void help_command(FILE *stream, const ctl_command *command)
{
    (void)fprintf(stream, "Usage: invitectl [-c FILE] [-d DOMAIN] [--json] %s%s%s%s\n\n%s\n",
                  command->name, command->options->name != NULL ? " [OPTION]..." : "",
                  command->arguments[0] != '\0' ? " " : "", command->arguments, command->summary);
    if (command->details != NULL)
        (void)fprintf(stream, "\n%s\n", command->details);
    if (command->options->name != NULL) {
        (void)fputs("\nOptions:\n", stream);
        help_options(stream, command->options);
    }
    (void)fputs("\nOptions of every command:\n", stream);
    help_options(stream, ctl_global_options);
}

void ctl_help(FILE *stream, const ctl_command *const *commands, const ctl_command *command)
{
    if (command != NULL) {
        help_command(stream, command);
        return;
    }
    (void)fputs("Usage: invitectl [-c FILE] [-d DOMAIN] [--json] COMMAND [OPTION]... [ARGUMENT]\n\n"
                "Makes and manages invites: tokens that let their holders make an account in an\n"
                "LDAP directory.\n\nCommands:\n",
                stream);
    for (size_t i = 0; commands[i] != NULL; i++) {
        const ctl_command *each = commands[i];
        int width = fprintf(stream, "  %s %s", each->name, each->arguments);

        (void)fprintf(stream, "%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "",
                      each->summary);
    }
    (void)fputs("\nOptions:\n", stream);
    help_options(stream, ctl_global_options);
    (void)fputs("\nExit status: 0 done, 1 refused (doctor, repair: findings), 2 wrong usage,\n"
                "3 no answer now, try again, 4 configuration, schema or rights are wrong.\n"
                "invitectl COMMAND --help tells more; so does invitectl(1).\n",
                stream);
}
