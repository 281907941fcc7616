# SPDX-License-Identifier: BSD-2-Clause
# One Check suite a room: tests/check_ROOM.c. Integration: tests/integration.
if HAVE_CHECK
UNIT_TESTS = tests/check_result
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
UNIT_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
UNIT_LIBS = common/libcommon.la $(CHECK_LIBS)

tests_check_result_SOURCES = tests/check_result.c
tests_check_result_CFLAGS = $(UNIT_CFLAGS)
tests_check_result_LDADD = $(UNIT_LIBS)
