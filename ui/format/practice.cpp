#include "ui/format/practice.h"

#include "ui/format/text.h"

namespace runnel::ui {

namespace {

using Stand = api::PracticeState::Stand;

QString causeOf(const api::PracticeState& state) {
    if (state.signal)
        return Words::tr("Something outside Runnel ended it (signal %1).").arg(*state.signal);
    if (!state.detail.empty()) return Words::tr("The technical cause: %1").arg(tamed(state.detail));
    return Words::tr("It ended with code %1.").arg(state.code.value_or(0));
}

}  // namespace

Wording shopCouldNotPay(const api::Problem& problem) {
    using api::ProblemKind;
    const auto what = Words::tr("The practice shop could not pay it.");
    switch (problem.kind) {
        case ProblemKind::insufficient_liquidity:
        case ProblemKind::no_usable_channel:
        case ProblemKind::no_route:
        case ProblemKind::fee_limit:
        case ProblemKind::amount_too_large:
            return {what, Words::tr("No channel has room for it on its way to you."),
                    Words::tr("Make an invoice of no more than can be received now.")};
        case ProblemKind::expired:
        case ProblemKind::already_paid:
        case ProblemKind::payee_refused:
            return {what, Words::tr("Nobody can pay this invoice any more."),
                    Words::tr("Make another one.")};
        case ProblemKind::in_flight:
            return {what, Words::tr("It is paying it already."),
                    Words::tr("Activity shows how it ends.")};
        default: break;
    }
    const auto words = wordingOf(problem);
    return {what, words.why.isEmpty() ? words.what : words.what + u' ' + words.why, words.retry};
}

Wording shopCouldNotOpen(const api::Problem& problem) {
    using api::ProblemKind;
    if (problem.kind == ProblemKind::peer_refused) {
        // The shop's other side is this wallet: it is the wallet that said no, where it could not
        // close the channel in time.
        const auto declined = Words::tr("Your wallet did not take the shop's channel.");
        const auto reason = problem.params.find("reason");
        const auto cause = reason == problem.params.end() ? QString() : tamed(reason->second);
        if (!cause.contains(QStringLiteral("no confirmed coins"))) {
            return {declined,
                    cause.isEmpty() ? QString() : Words::tr("The technical cause: %1").arg(cause),
                    Words::tr("Try again in a moment.")};
        }
        return {
            declined,
            Words::tr("To be able to close a channel in time it needs confirmed coins on the "
                      "chain, and there are too few."),
            Words::tr("Get practice coins at Home, wait for a block, then ask the shop again.")};
    }
    if (problem.kind == ProblemKind::insufficient_funds ||
        problem.kind == ProblemKind::reserve_needed)
        return {Words::tr("The practice shop did not open a channel."),
                Words::tr("It has too few coins at the moment."),
                Words::tr("Try again after some blocks.")};
    return wordingOf(problem);
}

std::optional<Wording> practiceTrouble(const std::optional<api::PracticeState>& state) {
    if (!state) return std::nullopt;
    if (state->stand == Stand::stopped) {
        return Wording{
            Words::tr("The practice network cannot be started again."), causeOf(*state),
            Words::tr(
                "Close Runnel and open it again. If that does not help, make a new practice wallet "
                "under “Passphrase forgotten, or another wallet”.")};
    }
    if (state->ends >= again_and_again) {
        return Wording{Words::tr("The practice network has ended %n times in a row.", nullptr,
                                 static_cast<int>(state->ends)),
                       causeOf(*state),
                       Words::tr("It is started again each time, and nothing is lost. See whether "
                                 "the disk is full, or whether another program "
                                 "ends it; then close Runnel and open it again.")};
    }
    if (state->stand != Stand::restarting) return std::nullopt;
    return Wording{Words::tr("The practice network has ended, and is being started again."),
                   causeOf(*state),
                   Words::tr("Nothing is lost. Wait a moment: a payment that was under way goes on "
                             "as soon as it runs.")};
}

}  // namespace runnel::ui
