/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/ascii.h"
#include "value.h"

/* Rules of access as slapd.access(5) writes them. */

void ctl_clauses_clear(ctl_clauses *clauses)
{
    ctl_texts_clear(&clauses->who);
    ctl_texts_clear(&clauses->rights);
}

/* The length of the word at text: up to a blank that is not between quotation marks. */
static size_t word_length(const char *text)
{
    bool quoted = false;
    size_t length = 0;

    for (; text[length] != '\0'; length++) {
        if (text[length] == '\\' && text[length + 1] != '\0')
            length++;
        else if (text[length] == '"')
            quoted = !quoted;
        else if (!quoted && strchr(" \t\r\n", text[length]) != NULL)
            break;
    }
    return length;
}

/* The words of a rule, one blank where there was any white space. False: out of memory. */
static bool split(const char *text, ctl_texts *words)
{
    for (text += strspn(text, " \t\r\n"); *text != '\0'; text += strspn(text, " \t\r\n")) {
        size_t length = word_length(text);

        if (!ctl_texts_take(words, strndup(text, length)))
            return false;
        text += length;
    }
    return true;
}

/* The words from first up to the next "by", joined by blanks; *next is there. NULL: no memory. */
static char *join(const ctl_texts *words, size_t first, size_t *next)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);

    if (stream == NULL)
        return NULL;
    for (*next = first; *next < words->count; (*next)++) {
        if (inv_ascii_equal(words->texts[*next], "by"))
            break;
        (void)fprintf(stream, "%s%s", *next > first ? " " : "", words->texts[*next]);
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

/* Whether the word is a right (slapd.access(5), THE <ACCESS> FIELD) or what comes behind rights. */
static bool is_right(const char *word)
{
    static const char *const rights[] = {"none", "disclose", "auth",   "compare", "search",
                                         "read", "add",      "delete", "write",   "manage",
                                         "stop", "continue", "break",  NULL};

    if (inv_ascii_equal_in(word, "self", 4) && word[4] != '\0' && word[4] != '.')
        word += 4; /* selfwrite and the like */
    if (strchr("=+-", word[0]) != NULL)
        return word[0] != '\0';
    for (size_t i = 0; rights[i] != NULL; i++) {
        if (inv_ascii_equal(word, rights[i]))
            return true;
    }
    return false;
}

/* Adds the clause "WHO... RIGHTS..." between the words first and next. */
static bool add_clause(const ctl_texts *words, size_t first, size_t next, ctl_clauses *clauses)
{
    ctl_texts who = {.texts = NULL};
    ctl_texts rights = {.texts = NULL};
    size_t end = 0;
    bool added = true;

    for (size_t i = first; added && i < next; i++) {
        /* the first word is always a who: "self" is none of the rights */
        const bool right = i > first && (rights.count > 0 || is_right(words->texts[i]));

        added = ctl_texts_add(right ? &rights : &who, words->texts[i]);
    }
    added = added && ctl_texts_take(&clauses->who, join(&who, 0, &end)) &&
            ctl_texts_take(&clauses->rights, join(&rights, 0, &end));
    ctl_texts_clear(&who);
    ctl_texts_clear(&rights);
    return added;
}

bool ctl_rule_read(const char *value, char **what, ctl_clauses *clauses)
{
    ctl_texts words = {.texts = NULL};
    size_t next = 0;
    bool fine = split(ctl_value_text(value), &words) && words.count >= 2 &&
                inv_ascii_equal(words.texts[0], "to");

    *what = NULL;
    *clauses = (ctl_clauses){.who = {.texts = NULL}};
    if (fine) {
        *what = join(&words, 1, &next);
        fine = *what != NULL && (*what)[0] != '\0';
    }
    while (fine && next < words.count) {
        size_t first = next + 1;
        char *clause = join(&words, first, &next);

        fine = clause != NULL && first < next && add_clause(&words, first, next, clauses);
        free(clause);
    }
    ctl_texts_clear(&words);
    if (fine)
        return true;
    free(*what);
    *what = NULL;
    ctl_clauses_clear(clauses);
    return false;
}

/* A DN or a group: "dn.exact=...", "group/groupOfNames/member=...". */
static bool is_named(const char *who)
{
    static const char *const kinds[] = {"dn", "group", NULL};

    for (size_t i = 0; kinds[i] != NULL; i++) {
        size_t length = strlen(kinds[i]);

        if (inv_ascii_equal_in(who, kinds[i], length) && strchr("=./", who[length]) != NULL &&
            who[length] != '\0')
            return true;
    }
    return false;
}

static bool is_for_everything(const char *what)
{
    return strcmp(what, "*") == 0;
}

bool ctl_rule_is_of_administrators(const char *value)
{
    ctl_clauses clauses;
    char *what;
    bool named = true;
    size_t last;

    if (!ctl_rule_read(value, &what, &clauses))
        return false;
    last = clauses.who.count;
    for (size_t i = 0; i + 1 < last && named; i++)
        named = is_named(clauses.who.texts[i]);
    named = named && last >= 2 && is_for_everything(what) &&
            strcmp(clauses.who.texts[last - 1], "*") == 0 &&
            inv_ascii_equal(clauses.rights.texts[last - 1], "break");
    free(what);
    ctl_clauses_clear(&clauses);
    return named;
}

/* ------------------------------------------------------------------------------- the privileged */

typedef struct privileged {
    ctl_clauses all;       /* of rules for everything */
    ctl_clauses passwords; /* of the first rule for userPassword */
    bool seen_passwords;
} privileged;

/* Whether "attrs=userPassword,shadowLastChange" or the like names userPassword. */
static bool is_for_passwords(const char *what)
{
    static const char attribute[] = "userPassword";
    const char *list = strncmp(what, "attrs=", 6) == 0  ? what + 6
                       : strncmp(what, "attr=", 5) == 0 ? what + 5
                                                        : NULL;

    /* with a dn or filter in front, or a value behind, it is not for every password */
    while (list != NULL && strchr(list, ' ') == NULL && *list != '\0') {
        size_t length = strcspn(list, ",");

        if (length == strlen(attribute) && inv_ascii_equal_in(list, attribute, length))
            return true;
        list += length + (list[length] != '\0' ? 1 : 0);
    }
    return false;
}

/* Copies the clauses of DNs and groups. */
static bool add_named(const ctl_clauses *from, ctl_clauses *to)
{
    for (size_t i = 0; i < from->who.count; i++) {
        if (is_named(from->who.texts[i]) && (!ctl_texts_add(&to->who, from->who.texts[i]) ||
                                             !ctl_texts_add(&to->rights, from->rights.texts[i])))
            return false;
    }
    return true;
}

static bool read_rule(const char *value, privileged *found)
{
    ctl_clauses clauses;
    char *what;
    bool kept = true;

    if (ctl_rule_is_of_administrators(value) || !ctl_rule_read(value, &what, &clauses))
        return true; /* the former are in front of ours */
    if (is_for_everything(what)) {
        kept = add_named(&clauses, &found->all);
    } else if (!found->seen_passwords && is_for_passwords(what)) {
        found->seen_passwords = true;
        kept = add_named(&clauses, &found->passwords);
    }
    free(what);
    ctl_clauses_clear(&clauses);
    return kept;
}

static bool may(const char *rights, bool writes)
{
    const size_t length = strcspn(rights, " ");

    if (rights[0] == '=' || rights[0] == '+')
        return memchr(rights, writes ? 'w' : 'r', length) != NULL ||
               memchr(rights, 'm', length) != NULL;
    return inv_ascii_equal_in(rights, "write", length) ||
           inv_ascii_equal_in(rights, "manage", length) ||
           (!writes && inv_ascii_equal_in(rights, "read", length));
}

/* The rights of somebody in clauses, or NULL. */
static const char *rights_of(const ctl_clauses *clauses, const char *who)
{
    for (size_t i = 0; i < clauses->who.count; i++) {
        if (ctl_value_equal(clauses->who.texts[i], who))
            return clauses->rights.texts[i];
    }
    return NULL;
}

static bool is_repeated(const ctl_clauses *clauses, size_t index)
{
    return rights_of(clauses, clauses->who.texts[index]) != clauses->rights.texts[index];
}

static void print_privileged(const privileged *found, FILE *others, FILE *secrets)
{
    for (size_t i = 0; i < found->all.who.count; i++) {
        const char *who = found->all.who.texts[i];
        const char *rights = found->all.rights.texts[i];
        const char *on_passwords = rights_of(&found->passwords, who);
        const bool reads_passwords = on_passwords != NULL && may(on_passwords, false);

        if (is_repeated(&found->all, i))
            continue;
        if (may(rights, true) || (may(rights, false) && reads_passwords))
            (void)fprintf(others, " by %s %s", who, rights);
        if (may(rights, false) && reads_passwords)
            (void)fprintf(secrets, " by %s %s", who, on_passwords);
    }
}

bool ctl_rules_privileged(const ctl_texts *rules, char **others, char **secrets)
{
    privileged found = {.seen_passwords = false};
    size_t length = 0;
    FILE *first = NULL;
    FILE *second = NULL;
    bool fine = true;

    *others = NULL;
    *secrets = NULL;
    for (size_t i = 0; i < rules->count && fine; i++)
        fine = read_rule(rules->texts[i], &found);
    first = fine ? open_memstream(others, &length) : NULL;
    second = fine ? open_memstream(secrets, &length) : NULL;
    fine = first != NULL && second != NULL;
    if (fine)
        print_privileged(&found, first, second);
    if (first != NULL && fclose(first) != 0)
        fine = false;
    if (second != NULL && fclose(second) != 0)
        fine = false;
    ctl_clauses_clear(&found.all);
    ctl_clauses_clear(&found.passwords);
    if (fine)
        return true;
    free(*others);
    free(*secrets);
    *others = NULL;
    *secrets = NULL;
    return false;
}
