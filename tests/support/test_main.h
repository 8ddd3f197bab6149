// Registers QtTest classes so that one executable a folder can run them all. Sits below every test;
// owns nothing else.
//
//     class TestAmount : public QObject { Q_OBJECT private slots: void adds(); };
//     RUNNEL_TEST(TestAmount)
//     #include "test_amount.moc"
#pragma once

#include <QObject>
#include <QString>
#include <QTest>

#include <memory>

namespace runnel::test {

using Factory = std::unique_ptr<QObject> (*)();

/// Adds a test class to the executable's list; always true, so that it can initialise a static.
bool register_test(const char* name, Factory factory);

/// The folder `tests/` of the checkout this was built from.
QString tests_dir();

}  // namespace runnel::test

#define RUNNEL_TEST(Class)                                                \
    static const bool registered_##Class = ::runnel::test::register_test( \
        #Class, []() -> std::unique_ptr<QObject> { return std::make_unique<Class>(); });
