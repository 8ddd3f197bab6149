// Amounts as people read them: satoshi in groups of three with a narrow space. What is paid is
// exact, down to its parts of a satoshi (an invoice may ask for half of one, and "Pay 0 sat" would
// be a lie), and so is the fee once it is known. Of what one has the parts are left away: a balance
// is rounded down, for a part cannot be spent on most things and a figure that flickers behind the
// point is not calm. A bound of a fee is rounded up. Never calculates anything else; sums of the
// core's figures are in figures.h.
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
/// Rounded down: what one has.
QString satText(Msat amount);
/// To the last part: "71 204 sat", "71 204.5 sat". What is paid, and details.
QString exactText(Msat amount);
/// The same without its unit: "71 204.5".
QString exactNumber(Msat amount);
/// "1.012 sat per vbyte"
QString feerateText(FeeratePerKw feerate);
/// Before it is paid: "no fee", "less than 1 sat", "3 sat" (rounded up).
QString feeText(Msat fee);
/// Afterwards: "no fee", "2.4 sat".
QString paidFeeText(Msat fee);
/// Exact and with a sign: "+5 000 sat", "−0.5 sat".
QString signedText(bool minus, Msat amount);

/// What somebody typed: digits with any spaces, dots or commas between groups, "sat" behind them or
/// not. Nothing for anything else, for what looks like a part of a bitcoin ("0.001"), and for more
/// than there can be.
std::optional<Sat> parseSat(const QString& text);

/// What to do about a text that parseSat() does not take, or a nought, or nothing, where an amount
/// has to stand.
QString amountComplaint(const QString& text);

}  // namespace runnel::ui
