// How the practice network stands, in words: that it ended and why, that it is started again, what
// to try when that does not help. On other networks there is nothing to say.
#pragma once

#include "core/api/practice.h"
#include "ui/format/problem.h"

#include <optional>

namespace runnel::ui {

/// Ended so often in a row, it will probably end again.
inline constexpr std::uint32_t again_and_again = 3;

/// Nothing while it runs, or starts for the first time.
std::optional<Wording> practiceTrouble(const std::optional<api::PracticeState>& state);

/// Of what the shop was asked to do for this wallet. Its problem is the shop's own: what it says of
/// "your channels" is about the shop's.
Wording shopCouldNotPay(const api::Problem& problem);
Wording shopCouldNotOpen(const api::Problem& problem);

}  // namespace runnel::ui
