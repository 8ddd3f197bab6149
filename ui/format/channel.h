// A channel in one sentence, how it stands at a glance, and the next date that matters. Only words:
// every figure is the core's.
#pragma once

#include "core/api/quote.h"
#include "core/api/snapshot.h"
#include "ui/format/cue.h"

#include <QDateTime>
#include <QString>

namespace runnel::ui {

struct ChannelWords {
    QString sentence;
    QString timer;  ///< The next date that matters and why; empty when nothing is due.
    Cue cue = Cue::good;
    QString cueWord;  ///< "Open", "Opening", "Closing" ...
};
ChannelWords channelWords(const api::ChannelView& channel, const api::ChainView& chain,
                          const QDateTime& now);

/// Why nothing is sent or received over channels now, whatever their figures say; empty: it is.
QString noPaymentsSentence(const api::ChainView& chain);

/// Is there still something in it, or to come from it?
bool isOver(const api::ChannelView& channel);
bool isOpening(const api::ChannelView& channel);
bool isClosing(const api::ChannelView& channel);
/// Is there anything left for a person to decide about its end?
bool canBeClosed(const api::ChannelView& channel);
/// By agreement, and not yet agreed: it can still be closed alone.
bool isAgreeing(const api::ChannelView& channel);
/// The other side has not answered our wish to close for so long that a person should look at it.
bool isLate(const api::ChannelView& channel);
QString closingReason(const std::string& reason);
/// What closing it costs, as a whole sentence or a part of one.
QString closeCostText(const api::CloseQuote& quote, bool alone, bool we_funded);
QString htlcStage(const std::string& stage);

}  // namespace runnel::ui
