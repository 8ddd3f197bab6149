// Reads a vector file of tests/vectors/data and its fields. Ends the test run when the file or a
// field is not what it must be, so that a lost file can never look like success.
#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>

#include <string>

namespace runnel::test {

/// A file such as "crypto/basics.json" that holds an object or a list.
inline QJsonDocument vector_document(const char* name) {
    QFile file(tests_dir() + QStringLiteral("/vectors/data/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", name);
    const auto document = QJsonDocument::fromJson(file.readAll());
    if (document.isNull() || document.isEmpty()) qFatal("no JSON in %s", name);
    return document;
}

inline QJsonObject vector_object(const char* name) {
    const auto document = vector_document(name);
    if (!document.isObject()) qFatal("no JSON object in %s", name);
    return document.object();
}

inline QJsonArray vector_list(const char* name) {
    const auto document = vector_document(name);
    if (!document.isArray()) qFatal("no JSON list in %s", name);
    return document.array();
}

/// The rows of a list in a vector file; an empty one is an error.
inline QJsonArray rows_of(const QJsonObject& object, const char* key) {
    const auto rows = object.value(QLatin1String(key)).toArray();
    if (rows.isEmpty()) qFatal("no rows under %s", key);
    return rows;
}

inline std::string text(const QJsonValue& value) {
    if (!value.isString()) qFatal("not a text");
    return value.toString().toStdString();
}

inline Bytes hex(const QJsonValue& value) {
    const auto bytes = from_hex(text(value));
    if (!bytes) qFatal("not hex: %s", qPrintable(value.toString()));
    return *bytes;
}

inline Secret32 secret(const QJsonValue& value) {
    const auto out = secret32_from(hex(value));
    if (!out) qFatal("not 32 bytes");
    return *out;
}

/// Numbers in the files reach 2^53 at most.
inline std::uint64_t number(const QJsonValue& value) {
    if (!value.isDouble() || value.toInteger(-1) < 0) qFatal("not a whole number");
    return static_cast<std::uint64_t>(value.toInteger());
}

}  // namespace runnel::test
