// Sending on the chain in words: addresses in groups that can be compared, how soon a block takes a
// transaction, and what stays in the wallet and why. Only words over the core's figures.
#pragma once

#include "core/api/node_api.h"
#include "core/api/quote.h"
#include "core/api/snapshot.h"
#include "ui/format/problem.h"

#include <QDateTime>
#include <QString>

namespace runnel::ui {

/// "bcrt 1qw5 08d6 ...": groups of four, a line may be broken between them.
QString addressGroups(const QString& address);
/// "Soon (about 2 blocks)".
QString paceText(api::Pace pace);
/// When the first confirmation is to be expected, as a whole sentence.
QString firstConfirmationSentence(const api::SendQuote& quote, const api::ChainView& chain,
                                  const QDateTime& now);
/// What stays when everything is sent, a line for each part with its reason; empty when nothing
/// does.
QString keptSentences(const std::vector<api::Kept>& parts);
/// Why a request is not paid over Lightning: it was sent to on the chain.
Wording sentForThisWording(const api::SentBefore& sent, const QDateTime& now);
/// Amount and fee together.
QString leavesText(const api::SendQuote& quote);
/// What stays, of an amount that was chosen.
QString restText(Sat kept, Sat reserve);

}  // namespace runnel::ui
