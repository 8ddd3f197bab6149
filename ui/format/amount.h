// Amounts as people read them: satoshi in groups of three with a narrow space, parts of one only
// where exactness is the point. Rounds down what one has and up what one pays. Never calculates
// anything else; sums of the core's figures are in figures.h.
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
/// To the last part: "71 204 sat", "71 204.5 sat". For details.
QString exactText(Msat amount);
/// "1.012 sat per vbyte"
QString feerateText(FeeratePerKw feerate);
/// "no fee", "less than 1 sat", "3 sat" (rounded up).
QString feeText(Msat fee);
/// With a sign: "+5 000 sat", "−5 000 sat".
QString signedText(bool minus, Msat amount);

/// What somebody typed: digits with any spaces, dots or commas between groups, "sat" behind them or
/// not. Nothing for anything else and for more than there can be.
std::optional<Sat> parseSat(const QString& text);

/// What to do about a text that parseSat() does not take, or that stands where an amount has to.
QString amountComplaint(const QString& text);

}  // namespace runnel::ui
