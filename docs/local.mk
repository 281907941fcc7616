# SPDX-License-Identifier: BSD-2-Clause
# What README.md links to, in a folder of its own so that the links hold where it is installed, too.
docsdir = $(docdir)/docs
dist_docs_DATA = \
	docs/architecture.md \
	docs/data-model.md \
	docs/redemption.md
