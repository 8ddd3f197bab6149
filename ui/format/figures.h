// Figures that are put together from the core's: sums and differences that a page shows. Checked,
// so that nothing the core could ever say ends the window.
#pragma once

#include "core/api/quote.h"
#include "core/api/snapshot.h"

#include <optional>
#include <vector>

namespace runnel::ui {

/// For widgets that take millisatoshi; nothing of the chain is too large for them.
Msat inMsat(Sat amount);
/// What quotes depend on beside coins and channels: what blocks cost, and whether anything can be
/// begun now.
struct QuoteTerms {
    FeeratePerKw fee_urgent, fee_normal, fee_slow, fee_least;
    bool reachable = false, synced = false, disk_low = false;
    std::optional<api::ProblemKind> trouble;
    std::optional<api::Problem> no_payments;
    friend bool operator==(const QuoteTerms&, const QuoteTerms&) = default;
};
QuoteTerms quoteTerms(const api::Snapshot& picture);
/// Confirmed coins that nothing keeps back.
Sat freeCoins(const api::Balance& balance);
/// What a first channel may hold: a usual amount, or about half of what is free where that is less;
/// zero where nothing is.
Sat proposedChannel(const api::Balance& balance);
/// What leaves the wallet in all; nothing where the two are more than there can be.
std::optional<Sat> leaving(const api::SendQuote& quote);
/// Coins on the chain, those included that no block holds yet.
Sat coinsOf(const api::Balance& balance);
/// Confirmed coins are there for one more channel, the smallest that there is.
bool isEnoughToOpen(const api::Balance& balance);
/// Whether an invoice can be paid now over the channels that there are. Nothing as amount: the
/// payer chooses, and room for less than a satoshi is none to offer him.
enum class InvoiceRoom { enough, too_little, none };
InvoiceRoom roomForInvoice(const api::Balance& balance, std::optional<Msat> amount);
/// Blocks until a close by ourselves has paid: those until the closing transaction's own, which is
/// not made yet, and our delay.
std::uint32_t blocksAlone(std::uint32_t delay, const api::ChainView& chain);
/// Blocks until the money of a close is the wallet's, those until the closing transaction's own
/// included; nothing where nobody knows.
std::optional<std::uint32_t> blocksUntilBack(const api::CloseQuote& quote);

/// The first of the channels' deadlines: somebody has to be online by then. Nothing where none is
/// ahead, and on the practice network, whose blocks come only while the wallet is there.
std::optional<BlockHeight> mustBeOnlineBy(const api::Snapshot& picture);

/// A part of a channel, as its bar shows it.
enum class ChannelPart { our_reserve, ours, in_flight_out, in_flight_in, theirs, their_reserve };
struct ChannelShare {
    ChannelPart part;
    Msat amount;
};
/// In the order of the bar; those that are empty are left away.
std::vector<ChannelShare> sharesOf(const api::ChannelView& channel);

}  // namespace runnel::ui
