// Amounts as people read them: whole satoshi in groups of three with a narrow space, millisatoshi only where exactness is the
// point. Rounds down what one has and up what one pays. Never calculates anything else.
#pragma once

#include "core/api/snapshot.h"

#include <QString>

#include <optional>

namespace runnel::ui {

/// Between groups of digits; a line is never broken at it.
inline constexpr QChar groupSpace{0x202f};
/// Between a number and its unit; likewise.
inline constexpr QChar unitSpace{0xa0};

/// "71 204"
QString grouped(std::uint64_t number);
/// "71 204 sat"
QString satText(Sat amount);
/// Rounded down.
QString satText(Msat amount);
/// "71 204 123 msat"
QString msatText(Msat amount);
/// "no fee", "less than 1 sat", "3 sat" (rounded up).
QString feeText(Msat fee);
/// With a sign: "+5 000 sat", "−5 000 sat".
QString signedText(bool minus, Msat amount);

/// What somebody typed: digits with any spaces, dots or commas between groups, "sat" behind them or not. Nothing for anything
/// else and for more than there can be.
std::optional<Sat> parseSat(const QString& text);

}  // namespace runnel::ui
