/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pam_stack.h"
#include "text.h"

/* The files of /etc/pam.d: lines "type control module words", and what they include. */

#define FOLDER        "/etc/pam.d"
#define VENDOR_FOLDER "/usr/lib/pam.d" /* what packages bring; the first folder counts */
#define BLANKS        " \t"
#define DEPTH         32 /* of includes, as in libpam */

typedef struct reading {
    ctl_host *host;
    ctl_pam_stack *stack;
    ctl_pam_type type;
    unsigned level; /* of substacks */
    unsigned depth; /* of includes */
} reading;

static ctl_sight read_file(reading *work, const char *service);

/* Adds a finding: libpam does not understand the line. */
static void refuse(reading *work, const ctl_place *place, const char *remedy, const char *what,
                   const char *word)
{
    work->stack->broken = true;
    ctl_host_finding(work->host, "pam", place, remedy, "%s%s%s%s", what, word != NULL ? " \"" : "",
                     word != NULL ? word : "", word != NULL ? "\"" : "");
}

/* ------------------------------------------------------------------------------- controls */

static void set_all(int actions[CTL_PAM_CODES], int action)
{
    for (size_t i = 0; i < CTL_PAM_CODES; i++)
        actions[i] = action;
}

static bool parse_action(const char *word, int *action)
{
    static const struct {
        const char *word;
        int action;
    } known[] = {{"ignore", CTL_PAM_GO_ON}, {"ok", CTL_PAM_OK},   {"done", CTL_PAM_DONE},
                 {"bad", CTL_PAM_BAD},      {"die", CTL_PAM_DIE}, {"reset", CTL_PAM_RESET}};
    char *end;
    long number;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(word, known[i].word) == 0) {
            *action = known[i].action;
            return true;
        }
    }
    number = strtol(word, &end, 10);
    *action = number > 0 && number < 1000 ? (int)number : 0;
    return *action > 0 && *end == '\0';
}

/* One "value=action" of a control in brackets. default fills what no word before has set. */
static bool parse_pair(const char *pair, bool set[CTL_PAM_CODES], int actions[CTL_PAM_CODES])
{
    const size_t length = strcspn(pair, "=");
    int action;

    if (pair[length] != '=' || !parse_action(pair + length + 1, &action))
        return false;
    if (length == strlen("default") && strncasecmp(pair, "default", length) == 0) {
        for (size_t i = 0; i < CTL_PAM_CODES; i++) {
            if (!set[i])
                actions[i] = action;
        }
        return true;
    }
    for (size_t i = 0; i < CTL_PAM_CODES; i++) {
        if (strlen(ctl_pam_code_name((int)i)) == length &&
            strncasecmp(pair, ctl_pam_code_name((int)i), length) == 0) {
            actions[i] = action;
            set[i] = true;
            return true;
        }
    }
    return false;
}

static bool parse_pairs(const char *control, int actions[CTL_PAM_CODES])
{
    bool set[CTL_PAM_CODES] = {false};
    char *copy = strndup(control + 1, strlen(control) - 2);
    bool fine = copy != NULL;
    char *state = NULL;

    set_all(actions, CTL_PAM_BAD);
    for (char *pair = fine ? strtok_r(copy, BLANKS, &state) : NULL; pair != NULL && fine;
         pair = strtok_r(NULL, BLANKS, &state))
        fine = parse_pair(pair, set, actions);
    free(copy);
    return fine;
}

/* False: libpam does not know this control; it then refuses with the whole stack. */
static bool parse_control(const char *control, int actions[CTL_PAM_CODES])
{
    static const struct {
        const char *word;
        int good;
        int otherwise;
    } known[] = {{"required", CTL_PAM_OK, CTL_PAM_BAD},
                 {"requisite", CTL_PAM_OK, CTL_PAM_DIE},
                 {"sufficient", CTL_PAM_DONE, CTL_PAM_GO_ON},
                 {"optional", CTL_PAM_OK, CTL_PAM_GO_ON}};

    if (control[0] == '[')
        return parse_pairs(control, actions);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(control, known[i].word) != 0)
            continue;
        set_all(actions, known[i].otherwise);
        actions[CTL_PAM_SUCCESS] = known[i].good;
        actions[12] = known[i].good; /* new_authtok_reqd */
        actions[CTL_PAM_IGNORE] = CTL_PAM_GO_ON;
        return true;
    }
    set_all(actions, CTL_PAM_BAD);
    return false;
}

/* ---------------------------------------------------------------------------------- lines */

/* The next word of a line, or a text in brackets, with them: cut off in place. NULL: none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS);
    char *end;

    if (*word == '\0')
        return NULL;
    end = *word == '[' && strchr(word, ']') != NULL ? strchr(word, ']') + 1
                                                    : word + strcspn(word, BLANKS);
    *rest = end;
    if (*end != '\0') {
        *end = '\0';
        *rest = end + 1;
    }
    return word;
}

static bool find_type(const char *word, ctl_pam_type *type)
{
    for (*type = CTL_PAM_AUTH; *type < CTL_PAM_TYPES; (*type)++) {
        if (strcasecmp(word, ctl_pam_type_name(*type)) == 0)
            return true;
    }
    return false;
}

static ctl_pam_line *append(reading *work, const char *file, unsigned number)
{
    ctl_pam_stack *stack = work->stack;
    ctl_pam_line *lines = reallocarray(stack->lines, stack->count + 1, sizeof(*lines));

    if (lines == NULL) {
        stack->hidden = true;
        return NULL;
    }
    stack->lines = lines;
    lines[stack->count] =
        (ctl_pam_line){.place = {file, number}, .type = work->type, .level = work->level};
    return &lines[stack->count++];
}

static bool add_word(ctl_pam_line *line, const char *word)
{
    char **words = reallocarray(line->words, line->word_count + 2, sizeof(*words));
    char *copy = strdup(word);

    if (words != NULL)
        line->words = words;
    if (words == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    words[line->word_count++] = copy;
    words[line->word_count] = NULL;
    return true;
}

/* A line with a module. */
static void read_module(reading *work, const ctl_place *place, const char *control, char *rest,
                        bool quiet)
{
    const char *module = next_word(&rest);
    ctl_pam_line *line;

    if (module == NULL) {
        refuse(work, place, "type, control and module: see pam.conf(5)",
               "there is no module on this line; libpam refuses everybody for it", NULL);
        module = "";
    }
    line = append(work, place->file, place->line);
    if (line == NULL)
        return;
    line->quiet = quiet;
    line->control = strdup(control);
    line->module = strdup(module);
    if (!parse_control(control, line->actions))
        refuse(work, place,
               "required, requisite, sufficient, optional or [value=action ...]: see pam.conf(5)",
               "libpam does not understand", control);
    if (line->control == NULL || line->module == NULL)
        work->stack->hidden = true;
    for (char *word = next_word(&rest); word != NULL; word = next_word(&rest)) {
        if (!add_word(line, word))
            work->stack->hidden = true;
    }
}

static void include(reading *work, const ctl_place *place, const char *service, bool substack)
{
    reading inner = *work;
    ctl_sight sight;

    inner.depth++;
    if (service == NULL || inner.depth > DEPTH) {
        refuse(work, place, "name another file of " FOLDER, "includes nothing, or itself", NULL);
        return;
    }
    if (substack) {
        ctl_pam_line *line = append(work, place->file, place->line);

        if (line == NULL)
            return;
        line->substack = true;
        line->control = strdup("substack");
        line->module = strdup(service);
        if (line->control == NULL || line->module == NULL)
            work->stack->hidden = true;
        inner.level++;
    }
    sight = read_file(&inner, service);
    if (sight == CTL_SIGHT_ABSENT)
        refuse(work, place, "name a file of " FOLDER, "libpam refuses everybody: it cannot include",
               service);
}

static void read_line(reading *work, const ctl_place *place, char *line)
{
    char *word = next_word(&line);
    const bool quiet = word != NULL && word[0] == '-';
    const char *control;
    ctl_pam_type type;

    if (word == NULL)
        return;
    if (strcasecmp(word, "@include") == 0) {
        include(work, place, next_word(&line), false);
        return;
    }
    if (!find_type(word + (quiet ? 1 : 0), &type)) {
        /* told once, not with each of the types */
        if (work->type == CTL_PAM_AUTH)
            refuse(work, place, "auth, account, password or session",
                   "libpam refuses everybody: it does not know the type", word);
        return;
    }
    if (type != work->type)
        return;
    control = next_word(&line);
    if (control == NULL)
        control = "";
    if (strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0)
        include(work, place, next_word(&line), strcasecmp(control, "substack") == 0);
    else
        read_module(work, place, control, line, quiet);
}

/* Reads one line with those that it goes on in; index is that of its last line then. */
static void read_continued(reading *work, const ctl_text *text, const char *file, size_t *index)
{
    const ctl_place place = {file, (unsigned)*index + 1};
    char *whole = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&whole, &size);
    bool more = true;

    if (stream == NULL) {
        work->stack->hidden = true;
        return;
    }
    for (; more; (*index)++) {
        char *line = text->lines[*index];
        size_t length;

        line[strcspn(line, "#")] = '\0';
        line = ctl_text_trim(line);
        length = strlen(line);
        more = length > 0 && line[length - 1] == '\\' && *index + 1 < text->count;
        (void)fprintf(stream, "%.*s ", (int)(more ? length - 1 : length), line);
        if (!more)
            break;
    }
    if (fclose(stream) == 0)
        read_line(work, &place, whole);
    else
        work->stack->hidden = true;
    free(whole);
}

/* Keeps the path for the lines that name it. */
static const char *keep(ctl_pam_stack *stack, const char *path)
{
    char **files = reallocarray(stack->files, stack->file_count + 1, sizeof(*files));
    char *copy = strdup(path);

    if (files != NULL)
        stack->files = files;
    if (files == NULL || copy == NULL) {
        free(copy);
        stack->hidden = true;
        return NULL;
    }
    files[stack->file_count++] = copy;
    return copy;
}

static ctl_sight read_file(reading *work, const char *service)
{
    ctl_text text;
    char path[512];
    const char *file;
    ctl_sight sight;

    /* a path may be written where a service is included */
    ctl_host_write(path, sizeof(path), "%s%s", service[0] == '/' ? "" : FOLDER "/", service);
    sight = ctl_text_read(work->host, "pam", path, &text);
    if (sight == CTL_SIGHT_ABSENT && service[0] != '/') {
        ctl_text_clear(&text);
        ctl_host_write(path, sizeof(path), "%s/%s", VENDOR_FOLDER, service);
        sight = ctl_text_read(work->host, "pam", path, &text);
    }
    file = sight == CTL_SIGHT_READ ? keep(work->stack, text.path) : NULL;
    for (size_t i = 0; file != NULL && i < text.count; i++)
        read_continued(work, &text, file, &i);
    if (sight == CTL_SIGHT_HIDDEN)
        work->stack->hidden = true;
    ctl_text_clear(&text);
    return sight;
}

ctl_sight ctl_pam_stack_read(ctl_host *host, const char *service, ctl_pam_type type,
                             ctl_pam_stack *stack)
{
    reading work = {.host = host, .stack = stack, .type = type};

    *stack = (ctl_pam_stack){.lines = NULL};
    return read_file(&work, service);
}

void ctl_pam_stack_clear(ctl_pam_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        ctl_pam_line *line = &stack->lines[i];

        for (size_t j = 0; j < line->word_count; j++)
            free(line->words[j]);
        free(line->words);
        free(line->control);
        free(line->module);
    }
    for (size_t i = 0; i < stack->file_count; i++)
        free(stack->files[i]);
    free(stack->lines);
    free(stack->files);
    *stack = (ctl_pam_stack){.lines = NULL};
}
