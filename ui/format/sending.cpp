#include "ui/format/sending.h"

#include "ui/format/amount.h"
#include "ui/format/figures.h"
#include "ui/format/text.h"
#include "ui/format/time.h"

#include <QStringList>

namespace runnel::ui {

QString addressGroups(const QString& address) {
    QString out;
    for (qsizetype i = 0; i < address.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += u' ';
        out += address[i];
    }
    return out;
}

QString paceText(api::Pace pace) {
    const int blocks = static_cast<int>(api::blocks_of(pace));
    switch (pace) {
        case api::Pace::urgent: return Words::tr("Soon (about %n block(s))", nullptr, blocks);
        case api::Pace::normal: return Words::tr("Normal (about %n block(s))", nullptr, blocks);
        case api::Pace::slow: break;
    }
    return Words::tr("No hurry (about %n block(s))", nullptr, blocks);
}

QString firstConfirmationSentence(const api::SendQuote& quote, const api::ChainView& chain,
                                  const QDateTime& now) {
    if (!quote.expected_blocks) {
        return Words::tr(
            "It waits for its first confirmation. Its fee is low for today, so that "
            "may take days.");
    }
    return Words::tr("It waits for its first confirmation, to be expected %1.")
        .arg(rangeText(*quote.expected_blocks, onceSent(chain), now));
}

namespace {

QString keptSentence(const api::Kept& kept) {
    const auto& reason = kept.reason;
    const auto said = [&](const QString& sentence) { return sentence.arg(satText(kept.amount)); };
    if (reason == "anchor_reserve")
        return said(Words::tr(
            "%1 stay in your wallet, so that your channels can always be closed in time."));
    if (reason == "opening")
        return said(Words::tr("%1 stay in your wallet, for a channel that is being opened."));
    if (reason == "unconfirmed")
        return said(Words::tr("%1 stay in your wallet, because they are not confirmed yet."));
    if (reason == "immature")
        return said(Words::tr("%1 stay in your wallet, because they were mined too recently."));
    if (reason == "too_small")
        return said(Words::tr(
            "%1 stay in your wallet, because sending them would cost more than they are worth."));
    if (reason == "too_many")
        return said(
            Words::tr("%1 stay in your wallet, because they do not fit into the same "
                      "transaction. You can send them next."));
    return said(Words::tr("%1 stay in your wallet."));
}

}  // namespace

QString keptSentences(const std::vector<api::Kept>& parts) {
    QStringList out;
    for (const auto& part : parts) out << keptSentence(part);
    return out.join(QLatin1Char('\n'));
}

Wording sentForThisWording(const api::SentBefore& sent, const QDateTime& now) {
    const auto why =
        sent.height ? Words::tr(
                          "It was sent on the chain (%1), and a block holds it. To pay it over "
                          "Lightning as well would be to pay it twice.")
                    : Words::tr(
                          "It was sent on the chain (%1) and waits for a block. To pay it over "
                          "Lightning as well would be to pay it twice.");
    return {Words::tr("You have already sent %1 for this.").arg(satText(sent.amount)),
            why.arg(whenText(sent.when, now)),
            Words::tr("If you want to pay for something else, ask the payee for a new invoice.")};
}

QString leavesText(const api::SendQuote& quote) {
    const auto sum = leaving(quote);
    return sum ? satText(*sum) : Words::tr("more than there can be");
}

QString restText(Sat kept, Sat reserve) {
    if (kept.is_zero()) return Words::tr("nothing");
    if (reserve.is_zero()) return satText(kept);
    return Words::tr("%1, of which %2 are kept for closing channels in time")
        .arg(satText(kept), satText(reserve));
}

}  // namespace runnel::ui
