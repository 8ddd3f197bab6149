// Problems in words: what happened, why, and what to try, in the window's terms (pages and buttons,
// not commands). The command line has its own wording in app/control/sentences: the data is shared,
// the advice is not. Every kind is worded; a new one does not compile before it is.
#pragma once

#include "core/api/problem.h"
#include "core/api/snapshot.h"

#include <QString>

namespace runnel::ui {

struct Wording {
    QString what;   ///< One sentence, for a headline.
    QString why;    ///< May be empty.
    QString retry;  ///< What to try; may be empty.
    /// All three, for places with one line.
    QString joined() const;
};

Wording wordingOf(const api::Problem& problem);
/// Of one that has come now: what to try hangs on how the wallet stands.
Wording wordingOf(const api::Problem& problem, const api::Snapshot& picture);
/// Of a payment that was kept with the name of its problem only.
Wording wordingOf(const std::string& kind_name);

}  // namespace runnel::ui
