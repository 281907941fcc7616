/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/proof.h"
#include "setup/block.h"
#include "setup/fill.h"
#include "setup/value.h"

/* What the examples have where each site has its own; ctl_rules_make exchanges them. */
#define EXAMPLE_ATTRIBUTES "attrs=uid,cn,sn,givenName,displayName,mail,xmppJid"
#define EXAMPLE_CLASSES    "^(xmppAccount|inetOrgPerson|organizationalPerson|person|top)$"
#define EXAMPLE_NAMES      "attrs=uid,xmppJid by self read"
#define NONE               " by * none"

/* The texts with something in front, between and behind. The caller frees it; NULL: no memory. */
static char *join(const char *front, const ctl_texts *texts, const char *between,
                  const char *behind)
{
    char *joined = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&joined, &length);

    if (stream == NULL)
        return NULL;
    (void)fputs(front, stream);
    for (size_t i = 0; i < texts->count; i++)
        (void)fprintf(stream, "%s%s", i > 0 ? between : "", texts->texts[i]);
    (void)fputs(behind, stream);
    if (fclose(stream) == 0)
        return joined;
    free(joined);
    return NULL;
}

static bool exchange(char **text, const char *from, char *to)
{
    bool done = to != NULL && ctl_text_exchange(text, from, to);

    free(to);
    return done;
}

/* The attributes that a new account is added with. */
static bool exchange_attributes(const inv_domain *domain, char **text)
{
    ctl_texts names = {.texts = NULL};
    bool done = ctl_texts_add_once(&names, domain->account_rdn);

    for (size_t i = 0; done && i < domain->account_attribute_count; i++)
        done = ctl_texts_add_once(&names, domain->account_attributes[i].attribute);
    done = done && ctl_texts_add_once(&names, "xmppJid") &&
           exchange(text, EXAMPLE_ATTRIBUTES, join("attrs=", &names, ",", ""));
    ctl_texts_clear(&names);
    return done;
}

/* The attributes that tell whose an entry is. */
static bool exchange_names(const inv_domain *domain, char **text)
{
    const char *filter = domain->name_filter;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];
    ctl_texts names = {.texts = NULL};
    bool done = ctl_texts_add(&names, "uid") && ctl_texts_add(&names, "xmppJid");

    while (done && inv_filter_attribute(&filter, attribute))
        done = ctl_texts_add_once(&names, attribute);
    done = done && exchange(text, EXAMPLE_NAMES, join("attrs=", &names, ",", " by self read"));
    ctl_texts_clear(&names);
    return done;
}

/* The definition of a class: among ours, which may not be loaded yet, or in classes. */
static const char *definition_of(const ctl_texts *own, const ctl_texts *classes, const char *name)
{
    const ctl_texts *const lists[] = {own, classes};

    for (size_t list = 0; list < 2; list++) {
        for (size_t i = 0; i < lists[list]->count; i++) {
            if (ctl_value_is_named(lists[list]->texts[i], name))
                return lists[list]->texts[i];
        }
    }
    return NULL;
}

bool ctl_rules_classes(const inv_domain *domain, const ctl_texts *classes, ctl_texts *names)
{
    ctl_texts own = {.texts = NULL};
    bool done = ctl_example_values("invitegate.ldif", "olcObjectClasses", &own);

    for (size_t i = 0; done && domain->account_classes[i] != NULL; i++)
        done = ctl_texts_add_once(names, domain->account_classes[i]);
    for (size_t i = 0; done && i < names->count; i++) {
        const char *definition = definition_of(&own, classes, names->texts[i]);
        ctl_texts above = {.texts = NULL};

        done = definition == NULL || ctl_value_superiors(definition, &above);
        for (size_t j = 0; done && j < above.count; j++)
            done = ctl_texts_add_once(names, above.texts[j]);
        ctl_texts_clear(&above);
    }
    ctl_texts_clear(&own);
    return done;
}

static bool exchange_classes(const inv_domain *domain, const ctl_texts *classes, char **text)
{
    ctl_texts names = {.texts = NULL};
    bool done = ctl_rules_classes(domain, classes, &names) &&
                exchange(text, EXAMPLE_CLASSES, join("^(", &names, "|", ")$"));

    ctl_texts_clear(&names);
    return done;
}

/* Rights to verifiers: to write them, or to read them too where the agent hands them out. */
static bool exchange_verifiers(const ctl_task *setup, char **text)
{
    const inv_config *config =
        setup->site.existing != NULL ? setup->site.existing : setup->site.made;

    if (!config->agent.serves_verifiers || strstr(*text, "attrs=authPassword") == NULL)
        return true;
    return ctl_text_exchange(text, "\" =w by ", "\" write by ");
}

/* In front of the end "by * none", who had rights to everything before. */
static bool name_privileged(const char *privileged, char **text)
{
    size_t length = strlen(*text);
    char *longer = NULL;

    if (length < strlen(NONE) || strcmp(*text + length - strlen(NONE), NONE) != 0)
        return true;
    if (asprintf(&longer, "%.*s%s" NONE, (int)(length - strlen(NONE)), *text, privileged) < 0)
        longer = NULL;
    free(*text);
    *text = longer;
    return longer != NULL;
}

static bool is_of_passwords(const char *text)
{
    return strstr(text, "attrs=authPassword") != NULL || strstr(text, "attrs=pwdHistory") != NULL ||
           strstr(text, "attrs=userPassword") != NULL;
}

typedef struct maker {
    const ctl_task *setup;
    const ctl_texts *classes;
    char *others; /* of ctl_rules_privileged */
    char *secrets;
    ctl_texts *rules;
} maker;

static bool make_rule(const maker *work, const inv_domain *domain, const char *statement)
{
    char *text = strdup(statement);
    const bool of_passwords = is_of_passwords(statement);

    if (text == NULL || !exchange_attributes(domain, &text) || !exchange_names(domain, &text) ||
        !exchange_classes(domain, work->classes, &text) ||
        !exchange_verifiers(work->setup, &text) || !ctl_fill(work->setup, domain, &text) ||
        !name_privileged(of_passwords ? work->secrets : work->others, &text)) {
        free(text);
        return false;
    }
    return ctl_texts_take(work->rules, text);
}

/* Whether the rule is about a container, so that each domain has one like it. */
static bool is_of_domain(const char *statement)
{
    return strstr(statement, "ou=invites,") != NULL || strstr(statement, "ou=people,") != NULL ||
           strstr(statement, "ou=rosters,") != NULL;
}

static bool make_rules(const maker *work, const char *statement)
{
    const inv_domain *domain;

    if (!is_of_domain(statement))
        return make_rule(work, ctl_setup_domain(work->setup), statement);
    for (size_t i = 0; (domain = ctl_setup_each_domain(work->setup, i)) != NULL; i++) {
        if (!make_rule(work, domain, statement))
            return false;
    }
    return true;
}

bool ctl_rules_make(const ctl_task *setup, const ctl_texts *classes, const ctl_texts *site_rules,
                    bool open, ctl_texts *rules)
{
    maker work = {.setup = setup, .classes = classes, .rules = rules};
    ctl_texts statements = {.texts = NULL};
    bool done = ctl_rules_privileged(site_rules, &work.others, &work.secrets) &&
                ctl_example_statements("invitegate-acl.conf", "access ", &statements) &&
                ctl_texts_add(rules, CTL_BLOCK_BEGIN);

    for (size_t i = 0; done && i < statements.count; i++)
        done = make_rules(&work, statements.texts[i]);
    done = done && (!open || ctl_texts_add(rules, "to * by * read")) &&
           ctl_texts_add(rules, CTL_BLOCK_END);
    ctl_texts_clear(&statements);
    free(work.others);
    free(work.secrets);
    return done;
}
