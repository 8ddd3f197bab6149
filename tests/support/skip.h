// For a test that needs what not every machine has: skipped on a person's machine, failed in CI,
// where nothing is missing.
#pragma once

#include "tests/support/test_main.h"

#define RUNNEL_SKIP_BUT_IN_CI(why)                                                             \
    do {                                                                                       \
        if (qEnvironmentVariable("CI") == QLatin1String("true")) QFAIL("missing in CI: " why); \
        QSKIP(why);                                                                            \
    } while (false)
