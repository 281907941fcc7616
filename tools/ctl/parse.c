/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define OPTIONS_MAX 32
#define FIRST_VALUE 256 /* of long options, beyond all letters; each has its own */

/* The options that are valid now, as getopt_long wants them. */
typedef struct option_rows {
    const ctl_option *rows[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1];
    char shorts[2 * OPTIONS_MAX + 4];
    size_t count;
    size_t globals;
} option_rows;

static void append_rows(option_rows *known, const ctl_option *table, size_t *end)
{
    for (; table->name != NULL && known->count < OPTIONS_MAX; table++) {
        struct option *row = &known->longs[known->count];

        row->name = table->name;
        row->has_arg = table->argument != NULL ? required_argument : no_argument;
        /* an abbreviation that fits several is ambiguous only if their values differ */
        row->val = FIRST_VALUE + (int)known->count;
        known->rows[known->count++] = table;
        if (table->letter == 0)
            continue;
        known->shorts[(*end)++] = table->letter;
        if (table->argument != NULL)
            known->shorts[(*end)++] = ':';
    }
}

/* command NULL: stop at the first word, which is the command. */
static void know_options(option_rows *known, const ctl_command *command)
{
    size_t end = 0;

    memset(known, 0, sizeof(*known));
    if (command == NULL)
        known->shorts[end++] = '+';
    known->shorts[end++] = ':';
    append_rows(known, ctl_global_options, &end);
    known->globals = known->count;
    if (command != NULL)
        append_rows(known, command->options, &end);
}

static size_t row_of_letter(const option_rows *known, int letter)
{
    size_t index = 0;

    while (index < known->count && known->rows[index]->letter != letter)
        index++;
    return index;
}

static bool is_global(const ctl_option *option, const char *name)
{
    return strcmp(option->name, name) == 0;
}

static bool take_option(ctl_invocation *invocation, const option_rows *known, size_t index,
                        const char *text)
{
    const ctl_option *option = known->rows[index];

    if (index < known->globals) {
        if (is_global(option, "config"))
            invocation->config_path = text;
        else if (is_global(option, "domain"))
            invocation->domain = text;
        else if (is_global(option, "json"))
            invocation->json = true;
        else if (is_global(option, "help"))
            invocation->help = true;
        else
            invocation->version = true;
        return true;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): getopt_long knows these rows only */
    if (!option->repeats && ctl_option_given(invocation, option->name)) {
        ctl_usage(invocation, "--%s is given twice", option->name);
        return false;
    }
    invocation->values[invocation->value_count].option = option;
    invocation->values[invocation->value_count].text = text;
    invocation->value_count++;
    return true;
}

static bool tell_bad_option(const ctl_invocation *invocation, int found, char **argv)
{
    const char *word = optind > 0 ? argv[optind - 1] : "";

    if (found == ':')
        ctl_usage(invocation, "%s wants a value", word);
    else if (optopt > 0 && optopt < FIRST_VALUE)
        ctl_usage(invocation, "unknown option -%c", optopt);
    else
        ctl_usage(invocation, "unknown, ambiguous or wrongly used option %s", word);
    return false;
}

/* Parses argv from its second word on; words that are no options are left behind optind. */
static bool parse_options(ctl_invocation *invocation, int argc, char **argv)
{
    option_rows known;
    int found;

    know_options(&known, invocation->command);
    optind = 0; /* GNU: start afresh */
    opterr = 0;
    while ((found = getopt_long(argc, argv, known.shorts, known.longs, NULL)) != -1) {
        size_t row;

        if (found == '?' || found == ':')
            return tell_bad_option(invocation, found, argv);
        row = found >= FIRST_VALUE ? (size_t)(found - FIRST_VALUE) : row_of_letter(&known, found);
        if (!take_option(invocation, &known, row, optarg))
            return false;
    }
    return true;
}

static const ctl_command *find_command(const ctl_command *const *commands, const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static bool check_argument_count(const ctl_invocation *invocation)
{
    const ctl_command *command = invocation->command;

    if (invocation->help || invocation->version)
        return true;
    if (command == NULL) {
        ctl_usage(invocation, "which command?");
        return false;
    }
    if (invocation->argument_count < command->least_arguments) {
        ctl_usage(invocation, "%s wants %s", command->name, command->arguments);
        return false;
    }
    if (invocation->argument_count > command->most_arguments) {
        ctl_usage(invocation, "%s does not take the word \"%s\"", command->name,
                  invocation->arguments[command->most_arguments]);
        return false;
    }
    return true;
}

bool ctl_parse(int argc, char **argv, const ctl_command *const *commands,
               ctl_invocation *invocation)
{
    int first;

    memset(invocation, 0, sizeof(*invocation));
    invocation->values = calloc((size_t)argc + 1, sizeof(*invocation->values));
    if (invocation->values == NULL) {
        ctl_warn("out of memory");
        return false;
    }
    if (!parse_options(invocation, argc, argv))
        return false;
    first = optind;
    if (first >= argc)
        return check_argument_count(invocation);
    invocation->command = find_command(commands, argv[first]);
    if (invocation->command == NULL) {
        ctl_usage(invocation, "unknown command \"%s\"", argv[first]);
        return false;
    }
    if (!parse_options(invocation, argc - first, argv + first))
        return false;
    invocation->arguments = argv + first + optind;
    invocation->argument_count = (size_t)(argc - first - optind);
    return check_argument_count(invocation);
}

void ctl_invocation_clear(ctl_invocation *invocation)
{
    free(invocation->values);
    invocation->values = NULL;
    invocation->value_count = 0;
}
