// What can go wrong before there is a node, in words: wallets that cannot be made or opened, words that do not fit together.
#pragma once

#include "core/api/setup.h"
#include "ui/format/problem.h"

namespace runnel::ui {

Wording wordingOf(const api::SetupProblem& problem);
Wording wordingOf(const api::WordsProblem& problem);

}  // namespace runnel::ui
