# SPDX-License-Identifier: BSD-2-Clause
"""A site whose agent hands out SCRAM verifiers: it may read authPassword, as the examples say."""

import site_of_suite


class Logins(site_of_suite.Site):
    def start_slapd(self):
        super().start_slapd()
        self.stop_slapd()
        rules = self.folder / "invitegate-acl.conf"
        lines = rules.read_text().splitlines(keepends=True)
        for number, line in enumerate(lines):
            if line.rstrip().endswith(" =w") and "attrs=authPassword" in lines[number - 1]:
                lines[number] = line.replace(" =w", " write")
        rules.write_text("".join(lines))
        self.start_slapd_again()


OPTIONS = {
    "site_class": Logins,
    "provider": "invitegate",
    "agent": {"verifiers": "yes", "password_verifiers": "server scram-sha-1 scram-sha-256",
              "scram_iterations": "4096", "scram_at_login": "yes"},
}
