// What can go wrong before there is a node, in words: wallets that cannot be made or opened, words
// that do not fit together.
#pragma once

#include "core/api/setup.h"
#include "ui/format/problem.h"

namespace runnel::ui {

/// `log`: where the log of the wallet lies, for what has to be reported; empty where nobody knows.
Wording wordingOf(const api::SetupProblem& problem, const QString& log = {});
Wording wordingOf(const api::WordsProblem& problem);
/// Stands wherever a person hears of the wallet's files: whoever copies them one day, or has a
/// backup of the disk, must know what an older copy costs.
QString filesAdvice();
/// What words bring back on the practice network, whose chain is a file.
QString practiceCoinsSentence();

}  // namespace runnel::ui
