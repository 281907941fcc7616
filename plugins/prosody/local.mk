# SPDX-License-Identifier: BSD-2-Clause
# Prosody reads it from here by plugin_paths.
prosodydir = $(datadir)/invitegate/prosody
dist_prosody_DATA = plugins/prosody/mod_invitegate.lua plugins/prosody/mod_auth_invitegate.lua \
	plugins/prosody/mod_authz_invitegate.lua
prosodylibdir = $(prosodydir)/invitegate
dist_prosodylib_DATA = \
	plugins/prosody/invitegate/account.lib.lua \
	plugins/prosody/invitegate/agent.lib.lua \
	plugins/prosody/invitegate/changes.lib.lua \
	plugins/prosody/invitegate/commands.lib.lua \
	plugins/prosody/invitegate/form.lib.lua \
	plugins/prosody/invitegate/guest.lib.lua \
	plugins/prosody/invitegate/iterations.lib.lua \
	plugins/prosody/invitegate/leftover.lib.lua \
	plugins/prosody/invitegate/login.lib.lua \
	plugins/prosody/invitegate/mistakes.lib.lua \
	plugins/prosody/invitegate/own.lib.lua \
	plugins/prosody/invitegate/preauth.lib.lua \
	plugins/prosody/invitegate/provider.lib.lua \
	plugins/prosody/invitegate/register.lib.lua \
	plugins/prosody/invitegate/roster.lib.lua \
	plugins/prosody/invitegate/sasl.lib.lua \
	plugins/prosody/invitegate/stream.lib.lua \
	plugins/prosody/invitegate/subscription.lib.lua \
	plugins/prosody/invitegate/text.lib.lua \
	plugins/prosody/invitegate/turn.lib.lua \
	plugins/prosody/invitegate/unbound.lib.lua \
	plugins/prosody/invitegate/unfinished.lib.lua \
	plugins/prosody/invitegate/verdict.lib.lua
EXTRA_DIST += plugins/prosody/.luacheckrc

.PHONY: lint-lua
lint: lint-lua
lint-lua:
	@command -v luacheck >/dev/null || { echo "luacheck is missing: apt-get install lua-check" >&2; exit 1; }
	@cd $(srcdir) && luacheck --config plugins/prosody/.luacheckrc --no-color --quiet \
		plugins/prosody tests/prosody/modules bench/prosody
