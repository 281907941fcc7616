/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the options that pam_invite.so takes, one a line, for the comparison with its manual. */
#include <stdio.h>

#include "invitegate/pam_options.h"

int main(void)
{
    for (const char *const *name = inv_pam_options_names(); *name != NULL; name++)
        puts(*name);
    return 0;
}
