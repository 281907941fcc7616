/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/proof.h"
#include "setup/ds389.h"
#include "setup/record.h"
#include "setup/rules.h"
#include "setup/value.h"

/*
 * The rules of access of config-examples/389ds, as values of the entries that they are for. Those
 * that are invitegate's have names that say so, and are written anew when they differ; the site's
 * own are left alone.
 */

#define STEP             "rules"
#define BASE             "dc=example,dc=org"
#define EXAMPLE_IDENTITY "cn=invitegate,ou=services," BASE
#define EXAMPLE_DATABASE "cn=userRoot," CTL_DS389_BACKENDS

/* What the examples have where each site has its own. */
#define EXAMPLE_CLASSES                                                                            \
    "(objectClass=inetOrgPerson)(objectClass=organizationalPerson)(objectClass=person)"            \
    "(objectClass=top)"
#define EXAMPLE_NAMES  "\"uid || xmppJid || inviteId ||"
#define NOR_INVITEGATE "acl \"invitegate: nor does invitegate\""
#define BUT_FOR_INIT   "acl \"invitegate: but for those of init\""
#define OF_INIT        "(targetfilter = \"(inviteId=0000000000000000000000000000000000000000)\")"
#define BOTH_PASSWORDS "\"userPassword || authPassword\""

typedef struct making {
    ctl_task *setup;
    const inv_domain *domain;
    char *classes; /* in place of EXAMPLE_CLASSES */
    char *names;   /* in place of EXAMPLE_NAMES */
    bool serves_verifiers;
} making;

/* The texts but for those left out, each with something in front and behind. */
static char *join(const ctl_texts *texts, const char *front, const char *behind,
                  const char *left_out)
{
    char *joined = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&joined, &length);

    for (size_t i = 0; stream != NULL && i < texts->count; i++) {
        if (strcmp(texts->texts[i], left_out) != 0)
            (void)fprintf(stream, "%s%s%s", front, texts->texts[i], behind);
    }
    if (stream != NULL && fclose(stream) == 0)
        return joined;
    free(joined);
    return NULL;
}

/* The classes of a new account, and the attributes that tell whose an entry is. */
static inv_result read_template(making *work)
{
    static const char *const attributes[] = {"objectClasses", NULL};
    const char *filter = work->domain->name_filter;
    char attribute[INV_FILTER_ATTRIBUTE_SIZE];
    inv_operation *schema = inv_operation_search("cn=schema", INV_SCOPE_BASE, NULL, attributes);
    ctl_texts known = {.texts = NULL};
    ctl_texts classes = {.texts = NULL};
    ctl_texts names = {.texts = NULL};
    inv_result result = ctl_setup_run(work->setup, work->setup->directory, schema);
    bool fine = result == INV_OK;

    if (fine && schema->entry_count == 1)
        fine = ctl_setup_values(schema->entries[0], "objectClasses", &known);
    fine = fine && ctl_rules_classes(work->domain, &known, &classes);
    fine = fine && ctl_texts_add(&names, "uid") && ctl_texts_add(&names, "xmppJid");
    while (fine && inv_filter_attribute(&filter, attribute))
        fine = ctl_texts_add_once(&names, attribute);
    fine = fine && ctl_texts_add_once(&names, "inviteId");
    if (fine) {
        work->classes = join(&classes, "(objectClass=", ")", "xmppAccount");
        work->names = join(&names, "", " || ", "");
        fine = work->classes != NULL && work->names != NULL;
    }
    if (result == INV_OK && !fine)
        result = inv_verdict_no_memory(work->setup->verdict);
    ctl_texts_clear(&known);
    ctl_texts_clear(&classes);
    ctl_texts_clear(&names);
    inv_operation_free(&schema);
    return result;
}

/* A DN of the examples, or a text with the identity in it, as the site has it. */
static bool fill(const making *work, char **text)
{
    const ctl_site *site = &work->setup->site;

    return ctl_text_exchange(text, EXAMPLE_IDENTITY, "\x01") &&
           ctl_text_exchange(text, "ou=invites," BASE, "\x02") &&
           ctl_text_exchange(text, "ou=rosters," BASE, "\x03") &&
           ctl_text_exchange(text, "ou=people," BASE, "\x04") &&
           ctl_text_exchange(text, "ou=groups," BASE, "\x05") &&
           ctl_text_exchange(text, EXAMPLE_DATABASE, "\x06") &&
           ctl_text_exchange(text, BASE, site->suffix) &&
           ctl_text_exchange(text, "\x01", site->identity) &&
           ctl_text_exchange(text, "\x02", work->domain->invites) &&
           ctl_text_exchange(text, "\x03", work->domain->rosters) &&
           ctl_text_exchange(text, "\x04", work->domain->people) &&
           ctl_text_exchange(text, "\x05", site->groups) &&
           ctl_text_exchange(text, "\x06", site->database);
}

/* Adds the value of the example, as the site has it. */
static bool make(const making *work, const char *example, ctl_texts *wanted)
{
    char *text;
    bool done;

    if (work->serves_verifiers && strstr(example, NOR_INVITEGATE) != NULL)
        return true;
    text = strdup(example);
    done = text != NULL && ctl_text_exchange(&text, EXAMPLE_CLASSES, work->classes);
    if (done && strstr(text, EXAMPLE_NAMES) != NULL) {
        char *names = NULL;

        done = asprintf(&names, "\"%.*s", (int)strlen(work->names) - 1, work->names) >= 0 &&
               ctl_text_exchange(&text, EXAMPLE_NAMES, names);
        free(names);
    }
    if (done && work->serves_verifiers && strstr(text, BUT_FOR_INIT) != NULL)
        done = ctl_text_exchange(&text, OF_INIT, "") &&
               ctl_text_exchange(&text, BOTH_PASSWORDS, "\"authPassword\"");
    if (!done || !fill(work, &text)) {
        free(text);
        return false;
    }
    return ctl_texts_take(wanted, text);
}

static void plan_values(ctl_task *setup, const char *dn, const ctl_texts *old,
                        const ctl_texts *added)
{
    ctl_action action = {.data = true, .operation = inv_operation_new_modify(dn)};

    for (size_t i = 0; i < old->count; i++)
        inv_operation_text(action.operation, INV_CHANGE_DELETE, "aci", old->texts[i]);
    for (size_t i = 0; i < added->count; i++)
        inv_operation_text(action.operation, INV_CHANGE_ADD, "aci", added->texts[i]);
    action.record = ctl_record_acis(dn);
    if (old->count > 0)
        ctl_plan_do(setup->plan, STEP, &action, "%s: %zu rules of access in place of %zu", dn,
                    added->count, old->count);
    else
        ctl_plan_do(setup->plan, STEP, &action, "%s: %zu rules of access", dn, added->count);
}

/* Compares what the entry has of ours with what is wanted there. */
static inv_result plan_entry(ctl_task *setup, const char *dn, const ctl_texts *wanted)
{
    static const char *const attributes[] = {"aci", NULL};
    inv_operation *search = inv_operation_search(dn, INV_SCOPE_BASE, NULL, attributes);
    inv_result result = ctl_setup_run(setup, setup->directory, search);
    ctl_texts there = {.texts = NULL};
    ctl_texts old = {.texts = NULL};
    ctl_texts added = {.texts = NULL};
    bool fine = true;

    if (result == INV_OK && !inv_operation_answered(search, INV_LDAP_NO_SUCH_OBJECT))
        result = ctl_setup_judge(setup, search, "reading the rules of access of");
    if (result == INV_OK && search->entry_count == 1)
        fine = ctl_setup_values(search->entries[0], "aci", &there);
    for (size_t i = 0; fine && i < there.count; i++) {
        if (strstr(there.texts[i], CTL_DS389_OWN) != NULL &&
            ctl_value_find(wanted, there.texts[i]) == NULL)
            fine = ctl_texts_add(&old, there.texts[i]);
    }
    for (size_t i = 0; fine && i < wanted->count; i++) {
        if (ctl_value_find(&there, wanted->texts[i]) == NULL)
            fine = ctl_texts_add(&added, wanted->texts[i]);
    }
    if (result == INV_OK && !fine)
        result = inv_verdict_no_memory(setup->verdict);
    if (result == INV_OK && old.count + added.count > 0)
        plan_values(setup, dn, &old, &added);
    else if (result == INV_OK)
        ctl_plan_tell(setup->plan, CTL_ITEM_THERE, STEP, "%s: all %zu", dn, wanted->count);
    ctl_texts_clear(&there);
    ctl_texts_clear(&old);
    ctl_texts_clear(&added);
    inv_operation_free(&search);
    return result;
}

/* All that one of the examples has, entry by entry. */
static inv_result plan_example(const making *work, const char *example)
{
    ctl_texts dns = {.texts = NULL};
    inv_result result =
        ctl_example_dns(example, &dns) ? INV_OK : inv_verdict_no_memory(work->setup->verdict);

    for (size_t i = 0; result == INV_OK && i < dns.count; i++) {
        ctl_texts values = {.texts = NULL};
        ctl_texts wanted = {.texts = NULL};
        char *dn = strdup(dns.texts[i]);
        bool fine = dn != NULL && ctl_example_record(example, dns.texts[i], "aci", &values) &&
                    fill(work, &dn);

        for (size_t j = 0; fine && j < values.count; j++)
            fine = make(work, values.texts[j], &wanted);
        if (!fine)
            result = inv_verdict_no_memory(work->setup->verdict);
        else if (wanted.count > 0)
            result = plan_entry(work->setup, dn, &wanted);
        ctl_texts_clear(&values);
        ctl_texts_clear(&wanted);
        free(dn);
    }
    ctl_texts_clear(&dns);
    return result;
}

inv_result ctl_step_ds389_acis(ctl_task *setup)
{
    const inv_config *config =
        setup->site.existing != NULL ? setup->site.existing : setup->site.made;
    making work = {.setup = setup,
                   .domain = ctl_setup_domain(setup),
                   .serves_verifiers = config->agent.serves_verifiers};
    inv_result result = read_template(&work);

    if (result == INV_OK)
        result = plan_example(&work, "389ds/invitegate-config.ldif");
    if (result == INV_OK)
        result = plan_example(&work, "389ds/invitegate-aci.ldif");
    free(work.classes);
    free(work.names);
    return result;
}
