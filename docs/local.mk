# SPDX-License-Identifier: BSD-2-Clause
# What README.md links to, in a folder of its own so that the links hold where it is installed, too.
docsdir = $(docdir)/docs
dist_docs_DATA = docs/architecture.md docs/data-model.md docs/redemption.md
# The chapters for administrators.
dist_docs_DATA += docs/389ds.md docs/ejabberd.md docs/everyday.md docs/figures.md docs/openldap.md \
	docs/pam.md docs/prosody.md docs/sasl.md docs/troubleshooting.md
