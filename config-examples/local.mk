include config-examples/slapd/local.mk
