#include "ui/format/activity.h"

#include "ui/format/amount.h"
#include "ui/format/problem.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

namespace runnel::ui {

namespace {

const QString dot = QStringLiteral(" · ");

}  // namespace

ActivityWords activityWords(const api::PaymentView& payment, const QDateTime& now) {
    ActivityWords out;
    out.title = tamed(payment.description, 120);
    if (out.title.isEmpty())
        out.title =
            payment.outgoing ? Words::tr("Lightning payment") : Words::tr("Lightning invoice");
    // A sign says that the balance changes: not before somebody pays, and not where it failed.
    const bool moves = payment.status == api::PaymentStatus::paid ||
                       (payment.status == api::PaymentStatus::pending && payment.outgoing);
    out.amount = payment.amount.is_zero() ? Words::tr("any amount")
                 : moves                  ? signedText(payment.outgoing, payment.amount)
                                          : exactText(payment.amount);
    switch (payment.status) {
        case api::PaymentStatus::pending:
            // Parts that came in time still make it whole.
            if (!payment.outgoing && payment.parts == 0 && payment.expires &&
                hasPassed(*payment.expires, now)) {
                out.cue = Cue::over;
                out.struck = true;
                out.status = Words::tr("Expired, not paid");
            } else if (payment.outgoing || payment.parts > 0) {
                out.cue = Cue::busy;
                out.status = Words::tr("On its way");
            } else {
                out.cue = Cue::waiting;
                out.status = payment.expires
                                 ? Words::tr("Unpaid") + dot + expiryText(*payment.expires, now)
                                 : Words::tr("Waiting to be paid");
            }
            break;
        case api::PaymentStatus::paid:
            out.moved = true;
            if (!payment.outgoing) {
                out.status = Words::tr("Received");
            } else {
                out.status =
                    Words::tr("Paid") + dot +
                    (payment.fee.is_zero() ? paidFeeText(payment.fee)
                                           : Words::tr("fee %1").arg(paidFeeText(payment.fee))) +
                    dot + durationText(payment.elapsed_ms);
            }
            break;
        case api::PaymentStatus::failed:
            out.cue = Cue::attention;
            out.struck = true;
            out.status = Words::tr("Not paid") + dot + wordingOf(payment.failure).what;
            break;
    }
    return out;
}

QString entryAmountText(const api::PaymentView& payment, const QDateTime& now) {
    const auto amount =
        payment.amount.is_zero() ? Words::tr("any amount") : exactText(payment.amount);
    const bool is_paid = payment.status == api::PaymentStatus::paid;
    const bool is_on_its_way =
        payment.status == api::PaymentStatus::pending && (payment.outgoing || payment.parts > 0);
    if (is_paid || is_on_its_way) return amount;
    return activityWords(payment, now).struck ? Words::tr("%1, not paid").arg(amount)
                                              : Words::tr("%1, not paid yet").arg(amount);
}

QString purposeText(const api::TransactionView& tx) {
    const auto& purpose = tx.purpose;
    const bool minus = tx.net_sat < 0;
    const bool in_block = tx.height.has_value();
    if (purpose == "receive") return Words::tr("Coins received");
    if (purpose == "send") return Words::tr("Coins sent");
    // It has not happened before it is in a block.
    if (purpose == "funding")
        return in_block ? Words::tr("Channel opened") : Words::tr("Opening a channel");
    if (purpose == "close")
        return in_block ? Words::tr("Channel closed") : Words::tr("Closing a channel");
    if (purpose == "claim") return Words::tr("Returned from a channel");
    if (purpose == "bump") return Words::tr("Fee added to a transaction");
    return minus ? Words::tr("Coins sent") : Words::tr("Coins received");
}

ActivityWords activityWords(const api::TransactionView& tx, const api::ChainView& chain) {
    ActivityWords out;
    const bool minus = tx.net_sat < 0;
    out.title = purposeText(tx);
    const auto size = minus ? std::uint64_t{0} - static_cast<std::uint64_t>(tx.net_sat)
                            : static_cast<std::uint64_t>(tx.net_sat);
    const auto amount = Sat(size).checked_msat();
    out.amount = signedText(minus, amount.value_or(Msat(0)));
    out.moved = true;
    if (!tx.height) {
        out.cue = Cue::busy;
        out.status = Words::tr("Waiting for the chain");
    } else {
        const auto depth =
            chain.height < *tx.height ? 1U : distance(*tx.height, chain.height).raw() + 1;
        out.status = depth >= 6 ? Words::tr("Confirmed")
                                : Words::tr("%n confirmation(s)", nullptr, static_cast<int>(depth));
    }
    if (tx.fee && minus) out.status += dot + Words::tr("fee %1").arg(satText(*tx.fee));
    return out;
}

}  // namespace runnel::ui
