/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_EXAMPLE_H
#define INVITEGATE_TOOLS_SETUP_EXAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The files of config-examples and schema, as they were when invitectl was built (embed). Nothing
 * here is secret, and nothing changes.
 */
typedef struct ctl_example {
    const char *name;         /* without its folder, but for those of 389ds */
    const char *const *lines; /* without their line feeds; ends with NULL */
} ctl_example;

extern const ctl_example ctl_examples[]; /* ends with a name of NULL */

/* A list of texts that ends with NULL. */
typedef struct ctl_texts {
    char **texts; /* NULL: empty */
    size_t count;
} ctl_texts;

/* Takes text over, also when it fails; false: out of memory, or text is NULL. */
bool ctl_texts_take(ctl_texts *list, char *text);
bool ctl_texts_add(ctl_texts *list, const char *text); /* a copy */
/* The same, unless the list has it, without the case of A to Z. */
bool ctl_texts_add_once(ctl_texts *list, const char *text);
void ctl_texts_clear(ctl_texts *list);

/*
 * The statements of an example in the form of slapd.conf, each on a line of its own, without
 * comments, with single blanks where the file goes on in another line. word: only those that begin
 * with it, without it. False: out of memory.
 */
bool ctl_example_statements(const char *name, const char *word, ctl_texts *statements);

/* The whole text of an example. The caller frees it; NULL: out of memory, or there is none. */
char *ctl_example_text(const char *name);

/* The values of an attribute in an example of one LDIF entry, unfolded. False: out of memory. */
bool ctl_example_values(const char *name, const char *attribute, ctl_texts *values);

/*
 * The lines "attribute: value" of the entry of this DN in an example in LDIF, where nothing is
 * folded or encoded. False: out of memory.
 */
bool ctl_example_entry(const char *name, const char *dn, ctl_texts *lines);

/* The values of an attribute in all records of this DN, unfolded. False: out of memory. */
bool ctl_example_record(const char *name, const char *dn, const char *attribute, ctl_texts *values);

/* The DNs of an example in LDIF, each once. False: out of memory. */
bool ctl_example_dns(const char *name, ctl_texts *dns);

/*
 * A copy of text in which every from is to. The caller frees it; NULL: out of memory, or text is
 * NULL.
 */
char *ctl_text_replace(const char *text, const char *from, const char *to);

/* The same in place: *text is freed and becomes NULL when memory is short. False then. */
bool ctl_text_exchange(char **text, const char *from, const char *to);

#endif
