#include "ui/format/practice.h"

#include "ui/format/text.h"

namespace runnel::ui {

namespace {

using Stand = api::PracticeState::Stand;

QString causeOf(const api::PracticeState& state) {
    if (state.signal) return Words::tr("Something outside Runnel ended it (signal %1).").arg(*state.signal);
    if (!state.detail.empty()) return Words::tr("The technical cause: %1").arg(tamed(state.detail));
    return Words::tr("It ended with code %1.").arg(state.code.value_or(0));
}

}  // namespace

std::optional<Wording> practiceTrouble(const std::optional<api::PracticeState>& state) {
    if (!state) return std::nullopt;
    if (state->stand == Stand::stopped) {
        return Wording{Words::tr("The practice network cannot be started again."), causeOf(*state),
                       Words::tr("Nothing is lost. Close Runnel and open it again; if that does not help, make a new practice wallet: its coins are worth nothing.")};
    }
    if (state->ends >= again_and_again) {
        return Wording{Words::tr("The practice network has ended %n times in a row.", nullptr, static_cast<int>(state->ends)), causeOf(*state),
                       Words::tr("It is started again each time, and nothing is lost. See whether the disk is full, or whether another program "
                                 "ends it; then close Runnel and open it again.")};
    }
    if (state->stand != Stand::restarting) return std::nullopt;
    return Wording{Words::tr("The practice network has ended, and is being started again."), causeOf(*state),
                   Words::tr("Nothing is lost. Wait a moment: a payment that was under way goes on as soon as it runs.")};
}

}  // namespace runnel::ui
