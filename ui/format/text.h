// Small bridges between the core's text and Qt's, and the translation context of everything that
// ui/format words. Sits below the rest of the folder; knows nothing about money or channels.
#pragma once

#include "core/api/node_api.h"

#include <QCoreApplication>
#include <QString>

#include <string_view>

namespace runnel::ui {

/// Whole sentences of ui/format are looked up in this context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(Format)
};

inline QString qs(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Text of a peer's or an invoice's: no control characters, no line breaks, no directional
/// overrides, at most `most` characters.
QString tamed(std::string_view text, int most = 200);

/// With places where a line may be broken every few characters: for names that have no words.
QString breakable(const QString& text);

/// "02ab12f3…9c40": enough of a long name to compare it.
QString shortened(const QString& id, int head = 8, int tail = 4);

}  // namespace runnel::ui
