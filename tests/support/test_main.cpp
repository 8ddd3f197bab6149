#include "tests/support/test_main.h"

#ifdef RUNNEL_TEST_WIDGETS
#include <QApplication>
#else
#include <QCoreApplication>
#endif

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace runnel::test {
namespace {

std::vector<std::pair<std::string, Factory>>& registry() {
    static std::vector<std::pair<std::string, Factory>> tests;
    return tests;
}

}  // namespace

bool register_test(const char* name, Factory factory) {
    registry().emplace_back(name, factory);
    return true;
}

QString tests_dir() { return QStringLiteral(RUNNEL_TESTS_DIR); }

}  // namespace runnel::test

/// Runs every registered class, or only those whose name is given as `--class NAME`; other
/// arguments go to QtTest.
int main(int argc, char** argv) {
#ifdef RUNNEL_TEST_WIDGETS
    QApplication application(argc, argv);
#else
    QCoreApplication application(argc, argv);
#endif
    QStringList arguments = application.arguments();
    QString only;
    const auto at = arguments.indexOf(QStringLiteral("--class"));
    if (at >= 0 && at + 1 < arguments.size()) {
        only = arguments.at(at + 1);
        arguments.removeAt(at);
        arguments.removeAt(at);
    }
    auto& tests = runnel::test::registry();
    std::sort(tests.begin(), tests.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    int failures = 0;
    int ran = 0;
    for (const auto& [name, factory] : tests) {
        if (!only.isEmpty() && only != QString::fromStdString(name)) continue;
        const auto test = factory();
        failures += QTest::qExec(test.get(), arguments);
        ++ran;
    }
    if (ran == 0) std::fprintf(stderr, "no test class matches\n");
    return failures == 0 && ran > 0 ? 0 : 1;
}
