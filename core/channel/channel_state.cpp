// What can be asked about a channel in any of its states.
#include "core/channel/channel.h"

namespace runnel::channel {

std::optional<ShortChannelId> Funded::short_channel_id() const {
    if (!confirmation) return std::nullopt;
    return ShortChannelId::make(confirmation->height.raw(), confirmation->tx_index,
                                params().funding.index);
}

std::uint32_t Funded::depth(BlockHeight tip) const {
    if (!confirmation || tip < confirmation->height) return 0;
    return tip.raw() - confirmation->height.raw() + 1;
}

std::string_view state_name(const ChannelState& state) {
    // Who looks at a channel need not know that it is still remembered: Settled is closed.
    static constexpr std::string_view names[] = {"awaiting_accept",
                                                 "awaiting_funding_created",
                                                 "awaiting_funding_signed",
                                                 "awaiting_confirmation",
                                                 "awaiting_ready",
                                                 "normal",
                                                 "shutting_down",
                                                 "negotiating_close",
                                                 "closing",
                                                 "closed",
                                                 "closed"};
    static_assert(std::size(names) == std::variant_size_v<ChannelState>);
    return names[state.index()];
}

const Funded* funded_of(const ChannelState& state) {
    return std::visit(
        [](const auto& s) -> const Funded* {
            if constexpr (requires { s.funded; }) return &s.funded;
            if constexpr (requires { s.closing.funded; }) return &s.closing.funded;
            return nullptr;
        },
        state);
}

Funded* funded_of(ChannelState& state) {
    return const_cast<Funded*>(funded_of(std::as_const(state)));
}

const Closing* closing_of(const ChannelState& state) {
    if (const auto* const settled = std::get_if<Settled>(&state)) return &settled->closing;
    return std::get_if<Closing>(&state);
}

Closing* closing_of(ChannelState& state) {
    return const_cast<Closing*>(closing_of(std::as_const(state)));
}

const Closed* closed_of(const ChannelState& state) {
    if (const auto* const settled = std::get_if<Settled>(&state)) return &settled->outcome;
    return std::get_if<Closed>(&state);
}

bool is_stored(const ChannelState& state) {
    return funded_of(state) != nullptr || std::holds_alternative<Closed>(state);
}

bool is_usable(const Channel& channel) {
    const auto* const normal = std::get_if<Normal>(&channel.state);
    return normal != nullptr && channel.link == Link::online &&
           normal->funded.confirmation.has_value();
}

std::optional<CloseWait> close_wait(const Channel& channel) {
    using For = CloseWait::For;
    const auto* const shutting = std::get_if<ShuttingDown>(&channel.state);
    const auto* const negotiating = std::get_if<NegotiatingClose>(&channel.state);
    if (shutting == nullptr && negotiating == nullptr) return std::nullopt;
    if (shutting != nullptr && !shutting->funded.commitments.is_quiet())
        return CloseWait{For::payments, std::nullopt};
    const auto since = shutting != nullptr ? shutting->peer_due : negotiating->peer_due;
    if (channel.link != Link::online) return CloseWait{For::connection, since};
    return CloseWait{shutting != nullptr ? For::shutdown : For::closing_signed, since};
}

}  // namespace runnel::channel
