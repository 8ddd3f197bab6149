// Reads a vector file of tests/vectors/data and its hex fields. Ends the test run when the file or a field is not what it
// must be, so that a lost file can never look like success.
#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace runnel::test {

inline QJsonObject json_file(const char* name) {
    QFile file(tests_dir() + QStringLiteral("/vectors/data/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", name);
    const auto document = QJsonDocument::fromJson(file.readAll());
    if (!document.isObject()) qFatal("no JSON object in %s", name);
    return document.object();
}

/// The rows of a list in a vector file; an empty one is an error.
inline QJsonArray rows_of(const QJsonObject& object, const char* key) {
    const auto rows = object.value(QLatin1String(key)).toArray();
    if (rows.isEmpty()) qFatal("no rows under %s", key);
    return rows;
}

inline Bytes hex(const QJsonValue& value) {
    const auto bytes = from_hex(value.toString().toStdString());
    if (!value.isString() || !bytes) qFatal("not hex");
    return *bytes;
}

inline Secret32 secret(const QJsonValue& value) {
    const auto out = secret32_from(hex(value));
    if (!out) qFatal("not 32 bytes");
    return *out;
}

inline std::string text(const QJsonValue& value) {
    if (!value.isString()) qFatal("not a text");
    return value.toString().toStdString();
}

}  // namespace runnel::test
