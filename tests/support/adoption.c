/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/adoption.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "invitegate/directory.h"
#include "tests/support/two_domains.h"

struct adoption adoption;

static const char *const outcomes[] = {
    [INV_ADOPT_DONE] = "done",       [INV_ADOPT_EXCEPTED] = "excepted",
    [INV_ADOPT_SKIPPED] = "skipped", [INV_ADOPT_REFUSED] = "refused",
    [INV_ADOPT_DENIED] = "denied",
};

static void take_note(void *context, const inv_adopt_note *note)
{
    size_t used = strlen(adoption.notes);

    (void)context;
    adoption.count[note->outcome]++;
    (void)snprintf(adoption.notes + used, sizeof(adoption.notes) - used, "%s %s %s: %s\n",
                   outcomes[note->outcome], note->dn, note->jid != NULL ? note->jid : "-",
                   note->why != NULL ? note->why : "-");
    ck_assert_int_eq(note->change != NULL, note->outcome == INV_ADOPT_DENIED);
    ck_assert_int_eq(note->why == NULL, note->outcome == INV_ADOPT_DONE);
}

static void take_progress(void *context, size_t done, size_t total)
{
    (void)context;
    ck_assert(total == 0 || done <= total);
    if (adoption.act != NULL)
        adoption.act();
    adoption.act = NULL;
}

inv_result adoption_run(const char *domain, const inv_adopt_order *order)
{
    const inv_adopt_visitor visitor = {.note = take_note, .progress = take_progress};
    inv_call call;
    inv_result result;

    adoption.notes[0] = '\0';
    memset(adoption.count, 0, sizeof(adoption.count));
    verdict = (inv_verdict)INV_VERDICT_INIT;
    ck_assert_int_eq(inv_call_begin(site->context, inv_config_domain(site->context->config, domain),
                                    0, &call, &verdict),
                     INV_OK);
    result = inv_adopt_all(&call, order, &visitor);
    inv_call_end(&call);
    return result;
}

void adoption_all(const char *except, bool undo)
{
    const inv_adopt_order order = {.except = except, .undo = undo, .admin = adoption.admin};

    ck_assert_msg(adoption_run("example.org", &order) == INV_OK, "%s", verdict.why);
    ck_assert_uint_eq(adoption.count[INV_ADOPT_DENIED], 0);
}

void adoption_expect(const char *format, ...)
{
    va_list arguments;
    char *line = NULL;

    va_start(arguments, format);
    ck_assert_int_ge(vasprintf(&line, format, arguments), 0);
    va_end(arguments);
    ck_assert_msg(strstr(adoption.notes, line) != NULL, "no \"%s\" in:\n%.8000s", line,
                  adoption.notes);
    free(line);
}

static void open_admin(void)
{
    ck_assert_int_eq(inv_directory_new(&site->context->config->directory, "cn=admin," SITE_BASE,
                                       site->admin_password, &adoption.admin, &verdict),
                     INV_OK);
}

void adoption_start(void)
{
    fixture_start();
    open_admin();
}

void adoption_start_two(void)
{
    site = two_domains_start();
    open_admin();
}

void adoption_stop(void)
{
    inv_directory_free(&adoption.admin);
    fixture_stop();
}

void adoption_person_in(const char *base, const char *local)
{
    site_modify(site,
                "dn: uid=%s,%s\nchangetype: add\nobjectClass: inetOrgPerson\ncn: %s\nsn: %s\n"
                "userPassword: " SITE_PASSWORD "\n",
                local, base, local, local);
}

void adoption_person(const char *local)
{
    adoption_person_in(SITE_PEOPLE, local);
}

void adoption_unit(const char *name)
{
    site_modify(site, "dn: ou=%s," SITE_BASE "\nchangetype: add\nobjectClass: organizationalUnit\n",
                name);
}

bool adoption_is_account(const char *base, const char *local, const char *jid)
{
    return site_count(site, base, "(&(uid=%s)(objectClass=xmppAccount)(xmppJid=%s))", local, jid) ==
           1;
}

bool adoption_is_untouched(const char *local)
{
    return site_count(site, SITE_BASE, "(&(uid=%s)(!(objectClass=xmppAccount))(!(xmppJid=*)))",
                      local) > 0;
}
