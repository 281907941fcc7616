include config-examples/slapd/local.mk
include config-examples/pam.d/local.mk
