/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INVITEGATE_TOOLS_SASL_FILES_H
#define INVITEGATE_TOOLS_SASL_FILES_H

#include "report.h"

/*
 * Looks at the configurations of Cyrus SASL's programs on this host, in the folders where libsasl2
 * looks (SASL_CONF_PATH, else those of Debian): adds a finding where one names a configuration of
 * invitegate that is not there, or lets Prosody offer SCRAM; a note where one uses libinvite.so and
 * has no mech_list. No row where no program uses it.
 */
void ctl_check_sasl_files(ctl_report *report);

#endif
