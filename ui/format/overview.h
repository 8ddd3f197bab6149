// The wallet as a whole in words: its health in one line with the cause, what is not freely
// spendable with the reason and the date, and why no more can be received. Only words over the
// core's figures.
#pragma once

#include "core/api/practice.h"
#include "core/api/snapshot.h"
#include "ui/format/cue.h"
#include "ui/format/names.h"

#include <QDateTime>
#include <QString>

#include <optional>
#include <vector>

namespace runnel::ui {

struct Health {
    Cue cue = Cue::good;
    QString sentence;
};
/// `practice`: how that network stands, where the wallet is on it.
Health healthOf(const api::Snapshot& picture,
                const std::optional<api::PracticeState>& practice = std::nullopt);

/// An amount that is not freely spendable.
struct Held {
    enum class Kind {
        incoming,
        payment,
        closing,
        unknown,
        opening,
        waiting,
        reserve
    } kind = Kind::incoming;
    Msat amount;     ///< Of an unknown one nothing is said.
    QString what;    ///< "Closing the channel with Practice shop"
    QString reason;  ///< One sentence: why it is not spendable, and until when.
    friend bool operator==(const Held&, const Held&) = default;
};
/// The amount, or that it is not known.
QString amountText(const Held& held);
/// What is on its way first, what is kept last.
std::vector<Held> heldIn(const api::Snapshot& picture, const PeerNames& names,
                         const QDateTime& now);

/// How much a channel takes on the chain, and of what it is made up; empty when nobody knows yet.
QString openingTakesSentence(const api::Snapshot& picture);
/// Not enough is there to open any channel, what is not confirmed included.
bool isTooLittleToOpen(const api::Balance& balance);
/// Something to be invoiced over, now or soon: a channel that is over is none.
bool hasChannel(const api::Snapshot& picture);
/// How much can be received now and why not more.
QString receivableSentence(const api::Snapshot& picture);
/// What "spendable now" is made of, or why none of it is spent now.
QString spendableSentence(const api::Snapshot& picture);
/// "Practice network", "Regtest" ...
QString networkName(Network network);
/// The same by its name; "testnet" is what some addresses say of themselves.
QString networkName(const std::string& name);

}  // namespace runnel::ui
