// What can go wrong before there is a node, in words: wallets that cannot be made or opened, words
// that do not fit together.
#pragma once

#include "core/api/setup.h"
#include "ui/format/problem.h"

namespace runnel::ui {

/// `log`: where the log of the wallet lies, for what has to be reported; empty where nobody knows.
Wording wordingOf(const api::SetupProblem& problem, const QString& log = {});
Wording wordingOf(const api::WordsProblem& problem);

}  // namespace runnel::ui
