#include "ui/format/setup.h"

#include "ui/format/overview.h"
#include "ui/format/text.h"

namespace runnel::ui {

namespace {

using api::SetupFault;

QString technical(const api::SetupProblem& problem) {
    return problem.detail.empty() ? QString()
                                  : Words::tr("The technical cause: %1").arg(tamed(problem.detail));
}

}  // namespace

QString filesAdvice() {
    return Words::tr(
        "Money in channels needs the wallet's own files, always the newest ones: keep "
        "its folder. Never start an older copy of it, and never the same wallet on "
        "two computers: the other side of a channel could then take everything in "
        "it.");
}

QString practiceCoinsSentence() {
    return Words::tr(
        "The chain of the practice network lies on this computer, too: practice coins "
        "come back only here, and only as long as the folder of their wallet is "
        "kept.");
}

Wording wordingOf(const api::SetupProblem& problem, const QString& log) {
    switch (problem.fault) {
        case SetupFault::wrong_passphrase:
            return {Words::tr("This is not the passphrase of this wallet."),
                    Words::tr("Nothing was touched."),
                    Words::tr("Try again. Capitals and small letters are not the same.")};
        case SetupFault::in_use:
            return {
                Words::tr("This wallet is open already."),
                Words::tr("Only one program at a time can have it open, or coins could be lost."),
                Words::tr("Use the other window, or close it first.")};
        case SetupFault::exists:
            return {Words::tr("There is a wallet already."), Words::tr("It was not touched."),
                    Words::tr("Open it with its passphrase.")};
        case SetupFault::missing:
            return {Words::tr("There is no wallet here."),
                    {},
                    Words::tr("Make a new one, or restore one from its words.")};
        case SetupFault::damaged:
            return {Words::tr("The wallet's file is damaged."),
                    Words::tr("Nothing was changed. %1").arg(technical(problem)).trimmed(),
                    Words::tr("Keep its folder as it is. “Passphrase forgotten, or another wallet” "
                              "makes room for a wallet from the 24 words, which bring back the "
                              "coins on the chain. Money in channels is not in the words.") +
                        u' ' + filesAdvice()};
        case SetupFault::newer_version:
            return {Words::tr("This wallet was written by a newer Runnel."),
                    {},
                    Words::tr("Use that version, or a later one.")};
        case SetupFault::other_network:
            return {Words::tr("This wallet belongs to another network."),
                    problem.detail.empty()
                        ? QString()
                        : Words::tr("It was made for: %1.").arg(networkName(problem.detail)),
                    Words::tr("Start Runnel for that network.")};
        case SetupFault::out_of_memory:
            return {Words::tr("There is not enough memory to work out the key."),
                    {},
                    Words::tr("Close other programs and try again.")};
        case SetupFault::disk:
            return {Words::tr("The disk did not do what it was asked."), technical(problem),
                    Words::tr("Check its free space, and that you may write to the folder.")};
        case SetupFault::chain_address:
            return {Words::tr("The address of the chain source cannot be used."),
                    technical(problem),
                    Words::tr("It begins with bitcoind:http:// and names a host, a port and the "
                              "way to a cookie file.")};
        case SetupFault::practice_gone:
            return {Words::tr("The practice network did not start."), technical(problem),
                    Words::tr("Close Runnel and open it again. If that does not help, make a new "
                              "practice wallet under “Passphrase forgotten, or another "
                              "wallet”: its coins are worth nothing.")};
        case SetupFault::internal: break;
    }
    return {
        Words::tr("Something went wrong inside Runnel."), technical(problem),
        log.isEmpty()
            ? Words::tr("Please report it with the log.")
            : Words::tr("Please report it with the log, which is here: %1").arg(breakable(log))};
}

Wording wordingOf(const api::WordsProblem& problem) {
    switch (problem.kind) {
        case api::WordsProblem::Kind::count:
            return {Words::tr("Some words are missing."),
                    {},
                    Words::tr(
                        "Enter every word that was written down. A wallet made by Runnel has 24.")};
        case api::WordsProblem::Kind::unknown:
            return {
                Words::tr("Word number %1 is not in the list of words.").arg(problem.position + 1),
                {},
                Words::tr("Check its spelling. All words are short English ones.")};
        case api::WordsProblem::Kind::do_not_match: break;
    }
    return {Words::tr("These words do not fit together."),
            Words::tr("One of them is another word of the list, or two are swapped."),
            Words::tr("Compare them with what was written down.")};
}

}  // namespace runnel::ui
