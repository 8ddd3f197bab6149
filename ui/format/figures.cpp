#include "ui/format/figures.h"

#include <algorithm>
#include <limits>

namespace runnel::ui {

namespace {

constexpr Sat usual_channel{200'000};

}  // namespace

Msat inMsat(Sat amount) { return amount.checked_msat().value_or(Msat(0)); }

QuoteTerms quoteTerms(const api::Snapshot& picture) {
    const auto& chain = picture.chain;
    return {chain.fee_urgent, chain.fee_normal, chain.fee_slow, chain.fee_least,  chain.reachable,
            chain.synced,     picture.disk_low, chain.trouble,  chain.no_payments};
}

Sat freeCoins(const api::Balance& balance) {
    return sub_or_zero(balance.onchain, balance.reserved);
}

Sat proposedChannel(const api::Balance& balance) {
    const Sat half(freeCoins(balance).raw() / 2 / 1000 * 1000);
    return std::min(usual_channel, half);
}

std::optional<Sat> leaving(const api::SendQuote& quote) {
    const auto sum = add(quote.amount, quote.fee);
    return sum && *sum <= max_money ? sum : std::nullopt;
}

Sat coinsOf(const api::Balance& balance) {
    return add(balance.onchain, balance.onchain_unconfirmed).value_or(max_money);
}

bool isEnoughToOpen(const api::Balance& balance) {
    return balance.onchain >= balance.least_to_open;
}

InvoiceRoom roomForInvoice(const api::Balance& balance, std::optional<Msat> amount) {
    if (amount)
        return *amount > balance.can_receive ? InvoiceRoom::too_little : InvoiceRoom::enough;
    return balance.can_receive < Sat(1).msat() ? InvoiceRoom::none : InvoiceRoom::enough;
}

std::uint32_t blocksAlone(std::uint32_t delay, const api::ChainView& chain) {
    // Where blocks have no rhythm, whoever makes them takes everything into the next one.
    const std::uint32_t first = chain.block_seconds == 0 ? 1 : api::blocks_of(api::Pace::normal);
    return delay > std::numeric_limits<std::uint32_t>::max() - first ? delay : delay + first;
}

std::optional<std::uint32_t> blocksUntilBack(const api::CloseQuote& quote) {
    if (!quote.expected_blocks) return std::nullopt;
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    const auto wait = std::uint32_t{quote.wait.raw()};
    return wait > most - *quote.expected_blocks ? most : wait + *quote.expected_blocks;
}

std::optional<BlockHeight> mustBeOnlineBy(const api::Snapshot& picture) {
    std::optional<BlockHeight> out;
    if (picture.network == Network::practice) return out;
    for (const auto& channel : picture.channels) {
        if (channel.next_deadline)
            out = std::min(out.value_or(*channel.next_deadline), *channel.next_deadline);
    }
    return out;
}

std::vector<ChannelShare> sharesOf(const api::ChannelView& channel) {
    const Msat our_reserve = std::min(channel.our_reserve, channel.ours);
    const Msat their_reserve = std::min(channel.their_reserve, channel.theirs);
    std::vector<ChannelShare> out{
        {ChannelPart::our_reserve, our_reserve},
        {ChannelPart::ours, sub_or_zero(channel.ours, our_reserve)},
        {ChannelPart::in_flight_out, channel.in_flight_out},
        {ChannelPart::in_flight_in, channel.in_flight_in},
        {ChannelPart::theirs, sub_or_zero(channel.theirs, their_reserve)},
        {ChannelPart::their_reserve, their_reserve},
    };
    out.erase(std::remove_if(out.begin(), out.end(),
                             [](const ChannelShare& share) { return share.amount.is_zero(); }),
              out.end());
    return out;
}

}  // namespace runnel::ui
