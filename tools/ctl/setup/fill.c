/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "fill.h"

#include <stdlib.h>

#define EXAMPLE_SUFFIX   "dc=example,dc=org"
#define EXAMPLE_IDENTITY "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

/* Exchanges one DN, quoted as slapd.conf(5) says: a backslash in front of \ and ". */
static bool exchange(char **text, const char *from, const char *to)
{
    char *quoted = ctl_text_replace(to, "\\", "\\\\");
    bool done = quoted != NULL && ctl_text_exchange(&quoted, "\"", "\\\"") &&
                ctl_text_exchange(text, from, quoted);

    free(quoted);
    if (!done) {
        free(*text);
        *text = NULL;
    }
    return done;
}

bool ctl_fill(const ctl_task *setup, const inv_domain *domain, char **text)
{
    const ctl_site *site = &setup->site;

    /* what is put in is not looked at again: no name of the examples is in it unless it is the same
     */
    return exchange(text, "ou=invites," EXAMPLE_SUFFIX, "\x01") &&
           exchange(text, "ou=people," EXAMPLE_SUFFIX, "\x02") &&
           exchange(text, "ou=rosters," EXAMPLE_SUFFIX, "\x03") &&
           exchange(text, "ou=groups," EXAMPLE_SUFFIX, "\x04") &&
           exchange(text, "ou=policies," EXAMPLE_SUFFIX, "\x05") &&
           exchange(text, EXAMPLE_IDENTITY, "\x06") &&
           exchange(text, EXAMPLE_SUFFIX, site->suffix) &&
           exchange(text, "\x01", domain->invites) && exchange(text, "\x02", domain->people) &&
           exchange(text, "\x03", domain->rosters) && exchange(text, "\x04", site->groups) &&
           exchange(text, "\x05", site->policies) && exchange(text, "\x06", site->identity);
}
