/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANKS " \t\r\n\v\f"

static ctl_sight tell(ctl_host *host, const char *check, const char *path, int cause)
{
    if (cause == ENOENT || cause == ENOTDIR)
        return CTL_SIGHT_ABSENT;
    ctl_host_unseen(host, check, &(ctl_place){path, 0},
                    cause == EACCES ? "run it as root, or as a user who may read it" : NULL,
                    "was not looked at: %s", strerror(cause));
    return CTL_SIGHT_HIDDEN;
}

/* Reads all of a regular file. An errno. */
static int read_whole(const char *path, char **bytes, size_t *length)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    int cause = 0;

    *length = 0;
    if (descriptor < 0)
        return errno;
    if (fstat(descriptor, &status) != 0)
        cause = errno;
    else if (!S_ISREG(status.st_mode))
        cause = EINVAL;
    else if ((*bytes = malloc(CTL_TEXT_MAX + 1)) == NULL)
        cause = ENOMEM;
    while (cause == 0 && *length <= CTL_TEXT_MAX) {
        ssize_t got = read(descriptor, *bytes + *length, CTL_TEXT_MAX + 1 - *length);

        if (got == 0)
            break;
        if (got < 0)
            cause = errno;
        else
            *length += (size_t)got;
    }
    if (cause == 0 && *length > CTL_TEXT_MAX)
        cause = EFBIG;
    (void)close(descriptor);
    return cause;
}

static bool split(ctl_text *text)
{
    size_t lines = 1;

    text->bytes[text->length] = '\0';
    for (size_t i = 0; i < text->length; i++) {
        /* NUL ends no line of these programs; it is no part of what they understand either. */
        if (text->bytes[i] == '\0')
            text->bytes[i] = ' ';
        lines += text->bytes[i] == '\n' ? 1 : 0;
    }
    text->lines = calloc(lines, sizeof(*text->lines));
    if (text->lines == NULL)
        return false;
    for (char *next = text->bytes; next != NULL && *next != '\0';)
        text->lines[text->count++] = strsep(&next, "\n");
    return true;
}

ctl_sight ctl_text_read_at(ctl_host *host, const char *check, const char *path, ctl_text *text)
{
    int cause;

    *text = (ctl_text){.path = strdup(path)};
    cause = text->path != NULL ? read_whole(path, &text->bytes, &text->length) : ENOMEM;
    if (cause == 0 && !split(text))
        cause = ENOMEM;
    return cause == 0 ? CTL_SIGHT_READ : tell(host, check, path, cause);
}

ctl_sight ctl_text_read(ctl_host *host, const char *check, const char *path, ctl_text *text)
{
    char *below = ctl_host_path(host, path);
    ctl_sight sight = CTL_SIGHT_HIDDEN;

    *text = (ctl_text){.path = NULL};
    if (below != NULL)
        sight = ctl_text_read_at(host, check, below, text);
    free(below);
    return sight;
}

void ctl_text_clear(ctl_text *text)
{
    if (text->bytes != NULL)
        explicit_bzero(text->bytes, text->length); /* some have passwords */
    free(text->bytes);
    free(text->lines);
    free(text->path);
    *text = (ctl_text){.path = NULL};
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t length = strlen(name);
    size_t end = strlen(suffix);

    return length >= end && strcmp(name + length - end, suffix) == 0;
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

bool ctl_names_add(ctl_names *names, const char *name)
{
    char **more = reallocarray(names->names, names->count + 1, sizeof(*more));
    char *copy = strdup(name);

    if (more != NULL)
        names->names = more;
    if (more == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    more[names->count++] = copy;
    return true;
}

bool ctl_names_have(const ctl_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0)
            return true;
    }
    return false;
}

static int list(DIR *folder, const char *suffix, ctl_names *names)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || !ends_in(entry->d_name, suffix))
            continue;
        if (!ctl_names_add(names, entry->d_name))
            return ENOMEM;
    }
    if (names->count > 1)
        qsort(names->names, names->count, sizeof(*names->names), compare);
    return 0;
}

ctl_sight ctl_names_read(ctl_host *host, const char *check, const char *folder, const char *suffix,
                         ctl_names *names)
{
    char *path = ctl_host_path(host, folder);
    DIR *open = path != NULL ? opendir(path) : NULL;
    int cause = open == NULL ? errno : 0;
    ctl_sight sight = CTL_SIGHT_READ;

    *names = (ctl_names){.names = NULL};
    if (open != NULL)
        cause = list(open, suffix, names);
    if (cause != 0)
        sight = tell(host, check, path != NULL ? path : folder, cause);
    if (open != NULL)
        (void)closedir(open);
    free(path);
    return sight;
}

void ctl_names_clear(ctl_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (ctl_names){.names = NULL};
}

ctl_sight ctl_host_exists(ctl_host *host, const char *path)
{
    char *below = ctl_host_path(host, path);
    struct stat status;
    ctl_sight sight = CTL_SIGHT_HIDDEN;

    if (below != NULL && stat(below, &status) == 0)
        sight = CTL_SIGHT_READ;
    else if (below != NULL && (errno == ENOENT || errno == ENOTDIR))
        sight = CTL_SIGHT_ABSENT;
    free(below);
    return sight;
}

bool ctl_host_is_folder(ctl_host *host, const char *path)
{
    char *below = ctl_host_path(host, path);
    struct stat status;
    const bool is_folder = below != NULL && stat(below, &status) == 0 && S_ISDIR(status.st_mode);

    free(below);
    return is_folder;
}

char *ctl_text_trim(char *text)
{
    size_t length;

    text += strspn(text, BLANKS);
    length = strlen(text);
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

unsigned ctl_text_distance(const char *word, const char *other, unsigned most)
{
    unsigned changed;
    unsigned longer;
    unsigned shorter;

    if (most == 0)
        return strcmp(word, other) == 0 ? 0 : 1;
    if (*word == '\0' || *other == '\0')
        return (unsigned)(strlen(word) + strlen(other));
    if (*word == *other)
        return ctl_text_distance(word + 1, other + 1, most);
    changed = ctl_text_distance(word + 1, other + 1, most - 1);
    longer = ctl_text_distance(word + 1, other, most - 1);
    shorter = ctl_text_distance(word, other + 1, most - 1);
    if (longer < changed)
        changed = longer;
    return 1 + (shorter < changed ? shorter : changed);
}
