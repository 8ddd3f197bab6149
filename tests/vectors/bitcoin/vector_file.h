// Reads a file of tests/vectors/data/bitcoin; a missing or broken one ends the test run.
#pragma once

#include "core/base/bytes.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace runnel::test {

inline QJsonDocument vector_file(const char* name) {
    QFile file(tests_dir() + QStringLiteral("/vectors/data/bitcoin/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no vector file %s", name);
    const auto document = QJsonDocument::fromJson(file.readAll());
    if (document.isNull()) qFatal("broken vector file %s", name);
    return document;
}

inline Bytes hex_of(const QJsonValue& value) {
    const auto bytes = from_hex(value.toString().toStdString());
    if (!bytes) qFatal("no hex: %s", qPrintable(value.toString()));
    return *bytes;
}

/// Amounts in the files reach 2^53 at most, or are strings of none.
inline std::uint64_t number_of(const QJsonValue& value) { return static_cast<std::uint64_t>(value.toInteger()); }

}  // namespace runnel::test
