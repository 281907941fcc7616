/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SETUP_VALUE_H
#define INVITEGATE_TOOLS_SETUP_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "setup/example.h"

/*
 * Values of slapd's cn=config, as texts (slapd-config(5), slapd.access(5)). They come from a
 * directory and may be anything; nothing here reads beyond their NUL. Thread-safe.
 */

/* What is behind the number "{n}" that slapd puts in front of ordered values. */
const char *ctl_value_text(const char *value);

/*
 * Equal without their numbers and with white space folded, as slapd keeps the spelling of what it
 * was given.
 */
bool ctl_value_equal(const char *a, const char *b);

/* The value of the list that equals value, or NULL. */
const char *ctl_value_find(const ctl_texts *values, const char *value);

#define CTL_OID_SIZE 256

/* The numeric OID of a definition "( OID ...". False: it has none, or a longer one. */
bool ctl_value_oid(const char *value, char oid[CTL_OID_SIZE]);

/*
 * The names of the classes behind SUP in the definition of a class. False: out of memory. A class
 * without SUP has none.
 */
bool ctl_value_superiors(const char *value, ctl_texts *names);

/* Whether the definition is of that name, without case. */
bool ctl_value_is_named(const char *value, const char *name);

/* Whether olcModuleLoad loads the module of this name: argon2, argon2.la, /x/argon2.so m=1. */
bool ctl_value_loads(const char *value, const char *module);

/*
 * olcDbIndex, "NAME[,NAME] [TYPE[,TYPE]]". Whether it names the attribute ("default" is one); and
 * whether it has the type, where it has none by defaults, the value that names "default" (NULL: no
 * such value).
 */
bool ctl_index_names(const char *value, const char *attribute);
bool ctl_index_has(const char *value, const char *type, const char *defaults);

/*
 * The same value with one more type; types that came from defaults are written out. The caller
 * frees it; NULL: out of memory.
 */
char *ctl_index_widen(const char *value, const char *type, const char *defaults);

/* ------------------------------------------------------------------------------ rules of access */

/* Who, and which rights: "by WHO [RIGHTS] [CONTROL]" without the "by". Each is owned by the list.
 */
typedef struct ctl_clauses {
    ctl_texts who;
    ctl_texts rights; /* "" where there are none: what slapd then means is none */
} ctl_clauses;

void ctl_clauses_clear(ctl_clauses *clauses);

/*
 * Takes a rule apart: what it is for, in single blanks, and its clauses. False: no rule, or out of
 * memory; *what is then NULL. The caller frees both.
 */
bool ctl_rule_read(const char *value, char **what, ctl_clauses *clauses);

/*
 * Whether the rule is one of a site's administrators or replicas: for everything, with rights for
 * DNs or groups only, and with "by * break" at its end.
 */
bool ctl_rule_is_of_administrators(const char *value);

/*
 * Of the site's rules those clauses that a rule which ends with "by * none" has to have in front of
 * that end, each as " by WHO RIGHTS": of DNs and groups that could do this much before. others:
 * they may write everything, or read all of it and the passwords too. secrets: they may read or
 * write passwords and everything else. False: out of memory.
 */
bool ctl_rules_privileged(const ctl_texts *rules, char **others, char **secrets);

#endif
