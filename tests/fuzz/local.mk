# SPDX-License-Identifier: BSD-2-Clause
# Fuzz targets: tests/fuzz/fuzz_NAME.c, with seeds in tests/fuzz/corpus/NAME and, where it helps, words
# in tests/fuzz/NAME.dict. All inputs are text; what they mean stands at the top of each target, and in
# script.h for the answers of a directory.
#
# make check plays every seed through its target (tests/fuzz/replay_NAME, any compiler, TAP).
# make fuzz fuzzes each target for FUZZ_SECONDS, in a build that was configured with
# --enable-fuzzers CC=clang; make -j2 fuzz two at a time, make fuzz-NAME one of them. New inputs are
# kept in the build folder, tests/fuzz/found/NAME; an input that ends a target in tests/fuzz/findings:
# play it with FUZZ_VERBOSE=1 tests/fuzz/replay_NAME FILE, and add it to the seeds together with the fix.
FUZZ_SECONDS = 60
# 0: another one each time. CI gives one, so that what fails there fails again for whoever looks for it.
FUZZ_SEED = 0
FUZZ_FLAGS = -max_len=8192 -timeout=25 -rss_limit_mb=2048 -seed=$(FUZZ_SEED)
FUZZ_CORPUS = $(srcdir)/tests/fuzz/corpus
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/entry.dict tests/fuzz/config.dict \
	tests/fuzz/token.dict tests/fuzz/verifier.dict tests/fuzz/pam.dict

FUZZ_REPLAYS = tests/fuzz/replay_token tests/fuzz/replay_config tests/fuzz/replay_name \
	tests/fuzz/replay_verifier tests/fuzz/replay_entry tests/fuzz/replay_pam tests/fuzz/replay_agent \
	tests/fuzz/replay_sasl tests/fuzz/replay_setup
check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)
FUZZ_TARGETS = tests/fuzz/fuzz_token tests/fuzz/fuzz_config tests/fuzz/fuzz_name \
	tests/fuzz/fuzz_verifier tests/fuzz/fuzz_entry tests/fuzz/fuzz_pam tests/fuzz/fuzz_agent \
	tests/fuzz/fuzz_sasl tests/fuzz/fuzz_setup
EXTRA_PROGRAMS += $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS)

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
FUZZ_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(CRYPT_CFLAGS)
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZER_LDFLAGS)
FUZZ_MATERIAL = tests/fuzz/fuzz.h tests/fuzz/material.c tests/fuzz/material.h
FUZZ_REPLAY = tests/fuzz/replay.c
FUZZ_CHEAP = tests/fuzz/cheap_hashes.c tests/fuzz/cheap_hashes.h
FUZZ_CHEAP_WRAPS = -Wl,--wrap=inv_pbkdf2,--wrap=crypt_r
FUZZ_SCRIPT = $(FUZZ_CHEAP) tests/fuzz/script.c tests/fuzz/script.h tests/fuzz/repeatable.c \
	tests/fuzz/repeatable.h
FUZZ_SCRIPT_WRAPS = $(FUZZ_CHEAP_WRAPS) \
	-Wl,--wrap=clock_gettime,--wrap=time,--wrap=nanosleep,--wrap=RAND_bytes,--wrap=RAND_priv_bytes
FUZZ_LIBS = $(COMMON_LIBS)

FUZZ_TOKEN = tests/fuzz/fuzz_token.c $(FUZZ_MATERIAL)
tests_fuzz_replay_token_SOURCES = $(FUZZ_TOKEN) $(FUZZ_REPLAY)
tests_fuzz_replay_token_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"token"'
tests_fuzz_replay_token_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_replay_token_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_token_SOURCES = $(FUZZ_TOKEN)
tests_fuzz_fuzz_token_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_token_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_token_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_token_LDADD = $(FUZZ_LIBS)

FUZZ_CONFIG = tests/fuzz/fuzz_config.c $(FUZZ_MATERIAL)
FUZZ_CONFIG_WRAPS = -Wl,--wrap=regcomp
tests_fuzz_replay_config_SOURCES = $(FUZZ_CONFIG) $(FUZZ_REPLAY)
tests_fuzz_replay_config_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"config"'
tests_fuzz_replay_config_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_replay_config_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CONFIG_WRAPS)
tests_fuzz_replay_config_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_config_SOURCES = $(FUZZ_CONFIG)
tests_fuzz_fuzz_config_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_config_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_config_LDFLAGS = $(FUZZ_LINK) $(FUZZ_CONFIG_WRAPS)
tests_fuzz_fuzz_config_LDADD = $(FUZZ_LIBS)

FUZZ_NAME = tests/fuzz/fuzz_name.c $(FUZZ_MATERIAL)
tests_fuzz_replay_name_SOURCES = $(FUZZ_NAME) $(FUZZ_REPLAY)
tests_fuzz_replay_name_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"name"'
tests_fuzz_replay_name_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_replay_name_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_name_SOURCES = $(FUZZ_NAME)
tests_fuzz_fuzz_name_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_name_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_name_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_name_LDADD = $(FUZZ_LIBS)

FUZZ_VERIFIER = tests/fuzz/fuzz_verifier.c $(FUZZ_CHEAP) $(FUZZ_MATERIAL)
tests_fuzz_replay_verifier_SOURCES = $(FUZZ_VERIFIER) $(FUZZ_REPLAY)
tests_fuzz_replay_verifier_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"verifier"'
tests_fuzz_replay_verifier_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_replay_verifier_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_CHEAP_WRAPS)
tests_fuzz_replay_verifier_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_verifier_SOURCES = $(FUZZ_VERIFIER)
tests_fuzz_fuzz_verifier_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_verifier_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_verifier_LDFLAGS = $(FUZZ_LINK) $(FUZZ_CHEAP_WRAPS)
tests_fuzz_fuzz_verifier_LDADD = $(FUZZ_LIBS)

FUZZ_ENTRY = tests/fuzz/fuzz_entry.c $(FUZZ_SCRIPT) $(FUZZ_MATERIAL)
tests_fuzz_replay_entry_SOURCES = $(FUZZ_ENTRY) $(FUZZ_REPLAY)
tests_fuzz_replay_entry_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"entry"'
tests_fuzz_replay_entry_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_replay_entry_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_SCRIPT_WRAPS)
tests_fuzz_replay_entry_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_entry_SOURCES = $(FUZZ_ENTRY)
tests_fuzz_fuzz_entry_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_entry_CFLAGS = $(FUZZ_CFLAGS)
tests_fuzz_fuzz_entry_LDFLAGS = $(FUZZ_LINK) $(FUZZ_SCRIPT_WRAPS)
tests_fuzz_fuzz_entry_LDADD = $(FUZZ_LIBS)

# The whole module, its host and its libraries failing now and then. libpam is left out: a function of
# it that pam_items.c lacks is then an error of the linker.
FUZZ_PAM = tests/fuzz/fuzz_pam.c tests/fuzz/faults.c tests/fuzz/faults.h tests/fuzz/pam_items.c \
	tests/fuzz/pam_items.h $(plugins_pam_pam_invite_la_SOURCES) $(FUZZ_SCRIPT) $(FUZZ_MATERIAL)
FUZZ_PAM_WRAPS = $(FUZZ_SCRIPT_WRAPS) -Wl,--wrap=inv_directory_acquire,--wrap=inv_directory_new \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=reallocarray,--wrap=strdup,--wrap=strndup \
	-Wl,--wrap=asprintf,--wrap=open_memstream,--wrap=open,--wrap=fstat,--wrap=read \
	-Wl,--wrap=EVP_MD_CTX_new,--wrap=EVP_DigestFinal_ex,--wrap=EVP_Digest,--wrap=HMAC \
	-Wl,--wrap=regexec,--wrap=stringprep,--wrap=idna_to_ascii_8z \
	-Wl,--wrap=pam_get_item,--wrap=pam_set_item,--wrap=pam_get_data,--wrap=pam_set_data \
	-Wl,--wrap=pam_get_authtok,--wrap=pam_prompt,--wrap=pam_syslog,--wrap=pam_getenv
tests_fuzz_replay_pam_SOURCES = $(FUZZ_PAM) $(FUZZ_REPLAY)
tests_fuzz_replay_pam_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"pam"'
tests_fuzz_replay_pam_CFLAGS = $(FUZZ_CFLAGS) $(PAM_CFLAGS) $(IDN_CFLAGS)
tests_fuzz_replay_pam_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_PAM_WRAPS)
tests_fuzz_replay_pam_LDADD = $(FUZZ_LIBS) $(IDN_LIBS)
tests_fuzz_fuzz_pam_SOURCES = $(FUZZ_PAM)
tests_fuzz_fuzz_pam_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_pam_CFLAGS = $(FUZZ_CFLAGS) $(PAM_CFLAGS) $(IDN_CFLAGS)
tests_fuzz_fuzz_pam_LDFLAGS = $(FUZZ_LINK) $(FUZZ_PAM_WRAPS)
tests_fuzz_fuzz_pam_LDADD = $(FUZZ_LIBS) $(IDN_LIBS)

FUZZ_AGENT = tests/fuzz/fuzz_agent.c tests/fuzz/fuzz.h
tests_fuzz_replay_agent_SOURCES = $(FUZZ_AGENT) $(FUZZ_MATERIAL) $(FUZZ_REPLAY)
tests_fuzz_replay_agent_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"agent"'
tests_fuzz_replay_agent_LDADD = $(LIBAGENT_LIBS)
tests_fuzz_fuzz_agent_SOURCES = $(FUZZ_AGENT)
tests_fuzz_fuzz_agent_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_agent_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_agent_LDADD = $(LIBAGENT_LIBS)

FUZZ_SASL = tests/fuzz/fuzz_sasl.c plugins/sasl/message.c plugins/sasl/message.h \
	plugins/sasl/options.c plugins/sasl/options.h $(FUZZ_MATERIAL)
tests_fuzz_replay_sasl_SOURCES = $(FUZZ_SASL) $(FUZZ_REPLAY)
tests_fuzz_replay_sasl_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZ_TARGET='"sasl"'
tests_fuzz_replay_sasl_CFLAGS = $(FUZZ_CFLAGS) $(SASL_CFLAGS)
tests_fuzz_replay_sasl_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_sasl_SOURCES = $(FUZZ_SASL)
tests_fuzz_fuzz_sasl_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_sasl_CFLAGS = $(FUZZ_CFLAGS) $(SASL_CFLAGS)
tests_fuzz_fuzz_sasl_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_sasl_LDADD = $(FUZZ_LIBS)

# The answers complain as invitectl does, and read no file here.
FUZZ_SETUP = tests/fuzz/fuzz_setup.c tools/ctl/setup/answers.c tools/ctl/setup/answers.h tools/ctl/options.c \
	tools/ctl/io/complaint.c tools/ctl/io/output.c tools/ctl/io/output.h tools/ctl/command.h $(SETUP_VALUES)
FUZZ_SETUP_CPPFLAGS = $(FUZZ_CPPFLAGS) -I$(top_srcdir)/tools/ctl
tests_fuzz_replay_setup_SOURCES = $(FUZZ_SETUP) $(FUZZ_REPLAY)
nodist_tests_fuzz_replay_setup_SOURCES = $(SETUP_EXAMPLES)
tests_fuzz_replay_setup_CPPFLAGS = $(FUZZ_SETUP_CPPFLAGS) -DFUZZ_TARGET='"setup"'
tests_fuzz_replay_setup_CFLAGS = $(FUZZ_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_replay_setup_LDADD = $(FUZZ_LIBS) $(JANSSON_LIBS)
tests_fuzz_fuzz_setup_SOURCES = $(FUZZ_SETUP)
nodist_tests_fuzz_fuzz_setup_SOURCES = $(SETUP_EXAMPLES)
tests_fuzz_fuzz_setup_CPPFLAGS = $(FUZZ_SETUP_CPPFLAGS)
tests_fuzz_fuzz_setup_CFLAGS = $(FUZZ_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_setup_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_setup_LDADD = $(FUZZ_LIBS) $(JANSSON_LIBS)

FUZZ_RUNS = fuzz-token fuzz-config fuzz-name fuzz-verifier fuzz-entry fuzz-pam fuzz-agent fuzz-sasl fuzz-setup
.PHONY: fuzz $(FUZZ_RUNS)
fuzz: $(FUZZ_RUNS)

if FUZZERS
$(FUZZ_RUNS): $(FUZZ_TARGETS)
	@name=`echo $@ | sed s/^fuzz-//`; \
	$(MKDIR_P) tests/fuzz/found/$$name tests/fuzz/findings; \
	dict=$(abs_srcdir)/tests/fuzz/$$name.dict; \
	test ! -e $$dict || dict_option=-dict=$$dict; \
	echo "fuzzing $$name for $(FUZZ_SECONDS) s"; \
	if tests/fuzz/fuzz_$$name $(FUZZ_FLAGS) -max_total_time=$(FUZZ_SECONDS) \
		-print_final_stats=1 -artifact_prefix=tests/fuzz/findings/$$name- $$dict_option \
		tests/fuzz/found/$$name $(FUZZ_CORPUS)/$$name >tests/fuzz/$$name.fuzz.log 2>&1; then \
		sed -n '/^stat::number_of_executed_units/s/.* /'$$name': inputs tried: /p' \
			tests/fuzz/$$name.fuzz.log; \
	else \
		tail -n 60 tests/fuzz/$$name.fuzz.log; \
		echo "$$name: see tests/fuzz/$$name.fuzz.log; the input is in tests/fuzz/findings" >&2; \
		exit 1; \
	fi
else
$(FUZZ_RUNS):
	@echo "make fuzz needs a build configured with --enable-fuzzers CC=clang" >&2; exit 1
endif

clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	-rm -rf tests/fuzz/found tests/fuzz/findings tests/fuzz/*.fuzz.log
