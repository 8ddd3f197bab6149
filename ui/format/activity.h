// One line of the Activity list in words: what it was, how it stands, what it moved. Payments and
// transactions alike.
#pragma once

#include "core/api/snapshot.h"
#include "ui/format/cue.h"

#include <QDateTime>
#include <QString>

namespace runnel::ui {

struct ActivityWords {
    QString title;   ///< The description, or what kind of thing it was.
    QString status;  ///< "Paid · fee 1 sat · 0.3 s", "Waiting for payment" ...
    QString amount;  ///< With a sign where money moves or has moved, without one where it does not.
    Cue cue = Cue::good;
    bool moved = false;   ///< Money really moved: otherwise the amount is shown muted.
    bool struck = false;  ///< It never will: the amount is struck out.
};

ActivityWords activityWords(const api::PaymentView& payment, const QDateTime& now);
ActivityWords activityWords(const api::TransactionView& tx, const api::ChainView& chain);
/// In details, to the last part of a satoshi: "900 000 sat", "900 000 sat, not paid".
QString entryAmountText(const api::PaymentView& payment, const QDateTime& now);
/// "Coins received", "Channel opened"; "Opening a channel" while it waits for a block ...
QString purposeText(const api::TransactionView& tx);

}  // namespace runnel::ui
